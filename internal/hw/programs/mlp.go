package programs

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/Kaleaon/pentary-go/data"
	"github.com/Kaleaon/pentary-go/internal/hw/exec"
	"github.com/Kaleaon/pentary-go/internal/hw/isa"
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/nn"
)

// MLP is a network compiled to a program that computes the outputs of batches of inputs.
type MLP struct {
	*Program
	net              *nn.Model
	layers           []*nn.Dense
	columns, batches int
	far              farTensors
}

// farTensors has the locations of the inputs and outputs of all batches, one after another.
type farTensors struct {
	x, out         int // addresses
	xSize, outSize int // bytes per batch
}

type mlpText struct {
	Batches                 int
	X, FarX, FarOut         string
	InputBytes, OutputBytes int
	Layers                  []mlpLayerText
}

type mlpLayerText struct {
	N               int
	Shift           uint
	ReLU            bool
	W, FarW, Sum, H string
}

// CompileMLP returns the program that computes the outputs of an MLP for the given number of
// batches, with columns samples each, like an nn.Runner. It returns an error if the program
// exceeds a limit of the machine, or if the model has layers that are not dense.
func CompileMLP(net *nn.Model, columns, batches int) (*MLP, error) {
	if columns < 1 || batches < 1 || columns > math.MaxInt32 || batches > isa.MaxLarge {
		return nil, fmt.Errorf("programs: %d batches of %d columns, want at least one of each and at most %d batches", batches, columns, isa.MaxLarge)
	}
	layers, err := denseLayers(net)
	if err != nil {
		return nil, err
	}
	l := &layout{}
	text := mlpText{Batches: batches, X: l.activations(net.Inputs(), columns)}
	for i, layer := range layers {
		m, k := layer.W.Rows(), layer.W.Cols()
		text.Layers = append(text.Layers, mlpLayerText{
			N: i, Shift: layer.Shift, ReLU: layer.ReLU,
			W: l.matrix(m, k), FarW: l.matrix(m, k), Sum: l.accumulators(m, columns), H: l.activations(m, columns),
		})
	}
	p := &MLP{net: net, layers: layers, columns: columns, batches: batches}
	text.FarX, p.far.x, p.far.xSize = l.repeated(net.Inputs(), columns, batches)
	text.FarOut, p.far.out, p.far.outSize = l.repeated(net.Outputs(), columns, batches)
	text.InputBytes, text.OutputBytes = p.far.xSize, p.far.outSize
	if p.Program, err = build("mlp.pasm", text, l); err != nil {
		return nil, err
	}
	return p, nil
}

// denseLayers returns the layers of an MLP.
func denseLayers(net *nn.Model) ([]*nn.Dense, error) {
	layers, ok := net.Dense()
	if !ok {
		return nil, errors.New("programs: the model has layers that are not dense, for which there is no program")
	}
	return layers, nil
}

// repeated reserves activations for several batches and returns the descriptor, the address and
// the size of the first.
func (l *layout) repeated(rows, cols, batches int) (text string, at, size int) {
	at = l.bytes
	each := 4 * int64(kernels.Quads(rows)) * int64(cols)
	text = l.reserve(&l.bytes, int64(rows), int64(cols), min(each, exec.MaxMemory+1)*int64(batches))
	return text, at, int(min(each, exec.MaxMemory+1))
}

// Machine returns a machine with the network's weights in far memory.
func (p *MLP) Machine(observers ...exec.Observer) (*exec.Machine, error) {
	m, err := p.Program.Machine(observers...)
	if err != nil {
		return nil, err
	}
	for i, l := range p.layers {
		if err := setMatrix(m, fmt.Sprintf("far_w%d", i), l.W); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// Inputs returns the inputs of batch i in a machine's far memory, in quads.
func (p *MLP) Inputs(m *exec.Machine, i int) []int8 {
	return p.part(m, p.far.x+i*p.far.xSize, p.net.Inputs())
}

// Outputs returns the outputs of batch i in a machine's far memory, in quads.
func (p *MLP) Outputs(m *exec.Machine, i int) []int8 {
	return p.part(m, p.far.out+i*p.far.outSize, p.net.Outputs())
}

func (p *MLP) part(m *exec.Machine, base, rows int) []int8 {
	return m.Activations(exec.Tensor{Kind: isa.Bytes, Base: base, Rows: rows, Cols: p.columns})
}

// Load copies a dataset to a machine's far memory, sample by sample, and sets the columns after
// the last sample to zero. It returns an error if the dataset does not fit the program.
func (p *MLP) Load(m *exec.Machine, data *data.Dataset) error {
	if err := data.Check(); err != nil {
		return err
	}
	if p.net.Inputs() != data.Features || p.net.Outputs() < data.Classes {
		return fmt.Errorf("programs: network of %d→%d for a dataset of %d features and %d classes",
			p.net.Inputs(), p.net.Outputs(), data.Features, data.Classes)
	}
	if most := int64(p.columns) * int64(p.batches); int64(data.Len()) > most {
		return fmt.Errorf("programs: %d samples for %d batches of %d columns", data.Len(), p.batches, p.columns)
	}
	batch := make([]int8, p.columns*data.Features)
	for i := range p.batches {
		clear(batch)
		copy(batch, data.Inputs[min(i*len(batch), len(data.Inputs)):])
		kernels.Interleave(p.Inputs(m, i), batch, data.Features, p.columns)
	}
	return nil
}

// Check returns an error unless a machine's outputs equal the network's.
func (p *MLP) Check(m *exec.Machine) error {
	run := p.net.NewRunner(p.columns)
	for i := range p.batches {
		if !slices.Equal(p.Outputs(m, i), run.Step(p.Inputs(m, i))) {
			return fmt.Errorf("programs: the outputs of batch %d differ from the network's", i)
		}
	}
	return nil
}

// Confusion returns the confusion matrix of the dataset that the machine was loaded with, after
// its run: for each true class, the number of samples assigned to each class.
func (p *MLP) Confusion(m *exec.Machine, data *data.Dataset) [][]int {
	counts := make([][]int, data.Classes)
	for i := range counts {
		counts[i] = make([]int, p.net.Outputs())
	}
	for i, label := range data.Labels {
		counts[label][p.assigned(p.Outputs(m, i/p.columns), i%p.columns)]++
	}
	return counts
}

// assigned returns the row of a column's largest output, the first if several are equal.
func (p *MLP) assigned(out []int8, c int) (class int) {
	best := int8(-128)
	for i := range p.net.Outputs() {
		if v := out[(i/4*p.columns+c)*4+i%4]; v > best {
			best, class = v, i
		}
	}
	return class
}
