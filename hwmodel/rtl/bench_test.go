package rtl_test

import (
	"iter"
	"math/rand/v2"
	"strings"
	"sync"

	"github.com/Kaleaon/pentary-go/hwmodel/rtl"
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/lowrank"
	"github.com/Kaleaon/pentary-go/packed"
	"github.com/Kaleaon/pentary-go/trit5"
)

// bench drives a unit. Its module bench_NAME, in testdata/bench, executes an operation for each
// input record and produces an output record: the results and their cycles.
type bench struct {
	name    string
	params  []string // of the module, NAME=VALUE, if not the default
	in, out int      // bits of the records

	draw func(*writer, *rand.Rand)   // a random input
	all  func(yield func(*writer))   // every input, if there are few
	want func(in *reader, w *writer) // the library's output for an input

	long  int // number of random inputs of the long test
	scale int // duration of an input of a sequence, relative to other benches
}

// title returns the name of the bench's tests and golden vectors.
func (b *bench) title() string { return strings.Join(append([]string{b.name}, b.params...), ",") }

const million = 1_000_000

// Sizes of the benches: rows and columns of tile and crossbar, columns of lowrank.
const (
	rows, cols  = 16, 16
	lowrankCols = 32
)

var (
	checks = rtl.Checks(cols)
	lines  = cols + checks
)

var benches = []bench{
	{name: "full_adder", in: 8, out: 5, all: allDigits, want: wantFullAdder},
	{name: "lane", in: 11, out: 10, all: allLanes, want: wantLane},
	{name: "adder", in: 96, out: 49, draw: drawWords, want: wantAdder, long: million},
	{name: "alu", in: 100, out: 51, draw: drawALU, want: wantALU, long: million},
	{name: "quantizer", in: 50, out: 3, draw: drawQuantizer, want: wantQuantizer, long: million},
	{name: "dot", in: 11 * cols, out: 14, draw: drawDot, want: wantDot, long: million},
	{name: "requantize", in: 70, out: 16, draw: drawRequantize, want: wantRequantize, long: million},
	{name: "noise", in: 192, out: 200, draw: drawNoise, want: wantNoise, long: million},
	{name: "noise", params: []string{"PHILOX=1"}, in: 192, out: 200, draw: drawNoise, want: wantRandom, long: million},
	{name: "tile", in: 3*rows*cols + 16*cols + 1, out: 64*rows + 16, draw: drawTile, want: wantTile, long: million},
	{name: "lowrank", in: 6*rows*lowrankCols + 16*lowrankCols + 163, out: 32*rows + 32, draw: drawLowRank, want: wantLowRank, long: million},
	{name: "crossbar", in: 3*rows*lines + 8*rows, out: 14*cols + 9, draw: drawCrossbar, want: wantCrossbar, long: million},
}

// inputs returns n random inputs of the bench, or every input if the bench has all.
func (b *bench) inputs(n int, seed uint64) iter.Seq[record] {
	return func(yield func(record) bool) {
		if b.all != nil {
			more := true
			b.all(func(w *writer) { more = more && yield(w.bits) })
			return
		}
		r := rand.New(rand.NewPCG(seed, uint64(len(b.name))))
		for range n {
			w := &writer{bits: make(record, 0, (b.in+7)/8)}
			b.draw(w, r)
			if w.at != b.in {
				panic("rtl: an input of the wrong size: " + b.name)
			}
			if !yield(w.bits) {
				return
			}
		}
	}
}

// output returns the library's output for an input.
func (b *bench) output(in record) record {
	w := &writer{bits: make(record, 0, (b.out+7)/8)}
	b.want(&reader{bits: in}, w)
	if w.at != b.out {
		panic("rtl: an output of the wrong size: " + b.name)
	}
	return w.bits
}

// --- Digits and words --------------------------------------------------------

func allDigits(yield func(*writer)) {
	for i := range uint64(5 * 5 * 3) {
		w := &writer{}
		w.put(i%5, 3)
		w.put(i/5%5, 3)
		w.put(i/25, 2)
		yield(w)
	}
}

func wantFullAdder(in *reader, w *writer) {
	sum, carry := trit5.Add(pent(in), pent(in), trit5.Pent(in.take(2))-1)
	w.put(uint64(sum.Code()), 3)
	w.put(uint64(carry+1), 2)
}

func pent(in *reader) trit5.Pent { return trit5.Pent(in.take(3)) - trit5.CodeZero }

func drawCodes(w *writer, r *rand.Rand, n int) {
	// Sometimes all digits are extreme or most are zero, so that carries propagate far.
	kind := r.IntN(8)
	for range n {
		c := uint64(r.IntN(5))
		switch kind {
		case 0:
			c = c &^ 3 // -2 or +2
		case 1:
			if r.IntN(8) != 0 {
				c = trit5.CodeZero
			}
		}
		w.put(c, 3)
	}
}

func drawWords(w *writer, r *rand.Rand) {
	drawCodes(w, r, trit5.WordPents)
	if r.IntN(8) == 0 { // close to each other
		a := (&reader{bits: w.bits}).take(48)
		near, _ := trit5.FromInt64(trit5.Word(a).Int64() + int64(r.IntN(3)-1))
		w.put(near.Bits(), 48)
		return
	}
	drawCodes(w, r, trit5.WordPents)
}

func word(in *reader) trit5.Word {
	v, err := trit5.WordFromBits(in.take(48))
	if err != nil {
		panic(err)
	}
	return v
}

func bit(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}

func wantAdder(in *reader, w *writer) {
	a := word(in)
	sum, overflow := a.Add(word(in))
	w.put(sum.Bits(), 48)
	w.put(bit(overflow), 1)
}

func drawALU(w *writer, r *rand.Rand) {
	drawWords(w, r)
	w.put(uint64(r.IntN(10)), 4)
}

func wantALU(in *reader, w *writer) {
	a, b := word(in), word(in)
	y, overflow := trit5.ZeroWord, false
	switch in.take(4) {
	case 0:
		y, overflow = a.Add(b)
	case 1:
		y, overflow = a.Sub(b)
	case 2:
		y = a.Neg()
	case 3:
		y = a.Abs()
	case 4:
		y = b
		if a.Cmp(b) < 0 {
			y = a
		}
	case 5:
		y = a
		if a.Cmp(b) < 0 {
			y = b
		}
	case 6:
		y, overflow = a.Mul2()
	case 7:
		y, _ = a.Div2()
	case 8:
		y = y.With(0, trit5.Pent(a.Cmp(y)))
	}
	w.put(y.Bits(), 48)
	w.put(bit(y == trit5.ZeroWord), 1)
	w.put(bit(y.Cmp(trit5.ZeroWord) < 0), 1)
	w.put(bit(overflow), 1)
}

// --- Products ----------------------------------------------------------------

func allLanes(yield func(*writer)) {
	for i := range uint64(5 * 256) {
		w := &writer{}
		w.put(i%5, 3)
		w.put(i/5, 8)
		yield(w)
	}
}

func wantLane(in *reader, w *writer) {
	w.put(uint64(trit5.MulInt(pent(in), int32(in.signed(8)))), 10)
}

func drawInt8s(w *writer, r *rand.Rand, n int) {
	kind := r.IntN(8)
	for range n {
		v := uint64(r.IntN(256))
		if kind == 0 {
			v = 127 + v&1 // +127 or -128
		}
		w.put(v, 8)
	}
}

func drawDot(w *writer, r *rand.Rand) {
	drawCodes(w, r, cols)
	drawInt8s(w, r, cols)
}

func wantDot(in *reader, w *writer) {
	m := matrices.Get().(*packed.Matrix)
	defer matrices.Put(m)
	m.Reset(1, cols)
	takeWeights(in, m, 0, cols)
	x := make([]int8, kernels.Quads(cols)*4)
	takeColumn(in, x, 0, cols, 1, 0)
	var y [1]int32
	kernels.MatMul(y[:], m, x, 1)
	w.put(uint64(y[0]), 14)
}

// matrices is a pool of scratch matrices, because a test uses millions.
var matrices = sync.Pool{New: func() any { return packed.NewMatrix(0, 0) }}

// takeWeights reads rows of n weights into columns of a matrix, from column j on.
func takeWeights(in *reader, m *packed.Matrix, j, n int) {
	for i := range m.Rows() {
		row := m.Row(i)
		for κ := range n {
			row.Set(j+κ, pent(in))
		}
	}
}

// takeColumn reads k activations into column c of a batch of n columns, from row at on.
func takeColumn(in *reader, x []int8, at, k, n, c int) {
	for κ := at; κ < at+k; κ++ {
		x[(κ/4*n+c)*4+κ%4] = int8(in.signed(8))
	}
}

func drawTile(w *writer, r *rand.Rand) {
	drawCodes(w, r, rows*cols)
	drawInt8s(w, r, 2*cols)
	w.put(uint64(r.IntN(2)), 1)
}

func wantTile(in *reader, w *writer) {
	m := matrices.Get().(*packed.Matrix)
	defer matrices.Put(m)
	m.Reset(rows, cols)
	takeWeights(in, m, 0, cols)
	var x [2 * cols]int8
	takeColumn(in, x[:], 0, cols, 2, 0)
	takeColumn(in, x[:], 0, cols, 2, 1)
	var y [2 * rows]int32
	kernels.MatMul(y[:], m, x[:], 2)
	accumulate := in.take(1) == 1
	for c := range 2 {
		for i := range rows {
			v := y[2*i+c]
			if c == 1 && accumulate {
				v += y[2*i]
			}
			w.put(uint64(v), 32)
		}
	}
	w.put(uint64(rtl.CyclesTile(rows, cols).Of(2)), 16)
}

// --- Activations and pents ---------------------------------------------------

func drawRequantize(w *writer, r *rand.Rand) {
	// Sums of all magnitudes, so that every shift has sums that are clipped and sums that are
	// not.
	w.put(uint64(int32(r.Uint32())>>r.IntN(32)), 32)
	w.put(uint64(int32(r.Uint32())>>r.IntN(32)), 32)
	w.put(uint64(r.IntN(31)), 5)
	w.put(uint64(r.IntN(2)), 1)
}

func wantRequantize(in *reader, w *writer) {
	y, bias := int32(in.signed(32)), int32(in.signed(32))
	shift, relu := uint(in.take(5)), in.take(1) == 1
	var dst [4]int8
	kernels.Requantize(dst[:], []int32{y}, 1, 1, kernels.Output{Bias: []int32{bias}, Shift: shift, ReLU: relu})
	w.put(uint64(dst[0]), 8)
	w.put(uint64(rtl.CyclesRequantize().Latency), 8)
}

func drawQuantizer(w *writer, r *rand.Rand) {
	x := int32(r.Uint32()) >> r.IntN(16)
	if r.IntN(4) == 0 { // at or beside a multiple of a half
		x = int32(r.IntN(13)-6)<<15 + int32(r.IntN(3)-1)
	}
	w.put(uint64(x), 32)
	w.put(uint64(r.IntN(1<<16)), 16)
	w.put(uint64(r.IntN(4)), 2)
}

func wantQuantizer(in *reader, w *writer) {
	x, random, mode := int32(in.signed(32)), in.take(16), trit5.Rounding(in.take(2))
	var p trit5.Pent
	if mode == trit5.Stochastic {
		p = trit5.QuantizeQ16Stochastic(x, uint32(random)<<16)
	} else {
		p = trit5.QuantizeQ16(x, mode)
	}
	w.put(uint64(p.Code()), 3)
}

// --- Noise -------------------------------------------------------------------

func drawNoise(w *writer, r *rand.Rand) {
	w.put(r.Uint64(), 64)
	for range 3 {
		w.put(uint64(r.Uint32()), 32)
	}
	// kernels.Noise starts a stream at block 0, so only the first blocks can be compared.
	w.put(uint64(r.IntN(4)), 32)
}

func wantNoise(in *reader, w *writer) {
	wantBlocks(in, w, kernels.ARS4x32, rtl.CyclesNoise())
}

func wantRandom(in *reader, w *writer) {
	wantBlocks(in, w, kernels.Philox4x32, rtl.CyclesRandom())
}

func wantBlocks(in *reader, w *writer, g kernels.Generator, c rtl.Cycles) {
	s := kernels.Stream{Generator: g, Seed: in.take(64), Generation: uint32(in.take(32)), Tensor: uint32(in.take(32)), Pair: uint32(in.take(32))}
	block := int(in.take(32))
	var codes [5 * kernels.NoiseUnit]uint8
	kernels.Noise(codes[:], kernels.Binomial, s)
	for _, c := range codes[block*kernels.NoiseUnit:][:2*kernels.NoiseUnit] {
		w.put(uint64(c), 3)
	}
	w.put(uint64(c.Of(2)), 8)
}

func drawLowRank(w *writer, r *rand.Rand) {
	drawCodes(w, r, 2*rows*lowrankCols)
	drawInt8s(w, r, 2*lowrankCols)
	w.put(r.Uint64(), 64)
	w.put(uint64(r.Uint32()), 32)
	w.put(uint64(r.IntN(lowrank.MaxTensor+1)), 28)
	w.put(uint64(r.Uint32()>>1), 32) // int has 32 bits on some machines
	w.put(uint64(r.IntN(lowrank.MaxSigma+1)), 5)
	w.put(uint64(r.IntN(2)), 1)
	w.put(bit(r.IntN(4) == 0), 1)
}

func wantLowRank(in *reader, w *writer) {
	m := matrices.Get().(*packed.Matrix)
	defer matrices.Put(m)
	wide := (&reader{bits: in.bits, at: 6*rows*lowrankCols + 16*lowrankCols + 162}).take(1) == 1
	k := lowrankCols
	if wide {
		k *= 2
	}
	m.Reset(rows, k)
	takeWeights(in, m, 0, lowrankCols)
	if wide {
		takeWeights(in, m, lowrankCols, lowrankCols)
	} else {
		in.at += 3 * rows * lowrankCols
	}
	// Both members of the pair see the same x.
	x := make([]int8, 2*k)
	at := in.at
	for c := range 2 {
		in.at = at
		takeColumn(in, x, 0, k, 2, c)
	}
	in.at = at + 16*lowrankCols
	n := lowrank.Noise{Rank: 1, Seed: in.take(64), Generation: int(in.take(32))}
	tensor := lowrank.Parameter{Number: uint32(in.take(28)), W: m}
	pair := int(in.take(32))
	n.Sigma = uint(in.take(5))
	minus := int(in.take(1))
	var y [2 * rows]int32
	ws := workspaces.Get().(*lowrank.Workspace)
	defer workspaces.Put(ws)
	n.Product(ws, y[:], tensor, x, pair, pair+1, 1)
	for i := range rows {
		w.put(uint64(y[2*i+minus]), 32)
	}
	w.put(uint64(rtl.CyclesDraw(rows, lowrankCols).Interval), 16)
	w.put(uint64(rtl.CyclesLowRank(rows, lowrankCols).Latency), 16)
}

var workspaces = sync.Pool{New: func() any { return new(lowrank.Workspace) }}

// --- Crossbar ----------------------------------------------------------------

func drawCrossbar(w *writer, r *rand.Rand) {
	pents := &writer{}
	drawCodes(pents, r, rows*cols)
	in := &reader{bits: pents.bits}
	cells := make([]trit5.Pent, 0, rows*lines)
	for range rows {
		at := len(cells)
		for range cols {
			cells = append(cells, pent(in))
		}
		cells = rtl.AppendChecks(cells, cells[at:])
	}
	if r.IntN(2) == 0 { // a cell goes wrong
		cells[r.IntN(len(cells))] = trit5.Pent(r.IntN(5)) - 2
	}
	for _, p := range cells {
		w.put(uint64(p.Code()), 3)
	}
	drawInt8s(w, r, rows)
}

func wantCrossbar(in *reader, w *writer) {
	// Bit lines are rows of the matrix, and word lines its columns.
	m := matrices.Get().(*packed.Matrix)
	defer matrices.Put(m)
	m.Reset(lines, rows)
	for i := range rows {
		for j := range lines {
			m.Set(j, i, pent(in))
		}
	}
	x := make([]int8, rows)
	takeColumn(in, x, 0, rows, 1, 0)
	y := make([]int32, lines)
	kernels.MatMul(y, m, x, 1)

	off, power := int32(0), int32(1)
	for j, v := range y {
		if j < cols {
			off += v
			w.put(uint64(v), 14)
			continue
		}
		off -= power * v
		power *= 5
	}
	w.put(bit(off == 0), 1)
	w.put(uint64(rtl.CyclesCrossbar().Latency), 8)
}
