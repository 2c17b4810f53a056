package crossbar

import "math/bits"

// Wear counts the writes of a crossbar and their effect.
type Wear struct {
	Cells  int
	Writes uint64 // to all cells since the crossbar was made
	Pulses uint64 // of those writes
	Least  uint32 // writes to the least written cell
	Most   uint32 // writes to the most written cell
	Stuck  int    // cells that cannot be written: defective or worn out

	// Histogram counts cells by their number of writes: element 0 the cells never written,
	// element i the cells with 2^(i-1) to 2^i-1 writes.
	Histogram [33]int
}

// Mean returns the mean number of writes per cell.
func (w *Wear) Mean() float64 { return float64(w.Writes) / float64(max(1, w.Cells)) }

// Add adds the wear of other cells.
func (w *Wear) Add(o Wear) {
	w.Cells += o.Cells
	w.Writes += o.Writes
	w.Pulses += o.Pulses
	w.Least = min(w.Least, o.Least)
	w.Most = max(w.Most, o.Most)
	w.Stuck += o.Stuck
	for i, n := range o.Histogram {
		w.Histogram[i] += n
	}
}

// Seconds returns the duration of all pulses, one after another.
func (w *Wear) Seconds() float64 { return float64(w.Pulses) * PulseSeconds }

// Lifetime returns the number of generations until the most written cell reaches the
// endurance, if writes continue at the rate of the generations given.
func (w *Wear) Lifetime(endurance float64, generations int) float64 {
	return endurance * float64(generations) / float64(max(1, w.Most))
}

// Wear returns the wear of all arrays.
func (c *Crossbar) Wear() Wear {
	w := Wear{Least: c.arrays[0].cells[0].writes}
	for _, a := range c.arrays {
		w.Cells += len(a.cells)
		w.Writes += a.writes
		w.Pulses += a.pulses
		for i := range a.cells {
			cell := &a.cells[i]
			w.Least, w.Most = min(w.Least, cell.writes), max(w.Most, cell.writes)
			w.Histogram[bits.Len32(cell.writes)]++
			if cell.stuck {
				w.Stuck++
			}
		}
	}
	return w
}

// WearMap holds the number of writes to every cell of an array by its place on the chip: Lines
// word lines of Columns cells, two per pair.
type WearMap struct {
	Lines, Columns int
	Writes         []uint32 // row-major
}

// Arrays returns the number of arrays.
func (c *Crossbar) Arrays() int { return len(c.arrays) }

// WearMap returns the map of one array.
func (c *Crossbar) WearMap(array int) WearMap {
	a := c.arrays[array]
	m := WearMap{Lines: a.lines, Columns: 2 * a.pairs, Writes: make([]uint32, len(a.cells))}
	for i := range a.cells {
		m.Writes[i] = a.cells[i].writes
	}
	return m
}
