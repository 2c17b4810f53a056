package nn

import (
	"errors"
	"fmt"
	"strings"

	"github.com/Kaleaon/pentary-go/kernels"
)

// LayerNorm scales the activations of every column to a mean absolute value of Target,
// see kernels.Normalize. With gains it then multiplies each row i by 1 + g_i/128, where g
// is the product of the gains' matrix with a constant 64, so that a pent is a half:
//
//	y = Normalize(x), g = clip(RoundShift(W·64, Shift))
//	out = Add(Gate(g, y), Blend(y, -g, 0))
//
// They are stored, perturbed and trained as weights are, with either estimator, and are zeros
// at first, which leave y as it is (docs/decisions.md#gains-as-a-column-of-w).
//
// With RMS, Normalize divides by the root mean square instead, see rootMeanSquare, and with
// Wide x is wide.
type LayerNorm struct {
	Width, Target int
	Gains         *Dense // Width × 1; nil: none
	RMS, Wide     bool
}

// gainInput is the constant input of gains.
const gainInput = 64

// gainsName is the name of their matrix.
const gainsName = "gains"

// NewLayerNorm returns a layer that scales to a mean absolute value of 32, which stands for 2.
func NewLayerNorm(width int) *LayerNorm {
	return must(buildLayerNorm(width, 2<<activationBits, false, false))
}

// NewGainedLayerNorm is NewLayerNorm with gains.
func NewGainedLayerNorm(width int) *LayerNorm {
	l := NewLayerNorm(width)
	return must(l, l.addGains(Zeros))
}

func buildLayerNorm(width, target int, rms, wide bool) (*LayerNorm, error) {
	step := 1
	switch {
	case target < 1 || target > 127:
		return nil, fmt.Errorf("nn: LayerNorm to %d, want 1 to 127", target)
	case wide && !rms:
		return nil, errors.New("nn: LayerNorm of wide inputs, want RMS")
	case rms && width > maxRMSWidth:
		return nil, fmt.Errorf("nn: LayerNorm of width %d with RMS, want at most %d", width, maxRMSWidth)
	case wide:
		step = 4
	}
	return &LayerNorm{Width: width, Target: target, RMS: rms, Wide: wide}, checkWidths("LayerNorm", step, width)
}

func (l *LayerNorm) addGains(from Source) (err error) {
	if l.Gains, err = from(gainsName, l.Width, 1, false); err == nil {
		l.Gains.zeros = true
	}
	return err
}

// Inputs returns the width, twice if it is wide.
func (l *LayerNorm) Inputs() int {
	if l.Wide {
		return 2 * l.Width
	}
	return l.Width
}

// Outputs returns the width.
func (l *LayerNorm) Outputs() int { return l.Width }

func (l *LayerNorm) String() string {
	s := fmt.Sprintf("layernorm %d to %d", l.Width, l.Target)
	if l.RMS {
		s = fmt.Sprintf("rmsnorm %d to %d", l.Width, l.Target)
	}
	if l.Gains != nil {
		s += fmt.Sprintf(" with gains >>%d", l.Gains.Shift)
	}
	return s
}

// Spec implements Layer.
func (l *LayerNorm) Spec() Spec {
	return Spec{Kind: "layernorm", Sizes: []int{l.Width, l.Target}, Gains: l.Gains != nil, RMS: l.RMS, Wide: l.Wide}
}

// Weights implements Layer.
func (l *LayerNorm) Weights(add func(string, *Dense)) {
	if l.Gains != nil {
		add(gainsName, l.Gains)
	}
}

// Step implements Layer.
func (l *LayerNorm) Step(p *Pass, x []int8) []int8 {
	y := p.Alloc(l.Width)
	if l.RMS {
		l.rootMeanSquare(p, y, x)
	} else {
		kernels.Normalize(y, x, l.Width, p.n, l.Target)
	}
	if l.Gains != nil {
		l.gain(p, y)
	}
	return y
}

// gain multiplies y by the gains.
func (l *LayerNorm) gain(p *Pass, y []int8) {
	one := p.Alloc(1)
	clear(one)
	for c := range p.n {
		one[4*c] = gainInput
	}
	g := p.Product(l.Gains, one)
	p.Free(one)
	up, zero := p.Alloc(l.Width), p.Alloc(l.Width)
	clear(zero)
	kernels.Gate(up, g, y)
	for i, v := range g {
		g[i] = -v
	}
	kernels.Blend(y, g, zero)
	kernels.Add(y, up)
	p.Free(g)
	p.Free(up)
	p.Free(zero)
}

// Residual adds the output of a chain of layers to its input x, with saturation:
//
//	out = clip(x + L_n(…L_1(x)))
//
// With Wide, x and the layers' output are wide.
type Residual struct {
	Layers []Layer
	Wide   bool
}

// NewResidual returns a residual connection around layers. It panics if their widths do
// not fit.
func NewResidual(layers ...Layer) *Residual { return must(buildResidual(layers, false)) }

func buildResidual(layers []Layer, wide bool) (*Residual, error) {
	if err := checkChain("Residual", layers); err != nil {
		return nil, err
	}
	r := &Residual{layers, wide}
	if r.Inputs() != r.Outputs() {
		return nil, fmt.Errorf("nn: Residual around layers of %d→%d, want as many outputs as inputs", r.Inputs(), r.Outputs())
	}
	if wide && r.Inputs()%8 != 0 {
		return nil, fmt.Errorf("nn: wide Residual of %d activations, want a multiple of 8", r.Inputs())
	}
	return r, nil
}

// branchShift is the extra bits by which an MLP block's sum is scaled down.
const branchShift = 2

// NewMLPBlock returns the block of two dense layers of the paper's language models
// (arXiv 2511.16652, App. D): x + W₂·relu(W₁·norm(x)), with the given width of the hidden
// layer. W₂'s output is scaled down by two extra bits, because it grew to several times x while
// its weights were still noise (docs/decisions.md#scale-of-an-mlp-block).
func NewMLPBlock(width, hidden int) *Residual {
	return newMLPBlock(NewLayerNorm(width), hidden, branchShift)
}

func newMLPBlock(norm *LayerNorm, hidden int, extra uint) *Residual {
	second := NewDense(hidden, norm.Width, false)
	second.Shift += extra
	return NewResidual(norm, NewDense(norm.Width, hidden, true), second)
}

// Inputs returns the width.
func (r *Residual) Inputs() int { return r.Layers[0].Inputs() }

// Outputs returns the width.
func (r *Residual) Outputs() int { return r.Layers[len(r.Layers)-1].Outputs() }

func (r *Residual) String() string {
	names := make([]string, len(r.Layers))
	for i, l := range r.Layers {
		names[i] = l.String()
	}
	return "x + (" + strings.Join(names, ", ") + ")"
}

// Spec implements Layer.
func (r *Residual) Spec() Spec { return Spec{Kind: "residual", Layers: specs(r.Layers), Wide: r.Wide} }

// Weights implements Layer.
func (r *Residual) Weights(add func(string, *Dense)) { chainWeights(r.Layers, add) }

// Step implements Layer.
func (r *Residual) Step(p *Pass, x []int8) []int8 {
	y := chainStep(r.Layers, p, x)
	if r.Wide {
		addWide(y, x)
	} else {
		kernels.Add(y, x)
	}
	return y
}

// checkChain returns an error unless each layer takes what the one before returns, and
// none is nil.
func checkChain(what string, layers []Layer) error {
	if len(layers) == 0 {
		return fmt.Errorf("nn: %s of no layers", what)
	}
	for i, l := range layers {
		if l == nil {
			return fmt.Errorf("nn: %s: layer %d is nil", what, i)
		}
	}
	for i, l := range layers[1:] {
		if before := layers[i]; before.Outputs() != l.Inputs() {
			return fmt.Errorf("nn: %s: layer %d, %v, returns %d activations and layer %d, %v, takes %d",
				what, i, before, before.Outputs(), i+1, l, l.Inputs())
		}
	}
	return nil
}

// chainWeights names the matrices of layers by the layers' numbers.
func chainWeights(layers []Layer, add func(string, *Dense)) {
	for i, l := range layers {
		l.Weights(func(name string, d *Dense) { add(fmt.Sprintf("%d.%s", i, name), d) })
	}
}

// chainStep takes layers one step on, one after another.
func chainStep(layers []Layer, p *Pass, x []int8) []int8 {
	y := x
	for i, l := range layers {
		next := l.Step(p, y)
		if i > 0 {
			p.Free(y)
		}
		y = next
	}
	return y
}
