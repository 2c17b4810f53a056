package nn

import (
	"cmp"
	"fmt"

	"github.com/Kaleaon/pentary-go/kernels"
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
// s_j is within ±2^24. If the outputs of Project are wide, q and k have 15 bits, and of v the
// high digits are taken: pretrained networks have large scores.
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
const MaxWindow = kernels.MaxAttention

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
	high, low := qkv, []int8(nil)
	if l.Project.Wide {
		high, low = qkv[:len(qkv)/2], qkv[len(qkv)/2:]
	}
	// Rings of keys, as words, and of values.
	width, n := l.kvWidth(), p.n
	keys, values := p.State(2*width*l.Window), p.State(4*width*kernels.Quads(l.Window))
	slot, steps := p.time%l.Window, min(p.time+1, l.Window)
	q := p.Alloc(2 * l.width)
	turns := [maxRotaryWidth / 2]kernels.Turn{kernels.NoTurn, kernels.NoTurn}
	pairs := 2
	if l.turns != nil {
		pairs = len(l.turns.near)
		for pair := range l.turns.near {
			turns[pair] = l.turns.at(pair, p.time)
		}
	}
	turn := func(dst []int8, from, k int) {
		digits := low
		if digits != nil {
			digits = digits[from*n:][:k*n]
		}
		kernels.TurnWords(dst, high[from*n:][:k*n], digits, turns[:pairs], k, n)
	}
	turn(q, 0, l.width)
	turn(keys[2*slot*width*n:][:2*width*n], l.width, width)
	kernels.CacheValues(values[slot/4*4*width*n:][:4*width*n], high[(l.width+width)*n:], slot%4, width, n)
	y := p.Alloc(l.width)
	kernels.Attend(y, q, keys[:2*steps*width*n], values[:4*kernels.Quads(steps)*width*n], kernels.Attention{
		Heads: l.Heads, KVHeads: l.KVHeads, Width: l.width / l.Heads, Steps: steps, Shift: l.Shift,
	}, n)
	p.Free(q)
	p.Free(qkv)
	return y
}
