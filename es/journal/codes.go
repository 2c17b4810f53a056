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
// are small, and how small depends on the sample: the score of a sample that the network
// is sure of changes little. So the mean size of the sample's codes of earlier pairs
// selects the model of a code (docs/decisions.md#entropy-coding-of-a-record).
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

// A model holds the probabilities of each decision in each context. A decision is a node
// of a tree: the children of node n are 2n and 2n+1, and the leaf where a code's decisions
// end is leafOf its |code|.
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

// leafOf returns the leaf of |code| = v, and the number of v's low bits that it does not
// tell. The three bits of v's size lead from node 1 to node 8 + size; then come, of what v
// has below its highest bit, up to two bits.
func leafOf(v int) (leaf, rest int) {
	size := bits.Len(uint(v))
	decided := min(max(size-1, 0), 2)
	rest = max(size-1, 0) - decided
	return (sizes+size)<<decided | v>>rest&(1<<decided-1), rest
}

// magnitudeOf returns the least |code| of a leaf, and the number of low bits that the leaf
// does not tell.
func magnitudeOf(leaf int) (v, rest int) {
	decided := min(bits.Len(uint(leaf))-4, 2)
	size := leaf>>decided - sizes
	if size == 0 {
		return 0, 0
	}
	rest = size - 1 - decided
	return (1<<decided | leaf&(1<<decided-1)) << rest, rest
}

// inner has a bit for each node that is not a leaf: the tree over the size, then the first
// bit of sizes 2 to 7 and the second of sizes 3 to 7.
const inner uint64 = 0xfe | 0xfc<<sizes | 0xffc0<<(2*sizes)

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

// AppendCodes appends codes, in ±127 and pair by pair with the given samples each, coded as
// in a journal. Programs that exchange records use it too.
func AppendCodes(b []byte, codes []int8, samples int) []byte {
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
	leaf, rest := leafOf(v)
	for depth := bits.Len(uint(leaf)) - 2; depth >= 0; depth-- {
		q := &p[uint(leaf)>>(depth+1)%nodes]
		zero := e.width >> probabilityBits * uint32(q.zero)
		if leaf>>depth&1 == 0 {
			e.width = zero
			q.zero += (1<<probabilityBits - q.zero) >> q.shift
		} else {
			e.low += uint64(zero)
			e.width -= zero
			q.zero -= q.zero >> q.shift
		}
		q.shift = min(q.shift+1, adaptation)
		if e.width < 1<<24 {
			e.normalize()
		}
	}
	if v == 0 {
		return
	}
	low := v & (1<<rest - 1) * 2
	if negative {
		low++
	}
	e.raw(uint32(low), rest+1)
}

// DecodeCodes decodes b, which AppendCodes has appended, into codes. It accepts nothing else.
func DecodeCodes(codes []int8, b []byte, samples int) error {
	_, b, err := decodeCodes(codes[:0:len(codes)], b, uint32(len(codes)/samples), uint32(samples))
	if err == nil {
		err = atEnd(b)
	}
	if err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	return nil
}

// decodeCodes appends pairs·samples codes to dst and returns the bytes after them. It
// accepts only what AppendCodes makes.
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
	for inner>>node&1 != 0 {
		q := &p[uint(node)%nodes]
		zero := d.width >> probabilityBits * uint32(q.zero)
		node *= 2
		if d.value < zero {
			d.width = zero
			q.zero += (1<<probabilityBits - q.zero) >> q.shift
		} else {
			d.value -= zero
			d.width -= zero
			q.zero -= q.zero >> q.shift
			node++
		}
		q.shift = min(q.shift+1, adaptation)
		if d.width < 1<<24 {
			d.normalize()
		}
	}
	v, rest := magnitudeOf(node)
	if v == 0 {
		return 0, 0
	}
	low := d.raw(rest + 1)
	v |= int(low >> 1)
	if low&1 != 0 {
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
