package crossbar

import "fmt"

// Config is a kind of chip: its cells, arrays and converters.
type Config struct {
	Device Device
	Seed   uint64 // of the chip: which cells are stuck, how each was written

	// Rows and Cols are the size of an array in word lines and in pairs of bit lines;
	// default 256. Word lines come in quads.
	Rows, Cols int

	// References is the number of pairs a word line with known pents, by which the
	// converters correct the scale of an array: at most 16, default none.
	References int

	// Checksums adds pairs a word line that hold, in base 5, the alternating sum of
	// its pents: the outputs must add up to it.
	Checksums bool

	// Wire is the resistance from one cell to the next, in ohms.
	Wire float64

	// InputBits is how much of an input's magnitude is driven at once, 1 to 7:
	// default 7, all of it by a converter. With 1, inputs are read bit by bit.
	InputBits uint

	// ADCBits is the resolution of the converters, sign included, 2 to 24. Default 0
	// is one without steps or limits.
	ADCBits uint

	// Levelling is how many cells of an array are written between two moves of its
	// gap (start-gap: M. K. Qureshi et al., MICRO 2009): a word line more than rows,
	// to which the rows move by turns. Default 0: rows stay.
	Levelling int
}

// maxRows bounds Rows: sums of Rows products of ±2.5·Unit by ±127 fit an int32.
const maxRows = 1024

// maxReferences bounds References.
const maxReferences = 16

// activationBits counts the bits of an input's magnitude.
const activationBits = 7

func (c *Config) setDefaults() {
	if c.Rows == 0 {
		c.Rows = 256
	}
	if c.Cols == 0 {
		c.Cols = 256
	}
	if c.InputBits == 0 {
		c.InputBits = activationBits
	}
}

// Check returns an error that names the first field out of range.
func (c Config) Check() error {
	c.setDefaults()
	switch {
	case c.Rows < 4 || c.Rows > maxRows || c.Rows%4 != 0:
		return fmt.Errorf("crossbar: %d rows, want a multiple of 4 from 4 to %d", c.Rows, maxRows)
	case c.Cols < 1 || c.Cols > maxRows:
		return fmt.Errorf("crossbar: %d columns, want 1 to %d", c.Cols, maxRows)
	case c.References < 0 || c.References > maxReferences:
		return fmt.Errorf("crossbar: %d references, want 0 to %d", c.References, maxReferences)
	case !(c.Wire >= 0 && c.Wire <= 1000):
		return fmt.Errorf("crossbar: wire of %g Ω a cell, want 0 to 1000", c.Wire)
	case c.InputBits > activationBits:
		return fmt.Errorf("crossbar: inputs of %d bits, want 1 to %d", c.InputBits, activationBits)
	case c.ADCBits == 1 || c.ADCBits > 24:
		return fmt.Errorf("crossbar: converter of %d bits, want 2 to 24, or 0 for an ideal one", c.ADCBits)
	case c.Levelling < 0:
		return fmt.Errorf("crossbar: levelling after %d writes, want 0 or more", c.Levelling)
	}
	return c.Device.Check()
}

// slices returns how many reads an input takes.
func (c *Config) slices() int {
	return int((activationBits + c.InputBits - 1) / c.InputBits)
}
