package nn

import (
	"encoding/json"
	"fmt"
	"maps"

	"github.com/Kaleaon/pentary-go/packed"
)

// The keys of Model.File's meta that describe a model.
const (
	modelKind  = "layers"
	metaLayers = "layers" // JSON: a spec for each layer
)

// A spec describes a layer in a file: its kind and the arguments of the function that
// makes one of the kind.
type spec struct {
	Kind   string `json:"kind"`
	Sizes  []int  `json:"sizes,omitempty"`
	ReLU   bool   `json:"relu,omitempty"`
	Layers []spec `json:"layers,omitempty"` // of a residual connection
}

// kinds holds how many sizes a layer of each kind has, and what makes it.
var kinds = map[string]struct {
	sizes int
	build func(s []int, relu bool, from source) (Layer, error)
}{
	"dense": {2, func(s []int, relu bool, from source) (Layer, error) { return from("weights", s[1], s[0], relu) }},
	"embedding": {3, func(s []int, relu bool, from source) (Layer, error) {
		return buildEmbedding(s[0], s[1], s[2], relu, from)
	}},
	"layernorm": {2, func(s []int, _ bool, _ source) (Layer, error) { return buildLayerNorm(s[0], s[1]) }},
	"rnn":       {2, func(s []int, _ bool, from source) (Layer, error) { return buildRNN(s[0], s[1], from) }},
	"mingru":    {2, func(s []int, _ bool, from source) (Layer, error) { return buildMinGRU(s[0], s[1], from) }},
	"gru":       {2, func(s []int, _ bool, from source) (Layer, error) { return buildGRU(s[0], s[1], from) }},
	"lstm":      {2, func(s []int, _ bool, from source) (Layer, error) { return buildLSTM(s[0], s[1], from) }},
	"conv1d":    {3, func(s []int, relu bool, from source) (Layer, error) { return buildConv1D(s[0], s[1], s[2], relu, from) }},
	"conv2d": {6, func(s []int, relu bool, from source) (Layer, error) {
		return buildConv2D(s[0], s[1], s[2], s[3], s[4], s[5], relu, from)
	}},
	"attention": {3, func(s []int, _ bool, from source) (Layer, error) { return buildAttention(s[0], s[1], s[2], from) }},
}

func specs(layers []Layer) []spec {
	s := make([]spec, len(layers))
	for i, l := range layers {
		s[i] = l.spec()
	}
	return s
}

// File returns the model as a .pent file: a tensor for each matrix, named by the path to
// it, as in "1.2.forget", whose Scale is -Shift. Its meta are those given and the keys
// "model" and "layers", which are the model's. It shares memory with the model: write it
// before training goes on.
func (m *Model) File(meta map[string]string) *packed.File {
	f := &packed.File{Meta: map[string]string{}}
	maps.Copy(f.Meta, meta)
	for _, t := range m.tensors {
		f.Tensors = append(f.Tensors, packed.Tensor{Name: t.name, Matrix: t.W, Scale: -int32(t.Shift)})
	}
	layers, err := json.Marshal(specs(m.Layers))
	if err != nil {
		panic(err) // numbers and strings alone
	}
	f.Meta[metaModel], f.Meta[metaLayers] = modelKind, string(layers)
	return f
}

// LoadModel returns the model that File made f of. It shares memory with f. The error
// names the tensor or key that is missing, superfluous or out of range.
func LoadModel(f *packed.File) (*Model, error) {
	if kind := f.Meta[metaModel]; kind != modelKind {
		return nil, fmt.Errorf("nn: not a model of layers: meta %q is %q", metaModel, kind)
	}
	var described []spec
	if err := json.Unmarshal([]byte(f.Meta[metaLayers]), &described); err != nil {
		return nil, fmt.Errorf("nn: meta %q: %w", metaLayers, err)
	}
	l := loader{tensors: map[string]packed.Tensor{}}
	for _, t := range f.Tensors {
		if _, twice := l.tensors[t.Name]; twice {
			return nil, fmt.Errorf("nn: two tensors %q", t.Name)
		}
		l.tensors[t.Name] = t
	}
	layers, err := l.chain("", described, 0)
	if err != nil {
		return nil, err
	}
	for _, t := range f.Tensors {
		if _, left := l.tensors[t.Name]; left {
			return nil, fmt.Errorf("nn: tensor %q is of no layer", t.Name)
		}
	}
	return buildModel(layers)
}

// A loader makes layers of the tensors of a file, each of which is used once.
type loader struct {
	tensors map[string]packed.Tensor
}

// maxDepth bounds how deep residual connections lie in one another.
const maxDepth = 8

// chain makes layers of their specs, the tensors' names beginning with prefix.
func (l *loader) chain(prefix string, described []spec, depth int) ([]Layer, error) {
	if depth > maxDepth {
		return nil, fmt.Errorf("nn: layer %q lies in more than %d others", prefix, maxDepth)
	}
	layers := make([]Layer, len(described))
	for i, s := range described {
		var err error
		if layers[i], err = l.layer(fmt.Sprintf("%s%d.", prefix, i), s, depth); err != nil {
			return nil, err
		}
	}
	return layers, nil
}

func (l *loader) layer(prefix string, s spec, depth int) (Layer, error) {
	if s.Kind == "residual" {
		inner, err := l.chain(prefix, s.Layers, depth+1)
		if err != nil {
			return nil, err
		}
		return buildResidual(inner)
	}
	kind, ok := kinds[s.Kind]
	if !ok {
		return nil, fmt.Errorf("nn: layer %q is of unknown kind %q", prefix, s.Kind)
	}
	if len(s.Sizes) != kind.sizes {
		return nil, fmt.Errorf("nn: layer %q has sizes %v, want %d for kind %q", prefix, s.Sizes, kind.sizes, s.Kind)
	}
	return kind.build(s.Sizes, s.ReLU, func(name string, out, in int, relu bool) (*Dense, error) {
		return l.take(prefix+name, out, in, relu)
	})
}

// take returns the matrix of that name.
func (l *loader) take(name string, out, in int, relu bool) (*Dense, error) {
	t, ok := l.tensors[name]
	if !ok {
		return nil, fmt.Errorf("nn: no tensor %q", name)
	}
	delete(l.tensors, name)
	digit := byte('0')
	if relu {
		digit = '1'
	}
	d, err := loadDense(t, digit)
	if err == nil && (d.W.Rows() != out || d.W.Cols() != in) {
		err = fmt.Errorf("shape %d×%d, want %d×%d", d.W.Rows(), d.W.Cols(), out, in)
	}
	if err != nil {
		return nil, fmt.Errorf("nn: tensor %q: %w", name, err)
	}
	return d, nil
}
