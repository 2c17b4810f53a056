package cli

import (
	"fmt"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// flagGroups are the flags of a command by subject, for its help.
type flagGroups []flagGroup

type flagGroup struct {
	title string
	flags *pflag.FlagSet
}

// add returns a new group's flags, which help lists in the order they are made.
func (g *flagGroups) add(title string) *pflag.FlagSet {
	f := pflag.NewFlagSet(title, pflag.ContinueOnError)
	f.SortFlags = false
	*g = append(*g, flagGroup{title, f})
	return f
}

// texts returns the values of all flags by their names.
func (g flagGroups) texts() map[string]string {
	texts := map[string]string{}
	for _, group := range g {
		group.flags.VisitAll(func(f *pflag.Flag) { texts[f.Name] = f.Value.String() })
	}
	return texts
}

// bind gives the command the flags, and a usage that lists them by group.
func (g flagGroups) bind(cmd *cobra.Command) {
	for _, group := range g {
		cmd.Flags().AddFlagSet(group.flags)
	}
	cmd.SetUsageFunc(func(cmd *cobra.Command) error {
		out := cmd.OutOrStderr()
		fmt.Fprintf(out, "Usage:\n  %s\n", cmd.UseLine())
		for _, group := range g {
			fmt.Fprintf(out, "\n%s:\n%s", group.title, group.flags.FlagUsages())
		}
		return nil
	})
}
