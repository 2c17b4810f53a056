package crossbar

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// BenchmarkProduct times the product of a layer on one core.
func BenchmarkProduct(b *testing.B) {
	noisy := RRAM
	still := RRAM
	still.ReadNoise = 0
	for _, bench := range []struct {
		name   string
		config Config
	}{
		{"ideal", Config{Device: Ideal}},
		{"programmed", Config{Device: still}},
		{"converted", Config{Device: still, ADCBits: 8}},
		{"noisy", Config{Device: noisy, ADCBits: 8}},
		{"bit-serial", Config{Device: noisy, ADCBits: 8, InputBits: 1}},
		{"checked", Config{Device: noisy, ADCBits: 8, References: 5, Checksums: true}},
	} {
		for _, shape := range [][3]int{{256, 256, 1024}, {10, 64, 1024}} {
			m, k, n := shape[0], shape[1], shape[2]
			b.Run(fmt.Sprintf("%s/%dx%dx%d", bench.name, m, k, n), func(b *testing.B) {
				rng := rand.New(rand.NewPCG(1, 2))
				w, x, y := matrix(rng, m, k, even), batch(rng, k, n, 127), make([]int32, m*n)
				c := program(b, bench.config, w)
				c.Calibrate(x, n)
				ws := &Workspace{}
				for b.Loop() {
					c.Product(ws, y, x, n, Read{})
				}
				b.ReportMetric(float64(m)*float64(k)*float64(n)*float64(b.N)/b.Elapsed().Seconds()/1e9, "GMAC/s")
			})
		}
	}
}

// BenchmarkProgram times the writing of an array, including the measurement of its weights.
func BenchmarkProgram(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 2))
	w := matrix(rng, 256, 256, even)
	c := program(b, Config{Device: RRAM, References: 5, Checksums: true}, w)
	for b.Loop() {
		c.Program(w)
	}
}
