package nn

import (
	"errors"
	"fmt"
	"hash/maphash"
	"strings"

	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/lowrank"
	"github.com/Kaleaon/pentary-go/packed"
)

// Model is a list of layers; the outputs of each are the inputs of the next. The outputs of
// the last are logits in 1/16 bit.
type Model struct {
	Layers []Layer

	matrices []*Dense
	names    []string // of the matrices
}

// NewModel returns a model of the given layers. It panics if their widths do not fit, or
// if it has no weights.
func NewModel(layers ...Layer) *Model {
	m, err := buildModel(layers)
	if err != nil {
		panic(err.Error())
	}
	return m
}

func buildModel(layers []Layer) (*Model, error) {
	if err := checkChain("Model", layers); err != nil {
		return nil, err
	}
	m := &Model{Layers: layers}
	for i, l := range layers {
		if _, ok := l.(*Logits); !ok || i == 0 {
			continue
		}
		if d, ok := layers[i-1].(*Dense); ok {
			d.logits = true
		}
	}
	m.collect()
	for i, d := range m.matrices {
		if err := d.checkScale(); err != nil {
			return nil, fmt.Errorf("nn: matrix %q: %w", m.names[i], err)
		}
	}
	if len(m.matrices) == 0 {
		return nil, errors.New("nn: Model of layers without weights")
	}
	return m, nil
}

// collect lists the matrices of the layers, each after the numbers of its rows, and names them.
func (m *Model) collect() {
	m.matrices, m.names = nil, nil
	chainWeights(m.Layers, func(name string, d *Dense) {
		if d.gains != nil {
			m.matrices, m.names = append(m.matrices, d.gains), append(m.names, name+".gains")
		}
		if d.offsets != nil {
			m.matrices, m.names = append(m.matrices, d.offsets), append(m.names, name+".offsets")
		}
		m.matrices, m.names = append(m.matrices, d), append(m.names, name)
	})
	if m.isMLP() {
		for i := range m.names {
			m.names[i] = layerName(i)
		}
	}
}

// isMLP reports whether all layers are dense.
func (m *Model) isMLP() bool {
	_, ok := m.Dense()
	return ok
}

// Dense returns the layers if the model is an MLP: all are dense, without bias, offsets, multipliers
// and wide outputs.
func (m *Model) Dense() (layers []*Dense, ok bool) {
	for _, l := range m.Layers {
		d, ok := l.(*Dense)
		if !ok || d.Bias != 0 || d.Offset != nil || !d.isPlain() {
			return nil, false
		}
		layers = append(layers, d)
	}
	return layers, true
}

// Matrices returns the matrices of all layers in the order of Parameters, with their
// shifts.
func (m *Model) Matrices() []*Dense {
	d := make([]*Dense, len(m.matrices)) // on the stack of a caller that keeps few
	copy(d, m.matrices)
	return d
}

// Randomize fills all matrices with random weights of the binomial law from the seed, and
// gains with zeros.
func (m *Model) Randomize(seed uint64) {
	for i, w := range m.Parameters() {
		if w.Frozen {
			continue
		}
		if m.matrices[i].zeros {
			copy(w.W.Bytes(), packed.NewMatrix(w.W.Rows(), w.W.Cols()).Bytes())
			continue
		}
		lowrank.Randomize(w, kernels.Binomial, seed)
	}
}

// Inputs returns the width of the input.
func (m *Model) Inputs() int { return m.Layers[0].Inputs() }

// Outputs returns the width of the output.
func (m *Model) Outputs() int { return m.Layers[len(m.Layers)-1].Outputs() }

// Parameters returns the weights of all layers, in order and by the names that File
// gives them, for an optimizer.
func (m *Model) Parameters() []lowrank.Parameter {
	p := make([]lowrank.Parameter, len(m.matrices))
	for i, d := range m.matrices {
		p[i] = d.parameter(i, m.names[i])
	}
	return p
}

// hashSeed is of Model.hash.
var hashSeed = maphash.MakeSeed()

// hash returns a hash of the weights, for comparisons in this process.
func (m *Model) hash() (h uint64) {
	for _, d := range m.matrices {
		h = h*0x9e3779b97f4a7c15 + maphash.Bytes(hashSeed, d.W.Bytes())
	}
	return h
}

// Size returns the number of weights.
func (m *Model) Size() int {
	n := 0
	for _, d := range m.matrices {
		n += d.W.Rows() * d.W.Cols()
	}
	return n
}

// String describes the layers, one a line.
func (m *Model) String() string {
	var s strings.Builder
	for i, l := range m.Layers {
		fmt.Fprintf(&s, "%d: %v\n", i, l)
	}
	return s.String()
}

// A LayerSummary is a line of a model's summary.
type LayerSummary struct {
	Name    string
	Depth   int // of residual connections and scans around the layer
	Outputs int
	Weights int // of the layer itself, or of all that it is around
}

// Summary describes the layers; layers within a residual connection or a scan follow it.
func (m *Model) Summary() []LayerSummary { return summarize(nil, m.Layers, 0) }

func summarize(lines []LayerSummary, layers []Layer, depth int) []LayerSummary {
	for _, l := range layers {
		s := LayerSummary{Name: l.String(), Depth: depth, Outputs: l.Outputs()}
		l.Weights(func(_ string, d *Dense) { s.Weights += d.W.Rows() * d.W.Cols() })
		var inner []Layer
		switch l := l.(type) {
		case *Residual:
			s.Name, inner = "residual", l.Layers
		case *Scan:
			s.Name, inner = l.name(), l.Layers
		}
		lines = summarize(append(lines, s), inner, depth+1)
	}
	return lines
}

// Clone returns a model with the same layers and a copy of the weights. The error names a
// layer that is not registered.
func (m *Model) Clone() (*Model, error) {
	f := m.File(nil)
	for i := range f.Tensors {
		f.Tensors[i].Matrix = f.Tensors[i].Matrix.Clone()
	}
	return Load(f)
}
