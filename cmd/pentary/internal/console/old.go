package console

import "github.com/spf13/pflag"

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
