package crossbar

import (
	"fmt"

	"github.com/Kaleaon/pentary-go/internal/parallel"
	"github.com/Kaleaon/pentary-go/packed"
)

// Crossbar is a matrix, split into as many arrays as needed. Several goroutines may call
// Product at the same time, each with its own Workspace; all other methods need exclusive
// use.
type Crossbar struct {
	config     Config
	rows, cols int // of the matrix
	across     int // arrays with the same inputs
	arrays     []*array
	now        float64 // seconds since it was made
	pents      []int8
	scratch    [][]int32 // of each worker, for measure

	// State of writeArrays.
	all         bool
	written     []int // cells of each array
	programTask func(worker, i int)

	// State of MatMul.
	work        []Workspace
	job         job
	productTask func(worker, i int)
}

// maxInputs bounds the inputs: sums of products of ±2.5 by ±127, corrected fourfold,
// fit an int32.
const maxInputs = 1 << 20

// New returns a crossbar with w programmed into it. It returns an error that names the field
// of the configuration that is out of range, or if w is empty or has more than 1 Mi columns.
func New(config Config, w *packed.Matrix) (*Crossbar, error) {
	if err := config.Check(); err != nil {
		return nil, err
	}
	config.setDefaults()
	m, k := w.Rows(), w.Cols()
	if m == 0 || k == 0 || k > maxInputs {
		return nil, fmt.Errorf("crossbar: matrix of %d×%d, want at least one output and 1 to %d inputs", m, k, maxInputs)
	}
	c := &Crossbar{
		config: config, rows: m, cols: k,
		across: (m + config.Cols - 1) / config.Cols,
		pents:  make([]int8, m*k),
		work:   make([]Workspace, parallel.Workers()),
	}
	c.programTask, c.productTask = c.programArray, c.matMulChunk
	for lo := 0; lo < k; lo += config.Rows {
		for first := 0; first < m; first += config.Cols {
			a := newArray(&c.config, uint32(len(c.arrays)), lo, min(lo+config.Rows, k), first, min(first+config.Cols, m))
			a.setRange(a.fullScale())
			c.arrays = append(c.arrays, a)
		}
	}
	c.scratch, c.written = make([][]int32, parallel.Workers()), make([]int, len(c.arrays))
	c.Program(w)
	return c, nil
}

// Config returns the configuration with defaults filled in.
func (c *Crossbar) Config() Config { return c.config }

// Rows returns the number of outputs.
func (c *Crossbar) Rows() int { return c.rows }

// Cols returns the number of inputs.
func (c *Crossbar) Cols() int { return c.cols }

// Program writes every cell and returns the number of writes, levelling included. It
// panics if the shape of w differs from the crossbar's.
func (c *Crossbar) Program(w *packed.Matrix) (written int) { return c.write(w, true) }

// Update writes the cells whose level changes and returns the number of writes, levelling
// included. It panics if the shape of w differs from the crossbar's.
func (c *Crossbar) Update(w *packed.Matrix) (written int) { return c.write(w, false) }

// Refresh writes the intended value of every cell again, which undoes drift, and returns the
// number of writes.
func (c *Crossbar) Refresh() (written int) { return c.writeArrays(true) }

func (c *Crossbar) write(w *packed.Matrix, all bool) int {
	if w.Rows() != c.rows || w.Cols() != c.cols {
		panic(fmt.Sprintf("crossbar: W is %d×%d for a crossbar of %d×%d", w.Rows(), w.Cols(), c.rows, c.cols))
	}
	w.Unpack(c.pents)
	for _, a := range c.arrays {
		a.setPents(c.pents, c.cols)
	}
	return c.writeArrays(all)
}

func (c *Crossbar) writeArrays(all bool) (written int) {
	c.all = all
	parallel.For(len(c.scratch), len(c.arrays), c.programTask)
	for _, n := range c.written {
		written += n
	}
	return written
}

func (c *Crossbar) programArray(worker, i int) {
	if c.written[i] = c.arrays[i].program(c.now, c.all); c.written[i] > 0 {
		c.measure(worker, i, true)
	}
}

func (c *Crossbar) measure(worker, i int, learn bool) {
	a := c.arrays[i]
	if n := (a.hi - a.lo) * a.pairs; len(c.scratch[worker]) < n {
		c.scratch[worker] = make([]int32, n)
	}
	a.measure(c.scratch[worker], learn)
}

// Advance simulates the passing of time, 0 to 1e12 seconds, at a temperature in °C, -40 to
// 150. Cells drift with the logarithm of their age after the first second: five times as fast
// at 85 °C as at 25 °C, and by Arrhenius' law at other temperatures.
func (c *Crossbar) Advance(seconds, celsius float64) error {
	if !(seconds >= 0 && seconds <= 1e12) {
		return fmt.Errorf("crossbar: advance by %g s, want 0 to 1e12", seconds)
	}
	if !(celsius >= -40 && celsius <= 150) {
		return fmt.Errorf("crossbar: %g °C, want -40 to 150", celsius)
	}
	rate := driftRate(celsius)
	parallel.For(len(c.scratch), len(c.arrays), func(worker, i int) {
		c.arrays[i].advance(c.now, c.now+seconds, rate)
		c.measure(worker, i, false)
	})
	c.now += seconds
	return nil
}

// Weight returns the present weight at row i and column j, in pents, before the correction by
// references.
func (c *Crossbar) Weight(i, j int) float64 {
	if i < 0 || i >= c.rows || j < 0 || j >= c.cols {
		panic(fmt.Sprintf("crossbar: weight %d, %d of %d×%d", i, j, c.rows, c.cols))
	}
	a := c.arrays[j/c.config.Rows*c.across+i/c.config.Cols]
	return float64(a.planes.at(i-a.first, j-a.lo)) / Unit
}
