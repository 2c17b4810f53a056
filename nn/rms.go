package nn

import (
	"fmt"

	"github.com/Kaleaon/pentary-go/internal/fixed"
)

// maxRMSWidth bounds the width of a norm by the root mean square: the sum of its squares
// fits a uint64 with the fraction bits.
const maxRMSWidth = 1 << 15

// The fraction bits of a root mean square and of the factor that it makes.
const (
	rmsBits    = 10
	factorBits = 20
)

// rootMeanSquare scales every column of x, of k values, to a root mean square of Target:
//
//	r = max(1, ⌊√⌊2^20·Σ x²/k⌋⌋)
//	f = ⌊(Target·2^30 + ⌊r/2⌋)/r⌋
//	y = clamp(RoundShift(x·f, 20), ±127)
func (l *LayerNorm) rootMeanSquare(p *Pass, y, x []int8) {
	n, half := p.n, len(y)
	p.wide = grow(p.wide, n)
	sums := p.wide
	clear(sums)
	each := func(do func(i, c int, v int64)) {
		for i := range y {
			v := int64(x[i])
			if l.Wide {
				v = v<<wideBits + int64(x[half+i])
			}
			do(i, i/4%n, v)
		}
	}
	each(func(_, c int, v int64) { sums[c] += v * v })
	for c, sum := range sums {
		r := max(1, int64(fixed.Sqrt(uint64(sum)<<(2*rmsBits)/uint64(l.Width))))
		sums[c] = (int64(l.Target)<<(rmsBits+factorBits) + r/2) / r
	}
	each(func(i, c int, v int64) {
		y[i] = int8(min(max((v*sums[c]+1<<(factorBits-1))>>factorBits, -127), 127))
	})
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
	up := gates[len(y):]
	shift := uint(8 + l.GateShift)
	half := int32(1) << shift >> 1
	for i, g := range gates[:len(y)] {
		v := int32(g) << 4 // silu(g) = silu(-g) + g
		if g >= 0 {
			v = int32(silu[g])
		} else {
			v += int32(silu[-g])
		}
		y[i] = int8(min(max((v*int32(up[i])+half)>>shift, -127), 127))
	}
	p.Free(gates)
	return y
}

// silu[g] = round(256·g/16·1/(1 + exp(-g/16))) for g ≥ 0.
var silu = [128]int16{
	0, 8, 17, 26, 36, 46, 57, 68, 80, 92, 104, 117, 130, 144, 158, 172,
	187, 202, 217, 233, 249, 265, 281, 297, 314, 331, 348, 365, 382, 399, 416, 434,
	451, 468, 486, 504, 521, 539, 556, 574, 591, 609, 627, 644, 662, 679, 697, 714,
	732, 749, 766, 784, 801, 818, 835, 853, 870, 887, 904, 921, 938, 955, 972, 989,
	1006, 1022, 1039, 1056, 1073, 1089, 1106, 1123, 1139, 1156, 1173, 1189, 1206, 1222, 1239, 1255,
	1271, 1288, 1304, 1321, 1337, 1353, 1370, 1386, 1402, 1419, 1435, 1451, 1467, 1484, 1500, 1516,
	1532, 1548, 1565, 1581, 1597, 1613, 1629, 1645, 1662, 1678, 1694, 1710, 1726, 1742, 1758, 1774,
	1790, 1806, 1823, 1839, 1855, 1871, 1887, 1903, 1919, 1935, 1951, 1967, 1983, 1999, 2015, 2031,
}
