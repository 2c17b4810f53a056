package console

import (
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// Groups are the flags of a command by subject, for its help.
type Groups []Group

// Group is flags of one subject.
type Group struct {
	Title string
	Flags *pflag.FlagSet
}

// NewFlags returns an empty set of flags, which help lists in the order they are made.
func NewFlags() *pflag.FlagSet {
	f := pflag.NewFlagSet("", pflag.ContinueOnError)
	f.SortFlags = false
	return f
}

// Add returns the flags of a new group.
func (g *Groups) Add(title string) *pflag.FlagSet {
	f := NewFlags()
	*g = append(*g, Group{title, f})
	return f
}

// Without returns the group without the flags of those names.
func (g Group) Without(names ...string) Group {
	f := NewFlags()
	g.Flags.VisitAll(func(flag *pflag.Flag) {
		if !slices.Contains(names, flag.Name) {
			f.AddFlag(flag)
		}
	})
	return Group{g.Title, f}
}

// Texts returns the values of all flags by their names.
func (g Groups) Texts() map[string]string {
	texts := map[string]string{}
	for _, group := range g {
		group.Flags.VisitAll(func(f *pflag.Flag) { texts[f.Name] = f.Value.String() })
	}
	return texts
}

// SetTexts sets flags to texts by their names, as the command line would.
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

// Bind gives the command the flags.
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

// Alias makes other names of a flag, which help does not show.
func Alias(f *pflag.FlagSet, name string, others ...string) {
	flag := f.Lookup(name)
	if flag.Annotations == nil {
		flag.Annotations = map[string][]string{}
	}
	flag.Annotations[aliasEntry] = others
}

// renamed is the value of a flag that another has taken the place of.
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

// Renamed keeps a flag that another with other values has taken the place of: set takes
// its values, and help does not show it. See Alias for one with the same values.
func Renamed(f *pflag.FlagSet, name, now string, set func(text string) error) {
	f.Var(renamed{set, "old"}, name, "an older form of --"+now)
	f.Lookup(name).Hidden = true
}
