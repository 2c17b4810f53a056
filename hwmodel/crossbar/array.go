package crossbar

import "math"

// array is one array of cells. It holds inputs lo to hi and outputs first to last of the
// matrix: one word line per input, one pair of bit lines per output. The pairs of the
// checksums and of the references follow the pairs of the outputs.
type array struct {
	config *Config
	number uint32

	lo, hi      int // inputs
	first, last int // outputs
	checks      int // checksum pairs
	lines       int // word lines: one per input, plus the gap
	pairs       int

	cells  []cell // [lines][pairs][2]: plus, minus
	pents  []int8 // [hi-lo][pairs], the intended values
	gap    gap
	writes uint64 // over all cells
	pulses uint64

	planes planes
	gain   int64   // correction of the outputs, from the references, in 1/unity
	digits int     // checksum digits in use
	known  []int64 // residual of the checksum per unit of each input, in 1/Unit
	limit  int64   // largest residual beyond the known one that passes, in 1/Unit
	step   int32   // of the converters, in 1/Unit; 0 if they are ideal
	most   int32   // the converters' largest code
}

// cell is one memristor.
type cell struct {
	conductance float64 // µS, as last written
	written     float64 // time of the last write, in seconds
	drifted     float32 // decades of time since the last write, at 25 °C
	drift       float32 // loss of conductance per decade
	writes      uint32
	level       uint8 // last written
	stuck       bool
}

// newArray returns an array of new cells, all at level 0.
func newArray(c *Config, number uint32, lo, hi, first, last int) *array {
	a := &array{config: c, number: number, lo: lo, hi: hi, first: first, last: last, lines: hi - lo, gain: unity, limit: Unit / 2}
	if c.Checksums {
		a.checks = checkDigits
	}
	if c.Levelling > 0 {
		a.lines++
	}
	a.gap.at = hi - lo
	a.pairs = last - first + a.checks + c.References
	a.cells = make([]cell, a.lines*a.pairs*2)
	a.pents = make([]int8, (hi-lo)*a.pairs)
	for line := range a.lines {
		device := kindDevice.stream(c.Seed, number, 0, uint32(line))
		for i, cells := 0, a.line(line); i < len(cells); i++ {
			cells[i] = c.Device.newCell(device.Block(uint32(i)))
		}
	}
	return a
}

// newCell returns a new cell whose defects and drift follow from a random block.
func (d *Device) newCell(b [4]uint32) cell {
	c := cell{conductance: d.Gmin}
	switch share := fraction(b[0]); {
	case share < d.StuckOff:
		c.stuck = true
	case share < d.StuckOff+d.StuckOn:
		c.stuck, c.conductance = true, d.Gmax
	}
	_, hi := halves(b)
	c.drift = float32(max(0, d.Drift+float64(d.DriftSpread*normal(hi))))
	return c
}

// line returns the cells of a word line.
func (a *array) line(line int) []cell {
	n := a.pairs * 2
	return a.cells[line*n : (line+1)*n]
}

// outputs returns how many outputs the array has.
func (a *array) outputs() int { return a.last - a.first }

// setPents copies the array's pents from w, a row-major matrix of k columns, and computes
// their checksums.
func (a *array) setPents(w []int8, k int) {
	for r := range a.hi - a.lo {
		row := a.pents[r*a.pairs : (r+1)*a.pairs]
		for i := a.first; i < a.last; i++ {
			row[i-a.first] = w[i*k+a.lo+r]
		}
		outputs, rest := row[:a.outputs()], row[a.outputs():]
		if a.checks > 0 {
			checksum(rest[:a.checks], outputs)
		}
		for i := range rest[a.checks:] {
			rest[a.checks+i] = referencePents[i%len(referencePents)]
		}
	}
	a.digits = a.usedDigits()
}

// levels returns the levels of the two cells of a pent.
func levels(pent int8) (plus, minus uint8) { return uint8(max(0, pent)), uint8(max(0, -pent)) }

// program writes the cells whose level differs from their pent's, or all cells, and returns
// the number written.
func (a *array) program(now float64, all bool) (written int) {
	for r := range a.hi - a.lo {
		written += a.programRow(r, now, all)
	}
	if n := a.config.Levelling; n > 0 {
		for a.gap.pending += written; a.gap.pending >= n; a.gap.pending -= n {
			written += a.programRow(a.gap.move(a.hi-a.lo), now, false)
		}
	}
	return written
}

// programRow is program for the word line of row r.
func (a *array) programRow(r int, now float64, all bool) (written int) {
	line := a.gap.line(r, a.hi-a.lo)
	cells := a.line(line)
	for p, pent := range a.pents[r*a.pairs : (r+1)*a.pairs] {
		plus, minus := levels(pent)
		for i, level := range [2]uint8{plus, minus} {
			c := &cells[2*p+i]
			if all || c.level != level || c.writes == 0 {
				a.write(c, line, 2*p+i, level, now)
				written++
			}
		}
	}
	return written
}

// write writes one cell.
func (a *array) write(c *cell, line, column int, level uint8, now float64) {
	d := &a.config.Device
	a.writes++
	c.writes++
	c.level = level
	if c.stuck {
		a.pulses++
		return
	}
	c.written, c.drifted = now, 0
	target := d.level(level)
	c.conductance = a.verify(c, line, column, target)
	lo, _ := halves(kindSettle.stream(a.config.Seed, a.number, c.writes, uint32(line)).Block(uint32(column)))
	c.conductance = d.clamp(c.conductance + float64(d.Error.At(target)*normal(lo)))
	if a.worn(c, line, column) {
		c.stuck = true
	}
}

// verify returns a cell's conductance after program-and-verify.
func (a *array) verify(c *cell, line, column int, target float64) float64 {
	d := &a.config.Device
	v := &d.Verify
	if v.Pulses == 0 {
		a.pulses++
		return target
	}
	_, hi := halves(kindCell.stream(a.config.Seed, a.number, 0, uint32(line)).Block(uint32(column)))
	factor := 1 + float64(v.DeviceToDevice*normal(hi))
	aim, got := target, 0.0
	stream := kindPulse.stream(a.config.Seed, a.number, c.writes, uint32(line))
	for pulse := range v.Pulses {
		a.pulses++
		lo, _ := halves(stream.Block(uint32(column) | uint32(pulse)<<16))
		got = d.clamp(float64(aim*factor) + float64(v.CycleToCycle*d.Gmax*normal(lo)))
		if math.Abs(got-target) <= v.Tolerance {
			break
		}
		aim += (target - got) / 2
	}
	return got
}

// worn reports whether a cell has reached the end of its endurance.
func (a *array) worn(c *cell, line, column int) bool {
	d := &a.config.Device
	// With the largest spread, 0.2, and normal numbers within ±4.9, a cell lasts at
	// least a fiftieth of the mean.
	if d.Endurance == 0 || float64(c.writes) < d.Endurance/50 {
		return false
	}
	lo, _ := halves(kindCell.stream(a.config.Seed, a.number, 0, uint32(line)).Block(uint32(column)))
	return float64(c.writes) >= d.Endurance*(1+float64(d.EnduranceSpread*normal(lo)))
}

// measure computes the present weight of every pair, then the planes and the gain. With
// learn, these weights become the reference of the checksums.
func (a *array) measure(weights []int32, learn bool) {
	rows := a.hi - a.lo
	loss := a.wireLoss()
	unit := a.config.Device.unit()
	wanted, found := int64(0), int64(0)
	references := a.pairs - a.config.References
	for r := range rows {
		line := a.gap.line(r, rows)
		cells := a.line(line)
		for p := range a.pairs {
			plus, minus := cells[2*p].now(), cells[2*p+1].now()
			if loss != nil {
				at := (line*a.pairs + p) * 2
				plus, minus = float64(plus*loss[at]), float64(minus*loss[at+1])
			}
			v := max(-weightMax, min(weightMax, math.Round((plus-minus)/unit*Unit)))
			weights[p*rows+r] = int32(v)
			if p >= references {
				pent := int64(a.pents[r*a.pairs+p])
				wanted, found = wanted+pent*pent*Unit, found+pent*int64(v)
			}
		}
	}
	a.gain = gain(wanted, found)
	a.planes.set(weights, a.outputs()+a.checks, rows)
	if learn {
		a.learn(weights)
	}
}

// now returns a cell's conductance after drift.
func (c *cell) now() float64 {
	if c.drifted == 0 {
		return c.conductance
	}
	return float64(c.conductance * max(0, 1-float64(c.drift*c.drifted)))
}

// referencePents are the values of the reference pairs, in turn.
var referencePents = [...]int8{2, -2, 1, -1, 2}

// unity is a gain of 1.
const unity = 1 << 16

// gain returns wanted/found in 1/unity, limited to 1/4 to 4.
func gain(wanted, found int64) int64 {
	if wanted == 0 {
		return unity
	}
	if found < wanted/4 {
		return 4 * unity
	}
	return max(unity/4, (wanted*unity+found/2)/found)
}
