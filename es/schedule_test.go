package es

import (
	"math"
	"testing"

	"github.com/Kaleaon/pentary-go/lowrank"
)

// Schedules are exact but for the last place.
func TestSchedule(t *testing.T) {
	decay := Ratio(15, 1000)
	for _, planned := range []int{1, 2, 7, 50, 1000, 1<<31 - 1} {
		for _, finished := range []int{0, 1, 2, 24, 25, 49, 500, 999, planned / 2, planned - 1, planned} {
			if finished > planned {
				continue
			}
			x := float64(finished) / float64(planned)
			c := float64(decay) / 65536
			for schedule, want := range map[Schedule]float64{
				Linear:   1 - x,
				Constant: 1,
				Cosine:   (1 + math.Cos(math.Pi*x)) / 2,
				Inverse:  1 / (1 + c*float64(finished)),
			} {
				for _, v := range []Q16{0, 1, Ratio(3, 10), one, math.MaxInt32} {
					got := schedule.scale(v, progress{finished, planned}, decay)
					// The cosine is right to 2^-28 of the whole.
					if diff := float64(got) - want*float64(v); diff > 0.001+float64(v)*0x1p-28 || diff < -1.001-float64(v)*0x1p-28 {
						t.Errorf("%v of %d after %d of %d generations: %d, want %.3f", schedule, v, finished, planned, got, want*float64(v))
					}
				}
			}
		}
	}
}

// σ is the power of two that is nearest on a logarithmic scale.
func TestSigmaSchedule(t *testing.T) {
	for _, schedule := range []Schedule{Linear, Constant, Cosine, Inverse} {
		for _, shift := range []uint{0, 3, lowrank.MaxSigma} {
			for finished := range 1000 {
				at := progress{finished, 1000}
				factor := float64(schedule.scale(1<<30, at, Ratio(1, 10))) / (1 << 30)
				want := min(shift+uint(math.Round(-math.Log2(factor))), lowrank.MaxSigma)
				if got := schedule.sigma(shift, at, Ratio(1, 10)); got != want {
					t.Errorf("%v of 2^-%d after %d of 1000 generations: 2^-%d, want 2^-%d", schedule, shift, finished, got, want)
				}
			}
		}
	}
	if got := Linear.sigma(2, progress{10, 10}, 0); got != lowrank.MaxSigma {
		t.Errorf("σ of zero is 2^-%d, want the least there is", got)
	}
}

// A restart begins the schedules anew.
func TestRestart(t *testing.T) {
	o := Options{Generations: 25, Restart: 10, Schedule: Linear, SigmaSchedule: Linear}
	o = o.WithDefaults()
	for n := range 25 {
		var g GenerationUpdate
		g.set(&o, n, nil)
		if got, want := g.Scheduled(1000), Q16(1000-100*(n%10)); got != want {
			t.Errorf("generation %d: %d, want %d", n, got, want)
		}
		if got, want := o.noise(n).Sigma, o.noise(n%10).Sigma; got != want {
			t.Errorf("generation %d: σ of 2^-%d, want 2^-%d", n, got, want)
		}
	}
}
