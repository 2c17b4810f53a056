package nn

import (
	"cmp"
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
// 4·√width. Heads in groups can share keys and values (arXiv 2305.13245), and Rotary turns
// queries and keys by their position, see rotary.
//
// If the outputs of Project are wide, q and k have 15 bits, of v the high digits are taken,
// and s_j is within ±2^24: pretrained networks have large scores.
type Attention struct {
	Heads, Window int
	KVHeads       int    // heads of keys and values, a divisor of Heads
	Rotary        int    // base of rotary positions; 0: none
	Shift         uint   // of scores, 4 + log2 √width above
	Project       *Dense // width and twice the heads of keys and values, × width
	width         int
	turns         *rotary
}

// MaxWindow bounds the window: the sum of its weights fits an int32 with the values.
const MaxWindow = 1 << 10

// NewAttention returns a layer of zero weights. The width of a head is a multiple of 4.
func NewAttention(width, heads, window int) *Attention {
	return must(buildAttention(Spec{Sizes: []int{width, heads, window}}, Zeros))
}

// NewRotaryAttention is NewAttention with fewer heads of keys and values, and rotary
// positions of a base, usually 10,000.
func NewRotaryAttention(width, heads, kvHeads, window, base int) *Attention {
	return must(buildAttention(Spec{Sizes: []int{width, heads, window}, KVHeads: kvHeads, Rotary: base}, Zeros))
}

// maxRotary bounds the base of rotary positions.
const maxRotary = 1 << 30

func buildAttention(s Spec, from Source) (*Attention, error) {
	width, heads, window := s.Sizes[0], s.Sizes[1], s.Sizes[2]
	if err := checkWidths("Attention", 4, width); err != nil {
		return nil, err
	}
	if heads < 1 || width%heads != 0 || width/heads%4 != 0 || window < 1 || window > MaxWindow {
		return nil, fmt.Errorf("nn: Attention of width %d, %d heads and a window of %d, want heads of a multiple of 4 and a window of 1 to %d",
			width, heads, window, MaxWindow)
	}
	l := &Attention{Heads: heads, Window: window, KVHeads: cmp.Or(s.KVHeads, heads), Rotary: s.Rotary, width: width}
	switch {
	case l.KVHeads < 1 || heads%l.KVHeads != 0:
		return nil, fmt.Errorf("nn: Attention of %d heads, and %d of keys and values, want a divisor", heads, l.KVHeads)
	case s.Rotary < 0 || s.Rotary > maxRotary:
		return nil, fmt.Errorf("nn: Attention with rotary positions of base %d, want 1 to %d, or 0 for none", s.Rotary, maxRotary)
	case s.Shift < 0 || s.Shift > maxShift:
		return nil, fmt.Errorf("nn: Attention with scores shifted by %d, want 1 to %d, or 0 for the width's own", s.Shift, maxShift)
	}
	if l.Shift = uint(s.Shift); s.Shift == 0 {
		// Activations have four fraction bits each: 8 of them less 4, and the root.
		l.Shift = activationBits + rootShift(width/heads)
	}
	if s.Rotary > 0 {
		if width/heads > maxRotaryWidth {
			return nil, fmt.Errorf("nn: Attention with rotary positions and heads of %d, want at most %d", width/heads, maxRotaryWidth)
		}
		l.turns = rotaryOf(s.Rotary, width/heads)
	}
	var err error
	if l.Project, err = from("project", width+2*l.kvWidth(), width, false); err != nil {
		return nil, err
	}
	return l, l.Project.widen(s.Wide)
}

// maxRotaryWidth bounds the width of heads with rotary positions.
const maxRotaryWidth = 1 << 8

// kvWidth returns the width of the keys, and of the values.
func (l *Attention) kvWidth() int { return l.width / l.Heads * l.KVHeads }

// Inputs returns the width.
func (l *Attention) Inputs() int { return l.width }

// Outputs returns the width.
func (l *Attention) Outputs() int { return l.width }

func (l *Attention) String() string {
	s := fmt.Sprintf("attention %d of %d heads", l.width, l.Heads)
	if l.KVHeads != l.Heads {
		s += fmt.Sprintf(" and %d of keys and values", l.KVHeads)
	}
	s += fmt.Sprintf(" over %d steps", l.Window)
	if l.Rotary > 0 {
		s += fmt.Sprintf(" rotary %d", l.Rotary)
	}
	return s + fmt.Sprintf("%s >>%d", l.Project.scaleName(), l.Project.Shift)
}

// Spec implements Layer.
func (l *Attention) Spec() Spec {
	s := Spec{Kind: "attention", Sizes: []int{l.width, l.Heads, l.Window}, Rotary: l.Rotary, Wide: l.Project.Wide}
	if l.KVHeads != l.Heads {
		s.KVHeads = l.KVHeads
	}
	if l.Shift != activationBits+rootShift(l.width/l.Heads) {
		s.Shift = int(l.Shift)
	}
	return s
}

// Weights implements Layer.
func (l *Attention) Weights(add func(string, *Dense)) { add("project", l.Project) }

// Step implements Layer.
func (l *Attention) Step(p *Pass, x []int8) []int8 {
	qkv := p.Product(l.Project, x)
	size := l.kvWidth() * p.n
	low := qkv[:0] // of the digits
	if l.Project.Wide {
		qkv, low = qkv[:len(qkv)/2], qkv[len(qkv)/2:]
	}
	if l.turns != nil {
		l.turns.turn(qkv[:len(x)+size], low, p.n, p.time)
	}
	// A ring of keys, values, and low digits of keys.
	past := p.State(l.kvWidth() * l.parts() * l.Window)
	slot := past[p.time%l.Window*l.parts()*size:]
	copy(slot, qkv[len(x):])
	if l.Project.Wide {
		copy(slot[2*size:3*size], low[len(x):])
	}
	y := p.Alloc(l.width)
	steps := min(p.time+1, l.Window)
	for head := range l.Heads {
		for c := range p.n {
			l.attend(y, qkv, low, past, head, c, p.n, steps)
		}
	}
	p.Free(qkv[:len(qkv)+len(low)])
	return y
}

// parts returns how many activations the ring keeps of a key and its value.
func (l *Attention) parts() int {
	if l.Project.Wide {
		return 3
	}
	return 2
}

// attend computes one head of one column of n.
func (l *Attention) attend(y, q, low, past []int8, head, c, n, steps int) {
	width := l.width / l.Heads
	size := l.kvWidth() * n
	step := l.parts() * size
	first := (head*width/4*n + c) * 4 // of the head's activations of the column
	kv := (head/(l.Heads/l.KVHeads)*width/4*n + c) * 4
	var weights [MaxWindow]int32
	most := int32(-1 << 31)
	for j := range steps {
		if l.Project.Wide {
			weights[j] = l.wideScore(q[first:], low[first:], past[j*step+kv:], past[j*step+2*size+kv:], n)
		} else {
			dot, keys := int32(0), past[j*step+kv:]
			for at := 0; at < width*n; at += n * 4 {
				a, b := q[first+at:first+at+4], keys[at:at+4]
				dot += int32(a[0])*int32(b[0]) + int32(a[1])*int32(b[1]) + int32(a[2])*int32(b[2]) + int32(a[3])*int32(b[3])
			}
			weights[j] = dot >> l.Shift
		}
		most = max(most, weights[j])
	}
	sum := int32(0)
	for j, w := range weights[:steps] {
		weights[j] = fixed.Exp2(w - most)
		sum += weights[j]
	}
	for at := 0; at < width*n; at += n * 4 {
		var total [4]int32
		for j, w := range weights[:steps] {
			if w == 0 {
				continue
			}
			v := past[j*step+size+kv+at:][:4]
			total[0] += w * int32(v[0])
			total[1] += w * int32(v[1])
			total[2] += w * int32(v[2])
			total[3] += w * int32(v[3])
		}
		for i, v := range total {
			y[first+at+i] = int8(fixed.RoundDiv(int64(v), int64(sum)))
		}
	}
}

// maxScore bounds the scores of wide queries and keys, of whose differences it is far beyond
// what a weight can be.
const maxScore = 1 << 24

// wideScore returns the score of a query and a key, both wide.
func (l *Attention) wideScore(q, qLow, k, kLow []int8, n int) int32 {
	dot := int64(0)
	for at := 0; at < l.width/l.Heads*n; at += n * 4 {
		a, b, c, d := q[at:at+4], qLow[at:at+4], k[at:at+4], kLow[at:at+4]
		for i := range 4 {
			dot += int64(joinWide(a[i], b[i])) * int64(joinWide(c[i], d[i]))
		}
	}
	return int32(min(max(dot>>l.Shift, -maxScore), maxScore))
}
