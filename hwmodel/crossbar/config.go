package crossbar

import "fmt"

// Config describes a chip: its cells, arrays and converters.
type Config struct {
	Device Device
	Seed   uint64 // of the chip's random numbers: stuck cells, the error of each write

	// Rows and Cols are the size of an array in word lines and in pairs of bit lines, at
	// most 1024; default 256. Rows is a multiple of 4.
	Rows, Cols int

	// References is the number of reference pairs per word line, at most 16; default 0.
	// They hold known pents, which correct the scale of the array's outputs.
	References int

	// Checksums adds pairs to each word line that hold the alternating sum of its pents
	// in base 5. The alternating sum of the outputs must equal the checksum's output.
	Checksums bool

	// Wire is the resistance of a wire from one cell to the next, in ohms.
	Wire float64

	// InputBits is the number of bits of an input's magnitude that are driven at once, 1 to
	// 7. Default 7 drives the whole magnitude by a converter; 1 reads bit by bit.
	InputBits uint

	// ADCBits is the resolution of the converters, sign included, 2 to 24. Default 0 is
	// an ideal converter, without steps or limits.
	ADCBits uint

	// Levelling is the number of cell writes in an array between two moves of its gap, a
	// spare word line to which the rows move in turn (start-gap: M. K. Qureshi et al.,
	// MICRO 2009). Default 0: rows do not move.
	Levelling int
}

// maxRows bounds Rows: sums of Rows products of ±2.5·Unit by ±127 fit an int32.
const maxRows = 1024

// maxReferences bounds References.
const maxReferences = 16

// activationBits is the number of bits of an input's magnitude.
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

// slices returns the number of reads per input.
func (c *Config) slices() int {
	return int((activationBits + c.InputBits - 1) / c.InputBits)
}
