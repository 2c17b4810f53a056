package energy

// Activity counts the operations of a program.
type Activity struct {
	Zero, One, Two int64 // multiply-accumulates of an int8 and a pent: 0, ±1, ±2
	Adds           int64 // 32-bit additions of the scalar pipeline and the elementwise units
	Noise          int64 // pents drawn
	Blocks         int64 // random blocks other than noise
	SRAM, DRAM     int64 // bits moved
	Crossbar       int64 // operations of analog arrays: two per multiply-accumulate
}

// Add adds the counts of another program.
func (a *Activity) Add(b Activity) {
	a.Zero += b.Zero
	a.One += b.One
	a.Two += b.Two
	a.Adds += b.Adds
	a.Noise += b.Noise
	a.Blocks += b.Blocks
	a.SRAM += b.SRAM
	a.DRAM += b.DRAM
	a.Crossbar += b.Crossbar
}

// Part is the energy of one kind of operation, in pJ.
type Part struct {
	Name   string
	Energy float64
}

// Breakdown is the energy of a program, part by part, in a fixed order.
type Breakdown []Part

// Total returns the sum of all parts, in pJ.
func (b Breakdown) Total() float64 {
	sum := 0.0
	for _, p := range b {
		sum += float64(p.Energy)
	}
	return sum
}

// Breakdown returns the energy of an activity. Operations of analog arrays take the macro's
// energy for int8 inputs.
func (c Calibration) Breakdown(a Activity, m Macro) Breakdown {
	analog := m.Operation(8, 8+outputGuard) / 1000
	return Breakdown{
		{"products of 0", float64(a.Zero) * c.Zero},
		{"products of ±1", float64(a.One) * c.One},
		{"products of ±2", float64(a.Two) * c.Two},
		{"additions", float64(a.Adds) * c.Add},
		{"noise", float64(float64(a.Noise)*c.Noise) + float64(float64(a.Blocks)*c.Block)},
		{"on-chip memory", float64(a.SRAM) * c.SRAM},
		{"off-chip memory", float64(a.DRAM) * c.DRAM},
		{"analog arrays", float64(a.Crossbar) * analog},
	}
}
