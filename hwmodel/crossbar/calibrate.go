package crossbar

import "math"

const (
	// rangeSpread is the range of a calibrated converter in units of the root mean square
	// of its inputs. Clipping larger inputs makes the steps finer for all others.
	rangeSpread = 4
	// limitSpread is the limit of a checksum in units of the root mean square of its
	// residuals during calibration.
	limitSpread = 6
)

// calibrationRead is the Read.Number of Calibrate's reads.
const calibrationRead = math.MaxUint32

// Calibrate sets the range of each array's converters and the limit of its checksums from a
// batch of n columns of typical inputs. Before calibration, the converters' range is the
// largest product of ideal cells, and the limit of a checksum is half a unit. Call Calibrate
// again after the weights have changed.
func (c *Crossbar) Calibrate(x []int8, n int) {
	c.checkShapes("Calibrate", make([]int32, c.rows*n), x, n)
	ws := &Workspace{}
	for i, a := range c.arrays {
		c.measure(0, i, true)
		var magnitude, residual meanSquare
		a.eachChunk(ws, x, n, func(width, _ int) {
			for s := range a.config.slices() {
				a.read(ws, s, width)
				for _, v := range ws.reads {
					magnitude.add(float64(v))
				}
			}
		})
		a.setRange(rangeSpread * magnitude.root())
		if a.checks == 0 {
			continue
		}
		a.eachChunk(ws, x, n, func(width, lo int) {
			a.conversionsOf(ws, width, Read{calibrationRead, lo})
			for _, r := range a.residuals(ws, width) {
				residual.add(float64(r))
			}
		})
		a.limit = max(Unit/2, int64(limitSpread*residual.root()))
	}
}

// eachChunk loads the array's inputs chunk by chunk and calls do for each.
func (a *array) eachChunk(ws *Workspace, x []int8, n int, do func(width, lo int)) {
	for lo := 0; lo < n; lo += chunkColumns {
		hi := min(lo+chunkColumns, n)
		ws.load(a, x, n, lo, hi)
		do(hi-lo, lo)
	}
}

// meanSquare accumulates the mean of squares.
type meanSquare struct {
	sum   float64
	count int
}

func (m *meanSquare) add(v float64) {
	m.sum += float64(v * v)
	m.count++
}

func (m *meanSquare) root() float64 { return math.Sqrt(m.sum / float64(max(1, m.count))) }
