package nn

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"sync"

	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/packed"
)

// The keys of File.Meta that describe a model.
const (
	metaModel  = "model"  // "mlp" or "layers"
	metaReLU   = "relu"   // of an MLP, a digit for each layer: 1 with ReLU, 0 without
	metaLayers = "layers" // of other models, JSON: a Spec for each layer
)

const (
	modelMLP    = "mlp"
	modelLayers = "layers"
)

// maxShift is the largest shift that kernels.Requantize takes.
const maxShift = 30

// A Spec describes a layer in a file: its kind and the arguments of the function that
// builds one of the kind.
type Spec struct {
	Kind  string `json:"kind"`
	Sizes []int  `json:"sizes,omitempty"`
	ReLU  bool   `json:"relu,omitempty"`
	Bias  int    `json:"bias,omitempty"`  // of a dense layer, a two-dimensional convolution or a GRU's State, its constant input
	Gains bool   `json:"gains,omitempty"` // of a norm
	RMS   bool   `json:"rms,omitempty"`   // of a norm
	Wide  bool   `json:"wide,omitempty"`  // outputs of a matrix, queries and keys of attention, inputs of a norm, both of a residual connection

	KVHeads int `json:"kv_heads,omitempty"` // of attention; 0: as many as heads
	Rotary  int `json:"rotary,omitempty"`   // base of attention's rotary positions; 0: none
	Shift   int `json:"shift,omitempty"`    // of attention's scores, of a gated layer or of a GRU

	Width int   `json:"width,omitempty"` // of a convolution's kernel or a window; 0: its size, which is its height
	Pads  []int `json:"pads,omitempty"`  // of a convolution or a maxpool: top, left, bottom, right
	All   bool  `json:"all,omitempty"`   // of a scan

	ResetAfter bool `json:"reset_after,omitempty"` // of a GRU

	Layers []Spec `json:"layers,omitempty"` // of a residual connection or a scan
}

// A Builder builds the layer that a Spec describes, with matrices from a Source. Errors
// say which size is out of range.
type Builder func(s Spec, from Source) (Layer, error)

type kind struct {
	sizes int // in a Spec
	build Builder
}

// kinds are the layers that Load knows.
var kinds = struct {
	sync.RWMutex
	byName map[string]kind
}{byName: map[string]kind{
	"dense": {2, func(s Spec, from Source) (Layer, error) { return buildDense(s, from) }},
	"embedding": {3, func(s Spec, from Source) (Layer, error) {
		e, err := buildEmbedding(s.Sizes[0], s.Sizes[1], s.Sizes[2], s.ReLU, from)
		if err == nil {
			err = e.Rows.widen(s.Wide)
		}
		return e, err
	}},
	"ngrams": {4, func(s Spec, from Source) (Layer, error) {
		return buildNGrams(s.Sizes[0], s.Sizes[1], s.Sizes[2], s.Sizes[3], s.ReLU, from)
	}},
	"layernorm": {2, func(s Spec, from Source) (Layer, error) {
		l, err := buildLayerNorm(s.Sizes[0], s.Sizes[1], s.RMS, s.Wide)
		if err == nil && s.Gains {
			err = l.addGains(from)
		}
		return l, err
	}},
	"rnn":    {2, func(s Spec, from Source) (Layer, error) { return buildRNN(s.Sizes[0], s.Sizes[1], from) }},
	"mingru": {2, func(s Spec, from Source) (Layer, error) { return buildMinGRU(s.Sizes[0], s.Sizes[1], from) }},
	"gru":    {2, func(s Spec, from Source) (Layer, error) { return buildGRU(s, from) }},
	"lstm":   {2, func(s Spec, from Source) (Layer, error) { return buildLSTM(s.Sizes[0], s.Sizes[1], from) }},
	"conv1d": {3, func(s Spec, from Source) (Layer, error) {
		return buildConv1D(s.Sizes[0], s.Sizes[1], s.Sizes[2], s.ReLU, from)
	}},
	"conv2d": {6, func(s Spec, from Source) (Layer, error) {
		w, err := s.window("Conv2D", append(s.Sizes[:3:3], s.Sizes[4:]...)...)
		if err != nil {
			return nil, err
		}
		return buildConv2D(w, s.Sizes[3], s, from)
	}},
	"maxpool": {5, func(s Spec, _ Source) (Layer, error) {
		w, err := s.window("MaxPool", s.Sizes...)
		if err != nil {
			return nil, err
		}
		return buildMaxPool(w)
	}},
	"attention": {3, func(s Spec, from Source) (Layer, error) { return buildAttention(s, from) }},
	"swiglu": {2, func(s Spec, from Source) (Layer, error) {
		return buildSwiGLU(s.Sizes[0], s.Sizes[1], s.Shift, from)
	}},
	"logits": {1, func(s Spec, _ Source) (Layer, error) { return buildLogits(s.Sizes[0]) }},
}}

// The kinds that Load builds of other layers.
const (
	residualKind = "residual"
	scanKind     = "scan"
)

// Register adds a kind of layer to those that Load reads, whose Specs have that kind and
// number of sizes. It panics if the kind exists already.
func Register(name string, sizes int, build Builder) {
	kinds.Lock()
	defer kinds.Unlock()
	if _, known := kinds.byName[name]; known || name == residualKind || name == scanKind {
		panic(fmt.Sprintf("nn: Register: kind %q is known already", name))
	}
	kinds.byName[name] = kind{sizes, build}
}

func specs(layers []Layer) []Spec {
	s := make([]Spec, len(layers))
	for i, l := range layers {
		s[i] = l.Spec()
	}
	return s
}

func layerName(i int) string { return fmt.Sprintf("layer%d", i) }

// File returns the model as a .pent file. It has a tensor for each matrix, whose Scale is
// -Shift, and the given meta beside those that describe the model. It shares memory with
// the model: write it before training continues.
//
// The tensors of an MLP, dense layers without bias alone, are "layer0", "layer1", …, of outputs ×
// inputs each; meta "model" is "mlp" and "relu" has a digit for each layer: 1 with ReLU,
// 0 without.
//
// The tensors of any other model are named by the path to the matrix, as in "1.2.forget";
// "model" is "layers", and "layers" a JSON array of the layers' Specs, each an object of
// its "kind" and, unless empty, 0 or false, "sizes", "relu", of dense and conv2d "bias", of a norm
// "gains" and "rms", of a residual connection "layers", of attention "kv_heads", "rotary"
// and "shift", of a convolution and a maxpool "width" and "pads", of a scan "layers" and "all", of a
// GRU "reset_after" and with it "shift" and "bias", and "wide". The multipliers and offsets of a matrix's
// outputs are tensors of its name and ".scale" or ".offset", see rowDigits. Sizes are:
//
//	dense      inputs, outputs
//	embedding  vocabulary, places, outputs
//	ngrams     bytes of context, longest n-gram, buckets, outputs
//	layernorm  width, target
//	rnn mingru gru lstm
//	           inputs, outputs
//	conv1d     inputs, outputs, steps
//	conv2d     rows, columns, channels, output channels, kernel size, stride
//	maxpool    rows, columns, channels, window size, stride
//	scan       parts
//	attention  width, heads, window
//	swiglu     inputs, outputs
//	logits     width
func (m *Model) File(meta map[string]string) *packed.File {
	f := &packed.File{Meta: map[string]string{}}
	maps.Copy(f.Meta, meta)
	for i, d := range m.matrices {
		if d.one > 0 {
			continue
		}
		f.Tensors = append(f.Tensors, packed.Tensor{Name: m.names[i], Matrix: d.W, Scale: -int32(d.Shift)})
		if d.Scale != nil {
			f.Tensors = append(f.Tensors, packed.Tensor{Name: m.names[i] + scaleSuffix, Matrix: rowDigits(d.multipliers())})
		}
		if d.Offset != nil {
			f.Tensors = append(f.Tensors, packed.Tensor{Name: m.names[i] + offsetSuffix, Matrix: rowDigits(d.trainedOffsets())})
		}
	}
	if layers, ok := m.Dense(); ok {
		relu := make([]byte, len(layers))
		for i, l := range layers {
			relu[i] = reluDigit(l.ReLU)
		}
		f.Meta[metaModel], f.Meta[metaReLU] = modelMLP, string(relu)
		return f
	}
	layers, err := json.Marshal(specs(m.Layers))
	if err != nil {
		panic(err) // numbers and strings alone
	}
	f.Meta[metaModel], f.Meta[metaLayers] = modelLayers, string(layers)
	return f
}

func reluDigit(relu bool) byte {
	if relu {
		return '1'
	}
	return '0'
}

// Load returns the model that File wrote as f. It shares memory with f. The error names
// the tensor or key that is missing, superfluous or out of range.
func Load(f *packed.File) (*Model, error) {
	if f == nil {
		return nil, errors.New("nn: Load: the file is nil")
	}
	switch model := f.Meta[metaModel]; model {
	case modelMLP:
		return loadMLP(f)
	case modelLayers:
		return loadLayers(f)
	default:
		return nil, fmt.Errorf("nn: not a model: meta %q is %q, want %q or %q", metaModel, model, modelMLP, modelLayers)
	}
}

func loadMLP(f *packed.File) (*Model, error) {
	relu := f.Meta[metaReLU]
	if len(relu) != len(f.Tensors) {
		return nil, fmt.Errorf("nn: meta %q is %q, want a digit for each of %d tensors", metaReLU, relu, len(f.Tensors))
	}
	layers := make([]Layer, len(f.Tensors))
	for i, t := range f.Tensors {
		if want := layerName(i); t.Name != want {
			return nil, fmt.Errorf("nn: tensor %d is %q, want %q", i, t.Name, want)
		}
		if relu[i] != '0' && relu[i] != '1' {
			return nil, fmt.Errorf("nn: tensor %q: meta %q has %q for it, want 0 or 1", t.Name, metaReLU, relu[i])
		}
		d, err := loadDense(t, relu[i] == '1')
		if err != nil {
			return nil, err
		}
		layers[i] = d
	}
	return buildModel(layers)
}

func loadDense(t packed.Tensor, relu bool) (*Dense, error) {
	w := t.Matrix
	switch {
	case w.Rows() == 0 || w.Cols() > kernels.MaxK:
		return nil, fmt.Errorf("nn: tensor %q: shape %d×%d, want at least 1×1 and at most %d columns", t.Name, w.Rows(), w.Cols(), kernels.MaxK)
	case t.Scale > 0 || t.Scale < -maxShift:
		return nil, fmt.Errorf("nn: tensor %q: scale %d, want %d to 0", t.Name, t.Scale, -maxShift)
	}
	return &Dense{W: w, Shift: uint(-t.Scale), ReLU: relu}, nil
}

func loadLayers(f *packed.File) (*Model, error) {
	var described []Spec
	if err := json.Unmarshal([]byte(f.Meta[metaLayers]), &described); err != nil {
		return nil, fmt.Errorf("nn: meta %q: %w", metaLayers, err)
	}
	l := loader{}
	for _, t := range f.Tensors {
		if _, twice := l[t.Name]; twice {
			return nil, fmt.Errorf("nn: two tensors %q", t.Name)
		}
		l[t.Name] = t
	}
	layers, err := l.chain("", described, 0)
	if err != nil {
		return nil, err
	}
	for _, t := range f.Tensors {
		if _, left := l[t.Name]; left {
			return nil, fmt.Errorf("nn: tensor %q is of no layer", t.Name)
		}
	}
	return buildModel(layers)
}

// A loader makes layers of the tensors of a file, each of which is used once.
type loader map[string]packed.Tensor

// maxDepth bounds how deep residual connections lie in one another.
const maxDepth = 8

// chain makes layers of their specs, the tensors' names beginning with prefix.
func (l loader) chain(prefix string, described []Spec, depth int) ([]Layer, error) {
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

func (l loader) layer(prefix string, s Spec, depth int) (Layer, error) {
	if s.Kind == residualKind {
		inner, err := l.chain(prefix, s.Layers, depth+1)
		if err != nil {
			return nil, err
		}
		return buildResidual(inner, s.Wide)
	}
	kinds.RLock()
	kind, ok := kinds.byName[s.Kind]
	kinds.RUnlock()
	if s.Kind == scanKind {
		kind.sizes, ok = 1, true
	}
	if !ok {
		return nil, fmt.Errorf("nn: layer %q is of unknown kind %q", prefix, s.Kind)
	}
	if len(s.Sizes) != kind.sizes {
		return nil, fmt.Errorf("nn: layer %q has sizes %v, want %d for kind %q", prefix, s.Sizes, kind.sizes, s.Kind)
	}
	if s.Kind == scanKind {
		inner, err := l.chain(prefix, s.Layers, depth+1)
		if err != nil {
			return nil, err
		}
		return buildScan(inner, s.Sizes[0], s.All)
	}
	return kind.build(s, func(name string, out, in int, relu bool) (*Dense, error) {
		return l.take(prefix+name, out, in, relu)
	})
}

// take returns the matrix of that name.
func (l loader) take(name string, out, in int, relu bool) (*Dense, error) {
	t, ok := l[name]
	if !ok {
		return nil, fmt.Errorf("nn: no tensor %q", name)
	}
	delete(l, name)
	d, err := loadDense(t, relu)
	if err != nil {
		return nil, err
	}
	rows := d.W.Rows()
	if out < 1 || rows%out != 0 || rows/out > MaxDigits || d.W.Cols() != in {
		return nil, fmt.Errorf("nn: tensor %q: shape %d×%d, want %d×%d, or up to %d times as many rows", name, rows, d.W.Cols(), out, in, MaxDigits)
	}
	if d.Digits = rows / out; d.Digits == 1 {
		d.Digits = 0
	}
	if d.Scale, err = l.numbers(name+scaleSuffix, out, 0); err == nil {
		d.Offset, err = l.numbers(name+offsetSuffix, out, -MaxScale)
	}
	return d, err
}
