// Package hw holds the commands that model the Pentary accelerator.
package hw

import (
	"github.com/spf13/cobra"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/console"
)

// New returns the command hw.
func New(s *console.Streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "hw",
		Short: "Model the Pentary accelerator",
		Long: `Assemble, run and inspect programs for the Pentary accelerator: 48-bit instructions
over 16-pent words, matrices of pents, and evolution strategies. docs/isa.md
describes the instructions; examples/hw has programs.`,
		Example: "  pentary hw run --model digits.pent\n  pentary hw asm examples/hw/sum.s -o sum.pobj && pentary hw trace sum.pobj",
		Args:    console.Subcommands,
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newAsm(s), newDis(s), newRun(s), newTrace(s), newTrain(s),
		newClaims(s), newCrossbar(s), newEmit(s), newReport(s))
	return cmd
}
