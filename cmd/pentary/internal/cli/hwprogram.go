package cli

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/console"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/task"
	"github.com/Kaleaon/pentary-go/data"
	"github.com/Kaleaon/pentary-go/internal/hw/exec"
	"github.com/Kaleaon/pentary-go/internal/hw/isa"
	"github.com/Kaleaon/pentary-go/internal/hw/programs"
	"github.com/Kaleaon/pentary-go/nn"
	"github.com/Kaleaon/pentary-go/packed"
	"github.com/Kaleaon/pentary-go/trit5"
)

// hwProgram is a program and its inputs as the command line asks for them: those of a
// file, or a network compiled for its task's held-out samples.
type hwProgram struct {
	defined  symbols
	words    []string // SYMBOL=V,V,...
	matrices []string // SYMBOL=FILE.pent:TENSOR
	steps    int

	model   string
	data    string
	columns int
	samples int
}

// flags adds the flags that say what to run.
func (p *hwProgram) flags(groups *console.Groups) {
	p.defined = symbols{}
	f := groups.Add("Program")
	f.VarP(p.defined, "define", "D", "a symbol that assembly text uses; repeatable")
	f.StringArrayVar(&p.words, "set", nil, "words of data from a symbol on, as `SYMBOL=V,V,...`; repeatable")
	f.StringArrayVar(&p.matrices, "matrix", nil, "a matrix of pents, as `SYMBOL=FILE.pent:TENSOR`; repeatable")
	f.IntVar(&p.steps, "steps", 0, "stop after so many instructions (default no limit)")

	f = groups.Add("Network")
	console.Input(f, &p.model, "model", "run a saved network, `FILE.pent`, on its task's held-out samples").Ext("pent")
	console.Input(f, &p.data, "data", "`folder` of the IDX files, for the tasks that are not embedded")
	f.IntVar(&p.columns, "columns", 16, "samples of a batch")
	f.IntVar(&p.samples, "samples", 0, "only so many samples (default all)")
}

// args is the arguments' check: a program, or none and --model.
func (p *hwProgram) args(cmd *cobra.Command, args []string) error {
	if p.model == "" {
		for _, name := range []string{"data", "columns", "samples"} {
			if cmd.Flags().Changed(name) {
				return console.Usagef("--%s goes with --model", name)
			}
		}
		return oneProgram(cmd, args)
	}
	if len(args) > 0 {
		return console.Usagef("%s takes a program or --model, not both", cmd.CommandPath())
	}
	for _, name := range []string{"define", "set", "matrix"} {
		if cmd.Flags().Changed(name) {
			return console.Usagef("--%s goes with a program, not with --model", name)
		}
	}
	if p.columns < 1 || p.samples < 0 {
		return console.Usagef("--columns %d and --samples %d, want at least 1 and 0", p.columns, p.samples)
	}
	return nil
}

// hwJob is a machine that is about to run.
type hwJob struct {
	text    string // assembly, if it is known
	program *isa.Program
	machine *exec.Machine

	compiled *programs.MLP // of a network
	task     string
	data     *data.Dataset
}

// load returns the job.
func (p *hwProgram) load(args []string, observers ...exec.Observer) (*hwJob, error) {
	if p.steps < 0 {
		return nil, console.Usagef("--steps %d, want 0 or more", p.steps)
	}
	if p.model != "" {
		j, err := p.loadModel(observers)
		if err != nil {
			return nil, hwFileError(p.model, err)
		}
		return j, nil
	}
	program, err := loadProgram(args[0], p.defined)
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
	return &hwJob{program: program, machine: m}, nil
}

// hwFileError says which file an error is about, once.
func hwFileError(path string, err error) error {
	if usage := (console.UsageError{}); errors.As(err, &usage) || strings.Contains(err.Error(), path) {
		return err
	}
	return fmt.Errorf("%s: %w", path, err)
}

// setWords sets data as SYMBOL=V,V,... says.
func setWords(program *isa.Program, m *exec.Machine, text string) error {
	name, values, ok := strings.Cut(text, "=")
	if !ok {
		return console.UsageError{Err: errors.New("want SYMBOL=V,V")}
	}
	at, ok := program.Find(name)
	if !ok {
		return fmt.Errorf("no data at a symbol %q", name)
	}
	for i, value := range strings.Split(values, ",") {
		v, err := strconv.ParseInt(value, 0, 64)
		if err != nil || v > trit5.WordMax || v < -trit5.WordMax {
			return console.Usagef("%.32q is not a number within ±%d", value, int64(trit5.WordMax))
		}
		if err := m.SetWord(at+i, v); err != nil {
			return err
		}
	}
	return nil
}

// setMatrix stores a matrix as SYMBOL=FILE.pent:TENSOR says.
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
func (p *hwProgram) loadModel(observers []exec.Observer) (*hwJob, error) {
	f, err := packed.ReadFile(p.model)
	if err != nil {
		return nil, err
	}
	net, err := nn.Load(f)
	if err != nil {
		return nil, err
	}
	t, err := task.Find(f.Meta["task"])
	if err != nil {
		return nil, err
	}
	if err := checkData(t, p.data); err != nil {
		return nil, err
	}
	_, test, err := t.Load(p.data)
	if err != nil {
		return nil, err
	}
	if p.samples > 0 && p.samples < test.Len() {
		test = &data.Dataset{
			Features: test.Features, Classes: test.Classes,
			Inputs: test.Inputs[:p.samples*test.Features], Labels: test.Labels[:p.samples],
		}
	}
	columns := min(p.columns, test.Len(), math.MaxInt32)
	compiled, err := programs.CompileMLP(net, columns, (test.Len()+columns-1)/columns)
	if err != nil {
		return nil, err
	}
	compiled.Config.Steps = p.steps
	m, err := compiled.Machine(observers...)
	if err != nil {
		return nil, err
	}
	if err := compiled.Load(m, test); err != nil {
		return nil, err
	}
	return &hwJob{
		text: compiled.Text, program: compiled.Program.Program, machine: m,
		compiled: compiled, task: t.Name, data: test,
	}, nil
}
