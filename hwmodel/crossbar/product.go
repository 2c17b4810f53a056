package crossbar

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/Kaleaon/pentary-go/internal/parallel"
	"github.com/Kaleaon/pentary-go/internal/reuse"
	"github.com/Kaleaon/pentary-go/kernels"
)

// Read identifies the reads of a product and thereby their noise: column i of the product is
// column First+i of read Number. Products with the same Read have the same noise.
type Read struct {
	Number uint32
	First  int
}

// Workspace holds the buffers of one goroutine's products. It grows to the largest product
// and is reused.
type Workspace struct {
	in          []int8  // inputs of an array, in quads, slice by slice
	energy      []int32 // Σ x² of each slice and column
	reads       []int32
	planes      []int32 // products of each plane; reads is the beginning of it
	conversions []int64 // of one array
	residuals   []int64
	sums        []int64 // over all arrays
	random      []uint8
	check       Check
}

// chunkColumns is the number of columns processed at once: few enough that an array's
// conversions stay in the second-level cache.
const chunkColumns = 256

// job holds the arguments of the running MatMul.
type job struct {
	y    []int32
	x    []int8
	n    int
	read Read
}

// MatMul computes Y = W·X on the crossbar for a batch of n columns, on all processors, and
// returns the result of the checksums. The layouts of y and x are as in kernels.MatMul. MatMul
// is not safe for concurrent use: see Product.
//
//	y = Σ_arrays gain·Σ_slices 2^s·convert(Σ w·x + noise), rounded
func (c *Crossbar) MatMul(y []int32, x []int8, n int, read Read) Check {
	c.checkShapes("MatMul", y, x, n)
	c.job = job{y, x, n, read}
	parallel.For(len(c.work), (n+chunkColumns-1)/chunkColumns, c.productTask)
	c.job = job{}
	var check Check
	for i := range c.work {
		check.Add(c.work[i].check)
		c.work[i].check = Check{}
	}
	return check
}

func (c *Crossbar) matMulChunk(worker, i int) {
	j, lo := &c.job, i*chunkColumns
	c.columns(&c.work[worker], j.y, j.x, j.n, lo, min(lo+chunkColumns, j.n), j.read)
}

// Product is MatMul on the caller's goroutine only. Products with different workspaces may
// run at the same time, as long as nothing is written.
func (c *Crossbar) Product(ws *Workspace, y []int32, x []int8, n int, read Read) Check {
	c.checkShapes("Product", y, x, n)
	for lo := 0; lo < n; lo += chunkColumns {
		c.columns(ws, y, x, n, lo, min(lo+chunkColumns, n), read)
	}
	check := ws.check
	ws.check = Check{}
	return check
}

func (c *Crossbar) checkShapes(fn string, y []int32, x []int8, n int) {
	if n < 0 || len(x) != kernels.Quads(c.cols)*n*4 || len(y) != c.rows*n {
		panic(fmt.Sprintf("crossbar: %s: x has %d elements and y has %d, want a batch of %d×%d and W·X of %d×%d (W is %d×%d)",
			fn, len(x), len(y), c.cols, n, c.rows, n, c.rows, c.cols))
	}
}

// columns computes columns lo to hi of n.
func (c *Crossbar) columns(ws *Workspace, y []int32, x []int8, n, lo, hi int, read Read) {
	width := hi - lo
	read.First += lo
	ws.sums = reuse.Slice(ws.sums, c.rows*width)
	clear(ws.sums)
	for i, a := range c.arrays {
		if i%c.across == 0 {
			ws.load(a, x, n, lo, hi)
		}
		a.conversionsOf(ws, width, read)
		if a.checks > 0 {
			ws.check.Add(a.verifySums(a.residuals(ws, width)))
		}
		sums := ws.sums[a.first*width : a.last*width]
		for i, v := range ws.conversions[:len(sums)] {
			sums[i] += v * a.gain
		}
	}
	for i := range c.rows {
		out := y[i*n+lo : i*n+hi]
		for j, v := range ws.sums[i*width : (i+1)*width] {
			out[j] = product(v)
		}
	}
}

// product converts a sum in units of 1/(Unit·unity) to an integer, rounded to nearest, ties
// away from zero.
func product(sum int64) int32 {
	const one = Unit * unity
	if sum < 0 {
		return -int32((-sum + one/2) / one)
	}
	return int32((sum + one/2) / one)
}

// load copies the array's inputs, columns lo to hi of n, split into signed slices of their
// magnitudes, and computes the energy of each slice.
func (ws *Workspace) load(a *array, x []int8, n, lo, hi int) {
	width := hi - lo
	quads, slices, bits := kernels.Quads(a.hi-a.lo), a.config.slices(), a.config.InputBits
	size := quads * width * 4
	ws.in = reuse.Slice(ws.in, slices*size)
	for q := range quads {
		from := x[((a.lo/4+q)*n+lo)*4:][:width*4]
		at := q * width * 4
		if slices == 1 {
			copy(ws.in[at:], from)
			continue
		}
		for s := range slices {
			to := ws.in[s*size+at:][:len(from)]
			for i, v := range from {
				to[i] = slice(v, uint(s)*bits, bits)
			}
		}
	}
	if a.config.Device.ReadNoise == 0 {
		return
	}
	ws.energy = reuse.Slice(ws.energy, slices*width)
	clear(ws.energy)
	for s := range slices {
		energy := ws.energy[s*width : (s+1)*width]
		for q := range quads {
			in := ws.in[s*size+q*width*4:][:width*4]
			for c := range energy {
				x := (*[4]int8)(in[4*c:])
				x0, x1, x2, x3 := int32(x[0]), int32(x[1]), int32(x[2]), int32(x[3])
				energy[c] += x0*x0 + x1*x1 + x2*x2 + x3*x3
			}
		}
	}
}

// slice returns the given number of bits of |v|, starting at bit from, with the sign of v.
func slice(v int8, from, bits uint) int8 {
	m := (int(max(v, -v)) >> from) & (1<<bits - 1)
	if v < 0 {
		m = -m
	}
	return int8(m)
}

// conversionsOf computes the results of the array's converters for the loaded inputs,
// [outputs+checks][width].
func (a *array) conversionsOf(ws *Workspace, width int, read Read) {
	rows := a.outputs() + a.checks
	ws.conversions = reuse.Slice(ws.conversions, rows*width)
	clear(ws.conversions)
	slices, noisy := a.config.slices(), a.config.Device.ReadNoise > 0
	if noisy {
		a.drawNoise(ws, rows*slices, width, read)
	}
	for s := range slices {
		a.read(ws, s, width)
		if noisy {
			a.addNoise(ws, s, rows, width)
		}
		a.convert(ws.conversions, ws.reads, uint(s)*a.config.InputBits)
	}
}

// read computes the products of one slice of the loaded inputs, [outputs+checks][width],
// in 1/Unit.
func (a *array) read(ws *Workspace, s, width int) {
	size := kernels.Quads(a.hi-a.lo) * width * 4
	ws.reads, ws.planes = a.planes.product(ws.planes, ws.in[s*size:(s+1)*size], width)
}

// drawNoise draws eight bytes for each read of each column.
func (a *array) drawNoise(ws *Workspace, reads, width int, read Read) {
	each := randomBytes(reads)
	ws.random = reuse.Slice(ws.random, width*each)
	for c := range width {
		kernels.Random(ws.random[c*each:(c+1)*each], kindRead.stream(a.config.Seed, a.number, read.Number, uint32(read.First+c)))
	}
}

// randomBytes returns the number of random bytes that n normal numbers take, rounded up to
// kernels.NoiseUnit.
func randomBytes(n int) int {
	return (8*n + kernels.NoiseUnit - 1) / kernels.NoiseUnit * kernels.NoiseUnit
}

// addNoise adds the noise of slice s to the reads. The independent noise of all cells sums to
// a normal number whose variance is twice a cell's, times Σ x².
func (a *array) addNoise(ws *Workspace, s, rows, width int) {
	d := &a.config.Device
	each := randomBytes(rows * a.config.slices())
	perCell := math.Sqrt2 * d.ReadNoise / d.unit() * Unit * normalScale
	for c := range width {
		deviation := perCell * math.Sqrt(float64(ws.energy[s*width+c]))
		random := ws.random[c*each+8*s*rows:]
		for i := range rows {
			z := byteSum(binary.LittleEndian.Uint64(random[8*i:]))
			ws.reads[i*width+c] += int32(math.Round(deviation * float64(z)))
		}
	}
}
