package nn

import (
	"fmt"

	"github.com/Kaleaon/pentary-go/internal/fixed"
)

// Attention is causal self-attention over a bounded window of steps, the present one
// included:
//
//	[q; k; v] = clip(W·x)
//	s_j = (Σ q·k_j) >> (4 + log2 √width), rounded down, of each step j in the window
//	a_j = ⌊2^12 · 2^((s_j - max s)/16)⌋, from round(2^(12+f/16)) for f = 0 to 15
//	out = Σ_j a_j·v_j / Σ_j a_j, rounded to nearest, ties away from zero
//
// for each head, of the given width; the logarithm is rounded to nearest. Powers of two
// replace powers of e, and s is in sixteenths: q and k of one in all places give
// 4·√width.
type Attention struct {
	Heads, Window int
	Project       *Dense // 3·width × width
	width         int
}

// MaxWindow bounds the window: the sum of its weights fits an int32 with the values.
const MaxWindow = 1 << 10

// NewAttention returns a layer of zero weights. The width of a head is a multiple of 4.
func NewAttention(width, heads, window int) *Attention {
	return must(buildAttention(width, heads, window, Zeros))
}

func buildAttention(width, heads, window int, from Source) (*Attention, error) {
	if err := checkWidths("Attention", 4, width); err != nil {
		return nil, err
	}
	if heads < 1 || width%heads != 0 || width/heads%4 != 0 || window < 1 || window > MaxWindow {
		return nil, fmt.Errorf("nn: Attention of width %d, %d heads and a window of %d, want heads of a multiple of 4 and a window of 1 to %d",
			width, heads, window, MaxWindow)
	}
	project, err := from("project", 3*width, width, false)
	return &Attention{heads, window, project, width}, err
}

// Inputs returns the width.
func (l *Attention) Inputs() int { return l.width }

// Outputs returns the width.
func (l *Attention) Outputs() int { return l.width }

func (l *Attention) String() string {
	return fmt.Sprintf("attention %d of %d heads over %d steps >>%d", l.width, l.Heads, l.Window, l.Project.Shift)
}

// Spec implements Layer.
func (l *Attention) Spec() Spec {
	return Spec{Kind: "attention", Sizes: []int{l.width, l.Heads, l.Window}}
}

// Weights implements Layer.
func (l *Attention) Weights(add func(string, *Dense)) { add("project", l.Project) }

// Step implements Layer.
func (l *Attention) Step(p *Pass, x []int8) []int8 {
	qkv := p.Product(l.Project, x)
	size := len(x)
	past := p.State(2 * l.width * l.Window) // a ring of keys and values
	copy(past[p.time%l.Window*2*size:], qkv[size:])
	y := p.Alloc(l.width)
	steps := min(p.time+1, l.Window)
	for head := range l.Heads {
		for c := range p.n {
			l.attend(y, qkv[:size], past, head, c, p.n, steps)
		}
	}
	p.Free(qkv)
	return y
}

// attend computes one head of one column of n.
func (l *Attention) attend(y, q, past []int8, head, c, n, steps int) {
	width := l.width / l.Heads
	size := len(q)
	first := (head*width/4*n + c) * 4 // of the head's activations of the column
	var weights [MaxWindow]int32
	most := int32(-1 << 31)
	for j := range steps {
		keys := past[j*2*size:]
		dot := int32(0)
		for at, end := first, first+width*n; at < end; at += n * 4 {
			for i := range 4 {
				dot += int32(q[at+i]) * int32(keys[at+i])
			}
		}
		// Activations have four fraction bits each: 8 of them less 4, and the root.
		weights[j] = dot >> (activationBits + rootShift(width))
		most = max(most, weights[j])
	}
	sum := int32(0)
	for j, w := range weights[:steps] {
		weights[j] = fixed.Exp2(w - most)
		sum += weights[j]
	}
	for at, end := first, first+width*n; at < end; at += n * 4 {
		for i := range 4 {
			total := int32(0)
			for j, w := range weights[:steps] {
				total += w * int32(past[(2*j+1)*size+at+i])
			}
			y[at+i] = int8(fixed.RoundDiv(int64(total), int64(sum)))
		}
	}
}
