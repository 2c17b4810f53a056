package nn

import (
	"errors"
	"fmt"
	"maps"

	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/packed"
)

// The keys of File.Meta that describe a network.
const (
	metaModel = "model" // "mlp"
	metaReLU  = "relu"  // a digit for each layer: 1 with ReLU, 0 without
)

// maxShift is the largest shift that kernels.Requantize takes.
const maxShift = 30

// File returns the network as a .pent file: tensor "layer0", "layer1", … for
// each layer, of outputs × inputs, whose Scale is -Shift. Its meta are those
// given and the keys "model" and "relu", which are the network's. It shares
// memory with the network: write it before training goes on.
func (m *MLP) File(meta map[string]string) *packed.File {
	f := &packed.File{Meta: map[string]string{}}
	maps.Copy(f.Meta, meta)
	relu := make([]byte, len(m.Layers))
	for i, l := range m.Layers {
		f.Tensors = append(f.Tensors, packed.Tensor{Name: layerName(i), Matrix: l.W, Scale: -int32(l.Shift)})
		relu[i] = '0'
		if l.ReLU {
			relu[i] = '1'
		}
	}
	f.Meta[metaModel], f.Meta[metaReLU] = "mlp", string(relu)
	return f
}

func layerName(i int) string { return fmt.Sprintf("layer%d", i) }

// LoadMLP returns the network that File made f of. It shares memory with f. The
// error names the tensor or key that is missing, superfluous or out of range.
func LoadMLP(f *packed.File) (*MLP, error) {
	if model, ok := f.Meta[metaModel]; !ok || model != "mlp" {
		return nil, fmt.Errorf("nn: not an MLP: meta %q is %q", metaModel, model)
	}
	relu := f.Meta[metaReLU]
	if len(relu) != len(f.Tensors) {
		return nil, fmt.Errorf("nn: meta %q is %q, want a digit for each of %d tensors", metaReLU, relu, len(f.Tensors))
	}
	if len(f.Tensors) == 0 {
		return nil, errors.New("nn: MLP without layers")
	}
	m := &MLP{}
	for i, t := range f.Tensors {
		if want := layerName(i); t.Name != want {
			return nil, fmt.Errorf("nn: tensor %d is %q, want %q", i, t.Name, want)
		}
		layer, err := loadDense(t, relu[i])
		if err != nil {
			return nil, fmt.Errorf("nn: tensor %q: %w", t.Name, err)
		}
		if i > 0 && layer.W.Cols() != m.Outputs() {
			return nil, fmt.Errorf("nn: tensor %q has %d columns for the %d rows of %q",
				t.Name, layer.W.Cols(), m.Outputs(), layerName(i-1))
		}
		m.Layers = append(m.Layers, layer)
	}
	return m, nil
}

func loadDense(t packed.Tensor, relu byte) (*Dense, error) {
	w := t.Matrix
	switch {
	case w.Rows() == 0 || w.Cols() > kernels.MaxK:
		return nil, fmt.Errorf("shape %d×%d, want at least 1×1 and at most %d columns", w.Rows(), w.Cols(), kernels.MaxK)
	case t.Scale > 0 || t.Scale < -maxShift:
		return nil, fmt.Errorf("scale %d, want %d to 0", t.Scale, -maxShift)
	case relu != '0' && relu != '1':
		return nil, fmt.Errorf("meta %q has %q for it, want 0 or 1", metaReLU, relu)
	}
	return &Dense{W: w, Shift: uint(-t.Scale), ReLU: relu == '1'}, nil
}
