package crossbar

import (
	"math/rand/v2"
	"testing"
)

// The digits of a checksum represent the alternating sum.
func TestChecksum(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for n := range 1025 {
		pents, sum := make([]int8, n), 0
		for i := range pents {
			pents[i] = int8(rng.IntN(5) - 2)
			if n%3 == 0 { // the largest sum
				pents[i] = int8(2 - i%2*4)
			}
			sum += int(pents[i]) * (1 - i%2*2)
		}
		var digits [checkDigits]int8
		checksum(digits[:], pents)
		weight := 1
		for _, d := range digits {
			if d < -2 || d > 2 {
				t.Fatalf("%d pents: digit %d", n, d)
			}
			sum -= weight * int(d)
			weight *= 5
		}
		if sum != 0 {
			t.Fatalf("%d pents: the digits leave %d", n, sum)
		}
	}
}

// The checksums detect a cell that changes by one level after programming in each product that
// drives it, also if cells have errors, as long as converters are ideal and reads noiseless.
func TestChecksumFindsEveryCell(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for _, device := range []Device{Ideal, {Gmax: 40, Error: Wan, StuckOn: 0.02, StuckOff: 0.02}} {
		const m, k, n = 20, 50, 30
		w, x := matrix(rng, m, k, even), batch(rng, k, n, 127)
		c := program(t, Config{Device: device, Checksums: true, InputBits: 3}, w)
		_, _, check := both(c, w, x, n, Read{})
		if check != (Check{Sums: n}) {
			t.Fatalf("checksums of a sound product: %+v", check)
		}
		a := c.arrays[0]
		cells := 2 * (m + a.digits) // of a line that affect the checksum
		for range 200 {
			r, column := rng.IntN(k), rng.IntN(cells)
			cell := &a.line(r)[column]
			before := cell.conductance
			cell.conductance += device.unit()
			if before > device.Gmax/2 {
				cell.conductance = before - device.unit()
			}
			c.measure(0, 0, false)
			driven := 0
			for i := range n {
				if x[(r/4*n+i)*4+r%4] != 0 {
					driven++
				}
			}
			if _, _, check := both(c, w, x, n, Read{}); check.Failed != driven {
				t.Fatalf("cell %d of line %d: %d products fail of the %d that it takes part in", column, r, check.Failed, driven)
			}
			cell.conductance = before
		}
	}
}

// With noise and ten-bit converters, correct products pass. Without one bit line, the products
// fail whose output there would have been large.
func TestChecksumInNoise(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	const m, k, n = 64, 256, 2000
	w, x := matrix(rng, m, k, even), batch(rng, k, n, 127)
	c := program(t, Config{Device: RRAM, Checksums: true, ADCBits: 10}, w)
	c.Calibrate(x, n)
	_, _, check := both(c, w, x, n, Read{Number: 1})
	if check.Failed > n/200 {
		t.Errorf("%d of %d sound products fail", check.Failed, n)
	}
	for r := range k {
		for i := range 2 {
			c.arrays[0].line(r)[2*17+i].conductance = 0
		}
	}
	c.measure(0, 0, false)
	if _, _, check := both(c, w, x, n, Read{Number: 1}); check.Failed < n/4 {
		t.Errorf("%d of %d products without a bit line fail", check.Failed, n)
	}
	// The drift of a day at 85 °C is detected too.
	c.Program(w)
	if err := c.Advance(24*3600, 85); err != nil {
		t.Fatal(err)
	}
	if _, _, check := both(c, w, x, n, Read{Number: 1}); check.Failed < n/10 {
		t.Errorf("%d of %d products after a day at 85 °C fail", check.Failed, n)
	}
}
