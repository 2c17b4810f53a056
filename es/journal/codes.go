package journal

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/bits"
	"slices"

	"github.com/Kaleaon/pentary-go/es"
)

// The codes of a generation are entropy-coded by an adaptive binary range coder. Most
// are small, and how small depends on the sample: one that the network is sure of
// changes little with any perturbation. So the model of a code is chosen by the mean
// size of the sample's codes of the pairs before (docs/decisions.md#entropy-coding-of-a-record).
// See Log for the format.
//
// Each code takes three decisions at least, and a probability is at most 32737/32768: a
// byte holds at most 1,953 codes.
const (
	probabilityBits = 15
	adaptation      = 5  // a decision moves its probability by 1/32 of the way, the first ones farther
	priorSize       = 4  // of the codes before the first
	contexts        = 24 // half octaves of the mean size
	sizes           = 8  // lengths of |code| in bits, 0 to 7
	nodes           = 4 * sizes

	maxCodesPerByte = 2048
	maxCodes        = es.MaxPairs // of a generation
)

// A model holds the probabilities of each decision in each context: nodes 1 to 7 are
// the tree over the size, from its high bit on, 8 + size is the bit below the highest of
// |code|, 16 + 2·size + that bit is the one below.
type model [contexts][nodes]probability

func (m *model) reset() {
	for i := range m {
		for j := range m[i] {
			m[i][j] = probability{zero: 1 << (probabilityBits - 1), shift: 1}
		}
	}
}

// A probability is the probability of a 0, in units of 2^-15, learned from the bits before.
type probability struct {
	zero  uint16
	shift uint8 // the next bit moves zero by 2^-shift of the way
}

func (p *probability) learn(bit int) {
	if bit == 0 {
		p.zero += (1<<probabilityBits - p.zero) >> p.shift
	} else {
		p.zero -= p.zero >> p.shift
	}
	p.shift = min(p.shift+1, adaptation)
}

// contextOf returns the model of the next code of a sample, given the sum of the sizes of
// its n before: the half octave that 16 times their mean is in.
func contextOf(sum, n int) int {
	mean := 16 * (sum + priorSize) / (n + 1)
	length := bits.Len(uint(mean))
	if length < 2 {
		return 2 * length
	}
	return 2*length + mean>>(length-2)&1
}

func magnitude(c int8) int { return max(int(c), -int(c)) }

// appendCodes appends codes, pair by pair, of the given samples each.
func appendCodes(b []byte, codes []int8, samples int) []byte {
	if len(codes) == 0 {
		return b
	}
	var m model
	m.reset()
	e := encoder{b: b, width: 1<<32 - 1}
	for s := range samples {
		sum, n := 0, 0
		for i := s; i < len(codes); i += samples {
			v := magnitude(codes[i])
			e.code(&m[contextOf(sum, n)], v, codes[i] < 0)
			sum += v
			n++
		}
	}
	return e.finish()
}

func (e *encoder) code(p *[nodes]probability, v int, negative bool) {
	size := bits.Len(uint(v))
	node := 1
	for i := 2; i >= 0; i-- {
		bit := size >> i & 1
		e.bit(&p[node], bit)
		node = 2*node + bit
	}
	if size == 0 {
		return
	}
	n := size - 1 // bits of v below the highest
	if n > 0 {
		n--
		first := v >> n & 1
		e.bit(&p[sizes+size], first)
		if n > 0 {
			n--
			e.bit(&p[2*(sizes+size)+first], v>>n&1)
		}
	}
	rest := v & (1<<n - 1) * 2
	if negative {
		rest++
	}
	e.raw(uint32(rest), n+1)
}

// decodeCodes appends pairs·samples codes to dst and returns the bytes after them. It
// accepts what appendCodes makes and nothing else.
func decodeCodes(dst []int8, b []byte, pairs, samples uint32) ([]int8, []byte, error) {
	if n := uint64(pairs) * uint64(samples); n > maxCodes || n > maxCodesPerByte*uint64(len(b)) {
		return dst, b, fmt.Errorf("%d pairs of %d codes in %d bytes", pairs, samples, len(b))
	}
	if pairs == 0 {
		return dst, b, nil
	}
	count, step := int(pairs)*int(samples), int(samples)
	if len(b) < 4 {
		return dst, b, errors.New("codes end early")
	}
	at := len(dst)
	dst = slices.Grow(dst, count)[:at+count]
	codes := dst[at:]
	var m model
	m.reset()
	d := decoder{b: b[4:], width: 1<<32 - 1, value: binary.BigEndian.Uint32(b)}
	for s := range step {
		sum, n := 0, 0
		for i := s; i < count; i += step {
			c, v := d.code(&m[contextOf(sum, n)])
			codes[i] = c
			sum += v
			n++
		}
		if d.bad {
			return dst, b, errors.New("codes end early, or are not in their one encoding")
		}
	}
	if d.value != 0 { // the encoder's last bytes are exactly where its interval begins
		return dst, b, errors.New("codes are not in their one encoding")
	}
	return dst, d.b, nil
}

func (d *decoder) code(p *[nodes]probability) (c int8, v int) {
	node := 1
	for node < sizes {
		node = 2*node + d.bit(&p[node])
	}
	size := node - sizes
	if size == 0 {
		return 0, 0
	}
	n, v := size-1, 1
	if n > 0 {
		n--
		first := d.bit(&p[sizes+size])
		v = 2 + first
		if n > 0 {
			n--
			v = 2*v + d.bit(&p[2*(sizes+size)+first])
		}
	}
	rest := int(d.raw(n + 1))
	v = v<<n | rest>>1
	if rest&1 != 0 {
		return int8(-v), v
	}
	return int8(v), v
}

// An encoder narrows an interval of 32 bits; its bytes are the interval's beginning.
type encoder struct {
	b     []byte
	low   uint64 // of the interval; 2^32 and above is a carry
	width uint32
}

func (e *encoder) bit(p *probability, bit int) {
	zero := e.width >> probabilityBits * uint32(p.zero)
	if bit == 0 {
		e.width = zero
	} else {
		e.low += uint64(zero)
		e.width -= zero
	}
	p.learn(bit)
	e.normalize()
}

// raw writes n bits of even chances.
func (e *encoder) raw(v uint32, n int) {
	e.width >>= n
	e.low += uint64(v) * uint64(e.width)
	e.normalize()
}

func (e *encoder) normalize() {
	if e.low >= 1<<32 {
		e.low -= 1 << 32
		e.carry()
	}
	for e.width < 1<<24 {
		e.b = append(e.b, byte(e.low>>24))
		e.low = e.low << 8 & (1<<32 - 1)
		e.width <<= 8
	}
}

func (e *encoder) carry() {
	for i := len(e.b) - 1; ; i-- {
		e.b[i]++
		if e.b[i] != 0 {
			return
		}
	}
}

func (e *encoder) finish() []byte { return binary.BigEndian.AppendUint32(e.b, uint32(e.low)) }

// A decoder reads what an encoder wrote.
type decoder struct {
	b     []byte // not yet read
	width uint32
	value uint32 // from the interval's beginning
	bad   bool   // no encoder wrote these bytes
}

func (d *decoder) bit(p *probability) int {
	zero := d.width >> probabilityBits * uint32(p.zero)
	bit := 0
	if d.value < zero {
		d.width = zero
	} else {
		d.value -= zero
		d.width -= zero
		bit = 1
	}
	p.learn(bit)
	d.normalize()
	return bit
}

func (d *decoder) raw(n int) uint32 {
	d.width >>= n
	v := min(d.value/d.width, 1<<n-1)
	d.value -= v * d.width
	d.normalize()
	return v
}

func (d *decoder) normalize() {
	for d.width < 1<<24 {
		var next byte
		if len(d.b) > 0 {
			next, d.b = d.b[0], d.b[1:]
		} else {
			d.bad = true
		}
		if d.value >= d.width { // beyond the interval, where no encoder goes
			d.bad = true
		}
		d.value = d.value<<8 | uint32(next)
		d.width <<= 8
	}
}
