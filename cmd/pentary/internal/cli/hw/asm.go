package hw

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/console"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/report"
	"github.com/Kaleaon/pentary-go/internal/hw/isa"
)

func newAsm(s *console.Streams) *cobra.Command {
	var out string
	defined := symbols{}
	cmd := &cobra.Command{
		Use:   "asm FILE.s",
		Short: "Assemble a program into an object file",
		Long: `Assemble a program into an object file. Every error is reported with line and column;
if there is any, no file is written.`,
		Example:     "  pentary hw asm examples/hw/sum.s -o sum.pobj\n  pentary hw asm examples/hw/loop.s -D N=100 -o loop.pobj",
		Args:        console.OneArgument("program"),
		Annotations: console.Arguments("s"),
		RunE: func(_ *cobra.Command, args []string) error {
			if out == "" {
				out = objectPath(args[0])
			}
			p, err := loadProgram(args[0], textOnly, defined)
			if err != nil {
				return err
			}
			if err := isa.WriteFile(out, p); err != nil {
				return fmt.Errorf("saving: %w", err)
			}
			fmt.Fprintf(s.Out, "%s: %s instructions, %s words of data\n", out, report.Count(len(p.Code)), report.Count(len(p.Data)))
			return nil
		},
	}
	console.OutputP(cmd.Flags(), &out, "out", "o", "`file` to write (default: the source's name with .pobj)").
		Otherwise(func(args []string) string { return objectPath(args[0]) })
	cmd.Flags().VarP(defined, "define", "D", "define a symbol for the text; repeatable")
	return cmd
}

func newDis(s *console.Streams) *cobra.Command {
	return &cobra.Command{
		Use:         "dis FILE.pobj",
		Short:       "Disassemble an object file",
		Long:        "Print an object file as assembly text, which assembles to the same file.",
		Args:        console.OneArgument("object file"),
		Annotations: console.Arguments("pobj"),
		RunE: func(_ *cobra.Command, args []string) error {
			p, err := loadProgram(args[0], objectOnly, nil)
			if err != nil {
				return err
			}
			text, err := p.Disassemble()
			if err != nil {
				return fmt.Errorf("%s: %w", args[0], err)
			}
			fmt.Fprint(s.Out, text)
			return nil
		},
	}
}
