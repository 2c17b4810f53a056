package nn

import (
	"fmt"

	"github.com/Kaleaon/pentary-go/kernels"
)

// maxRMSWidth bounds the width of a norm by the root mean square.
const maxRMSWidth = kernels.MaxRootDepth

// rootMeanSquare scales every column of x to a root mean square of Target.
func (l *LayerNorm) rootMeanSquare(p *Pass, y, x []int8) {
	high, low := x, []int8(nil)
	if l.Wide {
		high, low = x[:len(y)], x[len(y):]
	}
	kernels.RootMeanSquare(y, high, low, l.Width, p.n, l.Target)
}

// Logits turns wide logits into logits of eight bits. The largest of a column becomes 127,
// because a distribution depends on differences alone.
//
//	out = max(x - max x + 127, -127)
type Logits struct{ Width int }

// NewLogits returns a layer of a width, a multiple of 4.
func NewLogits(width int) *Logits { return must(buildLogits(width)) }

func buildLogits(width int) (*Logits, error) {
	return &Logits{width}, checkWidths("Logits", 4, width)
}

// Inputs returns twice the width: x is wide.
func (l *Logits) Inputs() int { return 2 * l.Width }

// Outputs returns the width.
func (l *Logits) Outputs() int { return l.Width }

func (l *Logits) String() string { return fmt.Sprintf("logits %d", l.Width) }

// Spec implements Layer.
func (l *Logits) Spec() Spec { return Spec{Kind: "logits", Sizes: []int{l.Width}} }

// Weights implements Layer: there are none.
func (l *Logits) Weights(func(string, *Dense)) {}

// Step implements Layer.
func (l *Logits) Step(p *Pass, x []int8) []int8 {
	y := p.Alloc(l.Width)
	n, high, low := p.n, x[:len(y)], x[len(y):]
	p.wide = grow(p.wide, n)
	for c := range p.wide {
		p.wide[c] = -wideTop
	}
	for at := 0; at < len(y); at += 4 {
		c := at / 4 % n
		for i := at; i < at+4; i++ {
			p.wide[c] = max(p.wide[c], int64(joinWide(high[i], low[i])))
		}
	}
	for at := 0; at < len(y); at += 4 {
		most := int32(p.wide[at/4%n])
		for i := at; i < at+4; i++ {
			y[i] = int8(max(joinWide(high[i], low[i])-most+127, -127))
		}
	}
	return y
}

// SwiGLU is a gated layer: one half of its matrix's output gates the other,
//
//	[g; u] = clip(RoundShift(W·x, Shift))
//	out = clip(RoundShift(silu[g]·u, 8 + GateShift))
//
// with silu[g] = round(256·g/16·1/(1 + exp(-g/16))).
type SwiGLU struct {
	Project   *Dense // 2·outputs × inputs
	GateShift int    // 0 to 7
	in, out   int
}

// NewSwiGLU returns a layer of zero weights. The number of outputs is a multiple of 4.
func NewSwiGLU(in, out, gateShift int) *SwiGLU { return must(buildSwiGLU(in, out, gateShift, Zeros)) }

func buildSwiGLU(in, out, gateShift int, from Source) (*SwiGLU, error) {
	if err := checkWidths("SwiGLU", 4, out); err != nil {
		return nil, err
	}
	if gateShift < 0 || gateShift > 7 {
		return nil, fmt.Errorf("nn: SwiGLU of shift %d, want 0 to 7", gateShift)
	}
	project, err := from("project", 2*out, in, false)
	return &SwiGLU{project, gateShift, in, out}, err
}

// Inputs returns the width of the input.
func (l *SwiGLU) Inputs() int { return l.in }

// Outputs returns the width of the output.
func (l *SwiGLU) Outputs() int { return l.out }

func (l *SwiGLU) String() string {
	return fmt.Sprintf("swiglu %d→%d%s >>%d,%d", l.in, l.out, l.Project.scaleName(), l.Project.Shift, l.GateShift)
}

// Spec implements Layer.
func (l *SwiGLU) Spec() Spec {
	return Spec{Kind: "swiglu", Sizes: []int{l.in, l.out}, Shift: l.GateShift}
}

// Weights implements Layer.
func (l *SwiGLU) Weights(add func(string, *Dense)) { add("project", l.Project) }

// Step implements Layer.
func (l *SwiGLU) Step(p *Pass, x []int8) []int8 {
	gates := p.Product(l.Project, x)
	y := p.Alloc(l.out)
	kernels.SwiGLU(y, gates[:len(y)], gates[len(y):], uint(8+l.GateShift))
	p.Free(gates)
	return y
}
