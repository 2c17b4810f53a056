package console

import (
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// Groups are the flags of a command, grouped by subject for its help.
type Groups []Group

// Group holds the flags of one subject.
type Group struct {
	Title string
	Flags *pflag.FlagSet
}

// NewFlags returns an empty set of flags, which help lists in order of definition.
func NewFlags() *pflag.FlagSet {
	f := pflag.NewFlagSet("", pflag.ContinueOnError)
	f.SortFlags = false
	return f
}

// Add adds a group and returns its flags.
func (g *Groups) Add(title string) *pflag.FlagSet {
	f := NewFlags()
	*g = append(*g, Group{title, f})
	return f
}

// Without returns the group without the named flags.
func (g Group) Without(names ...string) Group {
	f := NewFlags()
	g.Flags.VisitAll(func(flag *pflag.Flag) {
		if !slices.Contains(names, flag.Name) {
			f.AddFlag(flag)
		}
	})
	return Group{g.Title, f}
}

// Texts returns the values of all flags by name.
func (g Groups) Texts() map[string]string {
	texts := map[string]string{}
	for _, group := range g {
		group.Flags.VisitAll(func(f *pflag.Flag) { texts[f.Name] = f.Value.String() })
	}
	return texts
}

// SetTexts sets flags by name, as the command line does.
func (g Groups) SetTexts(texts map[string]string) error {
	f := NewFlags()
	for _, group := range g {
		f.AddFlagSet(group.Flags)
	}
	Numbers(f)
	for name, text := range texts {
		if err := f.Set(name, text); err != nil {
			return flagError(nil, err)
		}
	}
	return nil
}

const groupEntry = "group"

// Bind adds the flags to the command.
func (g Groups) Bind(cmd *cobra.Command) {
	for _, group := range g {
		group.Flags.VisitAll(func(f *pflag.Flag) {
			if f.Annotations == nil {
				f.Annotations = map[string][]string{}
			}
			f.Annotations[groupEntry] = []string{group.Title}
		})
		cmd.Flags().AddFlagSet(group.Flags)
	}
}

const aliasEntry = "alias"

// Alias adds other names for a flag, hidden in help.
func Alias(f *pflag.FlagSet, name string, others ...string) {
	flag := f.Lookup(name)
	if flag.Annotations == nil {
		flag.Annotations = map[string][]string{}
	}
	flag.Annotations[aliasEntry] = others
}

// renamed is the value of a flag that another flag has replaced.
type renamed struct {
	set  func(text string) error
	kind string
}

// Set implements pflag.Value.
func (r renamed) Set(text string) error { return r.set(text) }

// String implements pflag.Value.
func (renamed) String() string { return "" }

// Type implements pflag.Value.
func (r renamed) Type() string { return r.kind }

// Renamed adds a flag, hidden in help, that another flag with other values has replaced; set
// receives its values. See Alias for the same values.
func Renamed(f *pflag.FlagSet, name, now string, set func(text string) error) {
	f.Var(renamed{set, "old"}, name, "an older form of --"+now)
	f.Lookup(name).Hidden = true
}
