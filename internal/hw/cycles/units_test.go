package cycles

import "testing"

func TestLatencies(t *testing.T) {
	for _, test := range []struct {
		latency Latency
		clock   float64
		want    int
	}{
		{Analog, 1, 10},
		{FastADC, 1, 26},
		{AnalogADC, 1, 60},
		{TenCycles, 1, 10},
		{Serial, 1, 259},
		{AnalogADC, 0.183, 11},
		{Analog, 0.5, 5},
		{FastADC, 0.1, 3},
		{Serial, 5, 259},
	} {
		if got := test.latency.At(test.clock); got != test.want {
			t.Errorf("%s at %g GHz: %d cycles, want %d", test.latency.Name, test.clock, got, test.want)
		}
	}
	if len(Presets()) != 6 {
		t.Errorf("%d presets", len(Presets()))
	}
}

func TestUnits(t *testing.T) {
	m := DefaultMachine()
	for _, test := range []struct {
		name      string
		got, want int
	}{
		{"a tile", m.TileProduct(16, 16, 1), 16 + 16 + 6},
		{"a tile, ten columns", m.TileProduct(16, 16, 10), 16 + 160 + 6},
		{"four tiles' worth", m.TileProduct(17, 32, 1), 4*32 + 6},
		{"nothing", m.TileProduct(16, 16, 0) + m.TileProduct(0, 16, 1) + m.Quantize(0) + m.Transfer(0) + m.Noise(0), 0},
		{"an array", m.CrossbarProduct(256, 256, 1), 60},
		{"columns one after another", m.CrossbarProduct(256, 256, 1000), 60_000},
		{"four arrays' worth on one", m.CrossbarProduct(257, 257, 1), 240},
		{"rank 1 of 256×256", m.LowRankProduct(256, 256, 1, 1), 256 + 16 + 10},
		{"rank 2, an input more than a tile has", m.LowRankProduct(16, 17, 2, 3), 2*3*(2+16) + 10},
		{"a block of noise", m.Noise(32), 7},
		{"a pent more", m.Noise(33), 14},
		{"a vector", m.Quantize(256), 16 + 3},
		{"a row of elements", m.Elementwise(17), 2},
		{"a page", m.Transfer(4096), 20 + 683},
	} {
		if test.got != test.want {
			t.Errorf("%s: %d cycles, want %d", test.name, test.got, test.want)
		}
	}
	m.Tiles, m.Arrays, m.NoiseUnits = 4, 4, 2
	if got := m.TileProduct(17, 32, 1); got != 32+6 {
		t.Errorf("four tiles: %d cycles", got)
	}
	if got := m.CrossbarProduct(257, 257, 1); got != 60 {
		t.Errorf("four arrays: %d cycles", got)
	}
	if got := m.Noise(33); got != 7 {
		t.Errorf("two noise units: %d cycles", got)
	}
	// A remainder occupies one unit, and all wait for it.
	m.Tiles, m.Arrays = 3, 3
	for _, test := range []struct {
		name      string
		got, want int
	}{
		{"four tiles' worth on three", m.TileProduct(17, 32, 1), 2*32 + 6},
		{"three tiles' worth on three", m.TileProduct(16, 33, 1), 32 + 6},
		{"four arrays' worth on three", m.CrossbarProduct(257, 257, 1), 120},
		{"three blocks on two noise units", m.Noise(65), 14},
		{"factors of three blocks", m.Factors(3), 16},
	} {
		if test.got != test.want {
			t.Errorf("%s: %d cycles, want %d", test.name, test.got, test.want)
		}
	}
}
