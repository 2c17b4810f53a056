package inspect

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/console"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/machine"
)

// NewVersion returns the command version.
func NewVersion(s *console.Streams) *cobra.Command {
	var json, implementations bool
	cmd := &cobra.Command{
		Use:   "version",
		Short: "Show the version and the kernels that this CPU supports",
		RunE: func(*cobra.Command, []string) error {
			b := machine.ThisBuild()
			switch {
			case json:
				return s.PrintJSON("result", b)
			case implementations:
				fmt.Fprintln(s.Out, strings.Join(b.Kernels, "\n"))
			default:
				PrintVersion(s)
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&json, "json", false, "print one JSON object")
	cmd.Flags().BoolVar(&implementations, "implementations", false, "print only the kernels that this CPU supports, one per line")
	return cmd
}

// PrintVersion prints the version as text.
func PrintVersion(s *console.Streams) {
	b := machine.ThisBuild()
	fmt.Fprintf(s.Out, "pentary %s\n%s %s\nkernels: %s (of %s)\n", b, b.Go, b.Platform, b.Selected, strings.Join(b.Kernels, ", "))
}
