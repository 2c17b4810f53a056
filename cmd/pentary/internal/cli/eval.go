package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/console"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/corpus"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/task"
	"github.com/Kaleaon/pentary-go/nn"
	"github.com/Kaleaon/pentary-go/packed"
)

// evaluator is an evaluation as the command line asks for it.
type evaluator struct {
	data string
	json bool
}

func newEval(s *console.Streams) *cobra.Command {
	var e evaluator
	cmd := &cobra.Command{
		Use:         "eval FILE.pent",
		Annotations: console.Arguments(console.ArgModel),
		Short:       "Measure a saved network on its task's held-out samples",
		Long: `Measure a saved network on its task's held-out samples, or a language model on the
held-out end of its text.`,
		Args: console.OneArgument(".pent file"),
		RunE: func(_ *cobra.Command, args []string) error { return e.run(args[0], s) },
	}
	console.Input(cmd.Flags(), &e.data, "data", "`folder` of the IDX files, for the tasks that are not embedded; of a language model, the text file")
	cmd.Flags().BoolVar(&e.json, "json", false, "print one JSON object")
	return cmd
}

func (e *evaluator) run(path string, s *console.Streams) error {
	f, err := packed.ReadFile(path)
	if err != nil {
		return err
	}
	if f.Meta["task"] == lmTask {
		return e.language(path, f, s)
	}
	r, err := e.evaluate(f)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if e.json {
		return s.PrintJSON("result", r)
	}
	r.write(s.Out, s.OutStyle(), nil)
	return nil
}

func (e *evaluator) evaluate(f *packed.File) (*result, error) {
	net, err := nn.Load(f)
	if err != nil {
		return nil, err
	}
	t, err := task.Find(f.Meta["task"])
	if err != nil {
		return nil, err
	}
	if err := checkData(t, e.data); err != nil {
		return nil, err
	}
	_, test, err := t.Load(e.data)
	if err != nil {
		return nil, err
	}
	confusion, err := net.Confusion(test)
	if err != nil {
		return nil, err
	}
	return resultOf(t.Name, net, confusion), nil
}

// language measures a language model.
func (e *evaluator) language(path string, f *packed.File, s *console.Streams) error {
	m, err := nn.Load(f)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	text, err := corpus.Load(e.data)
	if err != nil {
		return err
	}
	scorer, err := nn.NewTextScorer(m, text.Bytes, text.Train)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	r := lmResultOf(m, scorer)
	if e.json {
		return s.PrintJSON("result", r)
	}
	r.write(s.Out, s.OutStyle(), nil)
	return nil
}
