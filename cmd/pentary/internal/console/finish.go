package console

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// Finish adds the shared behaviour to all commands of a tree: help wrapped to the terminal's width,
// one syntax for numbers, completion, suggestions for misspelled names, and the checks of
// CheckPaths.
func Finish(root *cobra.Command, s *Streams) {
	root.SilenceErrors, root.SilenceUsage = true, true
	root.SetFlagErrorFunc(flagError)
	root.SetHelpFunc(func(cmd *cobra.Command, _ []string) { writeHelp(s.Out, cmd, s.Columns()) })
	root.SetUsageFunc(func(cmd *cobra.Command) error {
		writeUsage(s.Out, cmd, s.Columns())
		return nil
	})
	root.PersistentPreRunE = func(cmd *cobra.Command, args []string) error { return CheckPaths(cmd, args, s, nil) }
	finish(root)
}

func finish(cmd *cobra.Command) {
	cmd.InitDefaultHelpFlag()
	f := cmd.Flags()
	f.SortFlags = false
	if cmd.Args == nil && !cmd.HasSubCommands() {
		cmd.Args = NoArguments
	}
	Numbers(f)
	aliases := map[string]string{}
	f.VisitAll(func(flag *pflag.Flag) {
		for _, alias := range flag.Annotations[aliasEntry] {
			aliases[alias] = flag.Name
		}
		if complete := completionOf(flag); complete != nil {
			cmd.RegisterFlagCompletionFunc(flag.Name, complete) // fails only if the flag has a completion already
		}
	})
	if len(aliases) > 0 {
		f.SetNormalizeFunc(func(_ *pflag.FlagSet, name string) pflag.NormalizedName {
			if flag, ok := aliases[name]; ok {
				name = flag
			}
			return pflag.NormalizedName(name)
		})
	}
	if cmd.ValidArgsFunction == nil && !cmd.HasSubCommands() {
		cmd.ValidArgsFunction = completeArgument
	}
	for _, sub := range cmd.Commands() {
		finish(sub)
	}
}

// completionOf returns the completion function for a flag's value, or nil.
func completionOf(flag *pflag.Flag) cobra.CompletionFunc {
	if n, ok := flag.Value.(interface{ Values() []string }); ok {
		list := strings.HasSuffix(flag.Value.Type(), "Slice")
		return func(_ *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
			before := ""
			if i := strings.LastIndexByte(typed, ','); list && i >= 0 {
				before = typed[:i+1]
			}
			var texts []string
			for _, v := range n.Values() {
				if strings.HasPrefix(before+v, typed) {
					texts = append(texts, before+v)
				}
			}
			return texts, cobra.ShellCompDirectiveNoFileComp
		}
	}
	p, ok := inner(flag.Value).(*Path)
	if !ok {
		return cobra.NoFileCompletions
	}
	return func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		switch p.role {
		case readsFolder, writesDir, keepsRun:
			return nil, cobra.ShellCompDirectiveFilterDirs
		}
		return extensions(p.ext)
	}
}

func extensions(ext []string) ([]string, cobra.ShellCompDirective) {
	if len(ext) == 0 {
		return nil, cobra.ShellCompDirectiveDefault
	}
	return ext, cobra.ShellCompDirectiveFilterFileExt
}

func completeArgument(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	switch kind := argumentKind(cmd, len(args)); kind {
	case "":
		return nil, cobra.ShellCompDirectiveNoFileComp
	case ArgRun:
		return nil, cobra.ShellCompDirectiveFilterDirs
	default:
		return extensions(strings.Split(kind, "|"))
	}
}

// flagError converts an error of the flag parser to a UsageError.
func flagError(cmd *cobra.Command, err error) error {
	var invalid *pflag.InvalidValueError
	var unknown *pflag.NotExistError
	switch {
	case errors.As(err, &invalid):
		return InvalidValue(invalid.GetFlag().Name, invalid.GetValue(), invalid.Unwrap())
	case errors.As(err, &unknown) && cmd != nil && unknown.GetSpecifiedShortnames() == "":
		var names []string
		cmd.Flags().VisitAll(func(f *pflag.Flag) {
			if !f.Hidden {
				names = append(names, f.Name)
			}
		})
		if near := nearest(unknown.GetSpecifiedName(), names); near != "" {
			return Usagef("%w; did you mean --%s?", err, near)
		}
		if name := unknown.GetSpecifiedName(); cmd.HasParent() && cmd.Parent().Flags().Lookup(name) != nil {
			return Usagef("--%s is a flag of %q, without %q", name, cmd.Parent().CommandPath(), cmd.Name())
		}
	}
	return UsageError{err}
}

// WithSubcommands adds subs to a command that is only a group.
func WithSubcommands(cmd *cobra.Command, subs ...*cobra.Command) *cobra.Command {
	names := make([]string, len(subs))
	for i, sub := range subs {
		names[i] = sub.Name()
	}
	cmd.Args = Subcommands
	cmd.RunE = func(*cobra.Command, []string) error { return Usagef("%s needs a command: %s", cmd.Name(), List(names)) }
	cmd.AddCommand(subs...)
	return cmd
}

// Subcommands checks the arguments of a command that is only a group.
func Subcommands(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	var names []string
	for _, sub := range cmd.Commands() {
		if sub.IsAvailableCommand() {
			names = append(names, sub.Name())
		}
	}
	hint := DidYouMean(args[0], names)
	if hint == "" && cmd.HasParent() && len(names) > 0 {
		hint = "; the commands are " + List(names)
	}
	return Usagef("unknown command %q for %q%s", args[0], cmd.CommandPath(), hint)
}

// checkNames makes the commands help and completion, which cobra adds, reject unknown names. The
// streams of the command must be set.
func checkNames(root *cobra.Command, args []string) {
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd(args...)
	for _, cmd := range root.Commands() {
		switch cmd.Name() {
		case "help":
			cmd.Args = func(_ *cobra.Command, args []string) error { return checkTopic(root, args) }
		case "completion":
			shells := cmd.Commands()
			cmd.RemoveCommand(shells...)
			WithSubcommands(cmd, shells...)
		}
	}
}

// checkTopic returns an error unless args name a command below cmd.
func checkTopic(cmd *cobra.Command, args []string) error {
	for i, name := range args {
		at := slices.IndexFunc(cmd.Commands(), func(sub *cobra.Command) bool { return sub.Name() == name || sub.HasAlias(name) })
		if at < 0 {
			return Subcommands(cmd, args[i:])
		}
		cmd = cmd.Commands()[at]
	}
	return nil
}

// List formats names as a phrase, for example "a, b and c".
func List(names []string) string {
	last := len(names) - 1
	if last < 1 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:last], ", ") + " and " + names[last]
}

// NoArguments checks the arguments of a command that takes only flags.
func NoArguments(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return Usagef("%s takes no arguments, got %q", cmd.CommandPath(), args[0])
	}
	return nil
}

// OneArgument returns the check for a command with exactly one argument, described by what.
func OneArgument(what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) != 1 {
			return Usagef("%s takes one %s, got %d", cmd.CommandPath(), what, len(args))
		}
		return nil
	}
}

// DidYouMean returns a hint at the name nearest to text, or "" if none is near.
func DidYouMean(text string, names []string) string {
	if near := nearest(text, names); near != "" {
		return fmt.Sprintf("; did you mean %q?", near)
	}
	return ""
}

// nearest returns the name with the smallest edit distance from text, or a name that begins with
// text, or "" if none is near. It ignores case.
func nearest(text string, names []string) string {
	best, least := "", 1+min(2, len(text)/3)
	for _, name := range slices.Sorted(slices.Values(names)) {
		d := distance(strings.ToLower(text), strings.ToLower(name))
		if len(text) > 1 && strings.HasPrefix(name, text) {
			d = min(d, 1)
		}
		if d < least {
			best, least = name, d
		}
	}
	return best
}

// distance returns the number of insertions, deletions, replacements and swaps of letters from a to
// b (optimal string alignment).
func distance(a, b string) int {
	var before, last []int
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		before, last, row = last, row, make([]int, len(b)+1)
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			row[j+1] = min(last[j+1]+1, row[j]+1, last[j]+cost)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
	}
	return row[len(b)]
}
