// Package cli is the command line of pentary.
package cli

import (
	"io"

	"github.com/spf13/cobra"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/cli/convert"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/cli/hw"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/cli/inspect"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/cli/measure"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/cli/search"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/cli/train"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/console"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/selftest"
)

// Main runs the command with the arguments and returns the exit code. Results go to stdout,
// progress and errors to stderr.
func Main(args []string, stdout, stderr io.Writer) int {
	return console.Main(args, stdout, stderr, newRoot)
}

// newRoot returns the command tree.
func newRoot(s *console.Streams) *cobra.Command {
	var version bool
	root := &cobra.Command{
		Use:   "pentary",
		Short: "Train and run neural networks with weights in {-2, -1, 0, +1, +2}",
		Long: `pentary trains and runs neural networks whose weights are pents: digits in
{-2, -1, 0, +1, +2}, stored at three bits each. Training uses an evolution strategy
with low-rank perturbations (EGGROLL): no backpropagation, no floating point, and the
same weights for the same seed on every machine.`,
		Example: "  pentary train digits --out digits.pent\n  pentary eval digits.pent",
		Args:    console.Subcommands,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if version {
				inspect.PrintVersion(s)
				return nil
			}
			return cmd.Help()
		},
	}
	root.Flags().BoolVar(&version, "version", false, "show the version, like the command version")
	root.AddCommand(train.New(s), train.NewWorker(s), train.NewTop(s), train.NewReplay(s), train.NewVerify(s), train.NewAudit(s), search.NewTune(s), search.NewCompare(s), train.NewControl(s), train.NewEval(s), train.NewPredict(s), train.NewSample(s), train.NewFinetune(s), inspect.NewInspect(s), convert.New(s),
		hw.New(s), measure.NewBench(s), measure.NewSelftest(s, selftest.Implementations), measure.NewBillion(s), inspect.NewVersion(s))
	return root
}
