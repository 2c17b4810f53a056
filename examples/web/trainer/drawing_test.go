package trainer

import (
	"math/rand/v2"
	"testing"

	"github.com/Kaleaon/pentary-go/data/digits"
)

// picture returns a drawing of side×side with ink where f says.
func picture(side int, f func(x, y int) bool) []uint8 {
	alpha := make([]uint8, side*side)
	for i := range alpha {
		if f(i%side, i/side) {
			alpha[i] = 255
		}
	}
	return alpha
}

func TestSample(t *testing.T) {
	const full, none = 64, -64
	// A bar twice as high as wide fills the middle half of the image, wherever it was
	// drawn and however large.
	for _, bar := range []struct{ side, x, y, w, h int }{{64, 3, 7, 16, 32}, {280, 100, 20, 120, 240}, {280, 0, 0, 140, 280}, {33, 1, 1, 8, 16}} {
		sample, drawn := Sample(picture(bar.side, func(x, y int) bool {
			return bar.x <= x && x < bar.x+bar.w && bar.y <= y && y < bar.y+bar.h
		}), bar.side)
		if !drawn {
			t.Fatalf("%+v: nothing drawn", bar)
		}
		for i, got := range sample {
			want := int8(none)
			if column := i % digits.Side; column >= 2 && column < 6 {
				want = full
			}
			if got != want {
				t.Errorf("%+v: pixel %d is %d, want %d", bar, i, got, want)
			}
		}
	}
	// A lying one fills the middle rows.
	sample, _ := Sample(picture(100, func(x, y int) bool { return x >= 20 && x < 80 && y >= 10 && y < 40 }), 100)
	if sample[0] != none || sample[2*digits.Side] != full || sample[6*digits.Side] != none {
		t.Errorf("a lying bar became %d", sample)
	}
	// A dot fills everything.
	if sample, drawn := Sample(picture(50, func(x, y int) bool { return x == 49 && y == 49 }), 50); !drawn || sample[0] != full || sample[Inputs-1] != full {
		t.Errorf("a dot became %d", sample)
	}
}

func TestNothingDrawn(t *testing.T) {
	faint := picture(20, func(x, y int) bool { return false })
	faint[7] = inked - 1
	if _, drawn := Sample(faint, 20); drawn {
		t.Error("a faint pixel counts as ink")
	}
}

// Whatever is drawn is within range.
func TestSampleRange(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		side := 1 + rng.IntN(70)
		density := rng.IntN(100)
		sample, _ := Sample(picture(side, func(int, int) bool { return rng.IntN(100) < density }), side)
		for _, v := range sample {
			if v < -64 || v > 64 {
				t.Fatalf("pixel of %d", v)
			}
		}
	}
}
