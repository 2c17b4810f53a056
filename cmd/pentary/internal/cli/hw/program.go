package hw

import (
	"errors"
	"fmt"
	"math"
	"strings"

	"github.com/spf13/cobra"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/console"
	"github.com/Kaleaon/pentary-go/data"
	"github.com/Kaleaon/pentary-go/internal/hw/exec"
	"github.com/Kaleaon/pentary-go/internal/hw/isa"
	"github.com/Kaleaon/pentary-go/internal/hw/programs"
	"github.com/Kaleaon/pentary-go/packed"
)

// target holds the flags for a program and its inputs: a program from a file, or a network compiled
// for its task's held-out samples.
type target struct {
	defined  symbols
	words    []string // SYMBOL=V,V,...
	matrices []string // SYMBOL=FILE.pent:TENSOR
	steps    int

	network
	columns int
	samples int
}

// flags adds the flags.
func (p *target) flags(groups *console.Groups) {
	p.defined = symbols{}
	f := groups.Add("Program")
	f.VarP(p.defined, "define", "D", "define a symbol for assembly text; repeatable")
	f.StringArrayVar(&p.words, "set", nil, "set data words, beginning at a symbol, by `SYMBOL=V,V,...`; repeatable")
	f.StringArrayVar(&p.matrices, "matrix", nil, "set a matrix of pents by `SYMBOL=FILE.pent:TENSOR`; repeatable")
	f.IntVar(&p.steps, "steps", 0, "stop after this number of instructions (default: unlimited)")
	console.Bound(f, "steps", 0, math.MaxInt)

	f = groups.Add("Network")
	p.network.flags(f, "run a saved network, `FILE.pent`, on its task's held-out samples")
	f.IntVar(&p.columns, "columns", 16, "samples per batch")
	f.IntVar(&p.samples, "samples", 0, "number of samples (default: all)")
	console.Bound(f, "columns", 1, math.MaxInt32)
	console.Bound(f, "samples", 0, math.MaxInt)
}

// args checks the arguments: either a program or --model.
func (p *target) args(cmd *cobra.Command, args []string) error {
	if p.model == "" {
		for _, name := range []string{"data", "columns", "samples"} {
			if cmd.Flags().Changed(name) {
				return console.Usagef("--%s requires --model", name)
			}
		}
		return console.OneArgument("program or --model")(cmd, args)
	}
	if len(args) > 0 {
		return console.Usagef("%s takes a program or --model, not both", cmd.CommandPath())
	}
	for _, name := range []string{"define", "set", "matrix"} {
		if cmd.Flags().Changed(name) {
			return console.Usagef("--%s requires a program, not --model", name)
		}
	}
	return nil
}

// job is a machine ready to run.
type job struct {
	name    string // file name for errors
	text    string // assembly text of a network
	program *isa.Program
	machine *exec.Machine

	compiled *programs.MLP // for a network
	task     string
	data     *data.Dataset
}

// load returns the job.
func (p *target) load(args []string, observers ...exec.Observer) (*job, error) {
	if p.model != "" {
		return p.loadModel(observers)
	}
	program, err := loadProgram(args[0], textOrObject, p.defined)
	if err != nil {
		return nil, err
	}
	m, err := exec.New(program, exec.Config{Steps: p.steps, Observers: observers})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", args[0], err)
	}
	for _, text := range p.words {
		if err := setWords(program, m, text); err != nil {
			return nil, fmt.Errorf("--set %s: %w", text, err)
		}
	}
	for _, text := range p.matrices {
		if err := setMatrix(m, text); err != nil {
			return nil, fmt.Errorf("--matrix %s: %w", text, err)
		}
	}
	return &job{name: args[0], program: program, machine: m}, nil
}

// setWords sets data words by SYMBOL=V,V,...
func setWords(program *isa.Program, m *exec.Machine, text string) error {
	name, values, ok := strings.Cut(text, "=")
	if !ok {
		return console.UsageError{Err: errors.New("want SYMBOL=V,V")}
	}
	at, ok := program.Find(name)
	if !ok {
		return fmt.Errorf("no data symbol %q", name)
	}
	for i, value := range strings.Split(values, ",") {
		v, err := isa.ParseNumber(value)
		if err != nil {
			return console.UsageError{Err: err}
		}
		if err := m.SetWord(at+i, v); err != nil {
			return err
		}
	}
	return nil
}

// setMatrix sets a matrix by SYMBOL=FILE.pent:TENSOR.
func setMatrix(m *exec.Machine, text string) error {
	symbol, source, ok := strings.Cut(text, "=")
	colon := strings.LastIndexByte(source, ':')
	if !ok || colon < 0 {
		return console.UsageError{Err: errors.New("want SYMBOL=FILE.pent:TENSOR")}
	}
	f, err := packed.ReadFile(source[:colon])
	if err != nil {
		return err
	}
	t, err := m.Tensor(symbol)
	if err != nil {
		return err
	}
	for _, tensor := range f.Tensors {
		if tensor.Name == source[colon+1:] {
			return m.SetMatrix(t, tensor.Matrix)
		}
	}
	return fmt.Errorf("no tensor %q in %s", source[colon+1:], source[:colon])
}

// loadModel compiles a network for its task's held-out samples.
func (p *target) loadModel(observers []exec.Observer) (*job, error) {
	s, err := p.network.load()
	if err != nil {
		return nil, err
	}
	test := s.test
	if p.samples > 0 && p.samples < test.Len() {
		test = &data.Dataset{
			Features: test.Features, Classes: test.Classes,
			Inputs: test.Inputs[:p.samples*test.Features], Labels: test.Labels[:p.samples],
		}
	}
	columns := min(p.columns, test.Len())
	compiled, err := programs.CompileMLP(s.net, columns, (test.Len()+columns-1)/columns)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", p.model, err)
	}
	compiled.Config.Steps = p.steps
	m, err := compiled.Machine(observers...)
	if err == nil {
		err = compiled.Load(m, test)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", p.model, err)
	}
	return &job{
		name: p.model, text: compiled.Text, program: compiled.Program.Program, machine: m,
		compiled: compiled, task: s.task.Name, data: test,
	}, nil
}
