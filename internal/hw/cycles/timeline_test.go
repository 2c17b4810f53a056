package cycles

import (
	"math"
	"math/rand/v2"
	"testing"
)

// No cycle is lost or counted twice, however often the buckets double.
func TestOccupancy(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 20 {
		var o Occupancy
		at, busy := int64(0), int64(0)
		for range 500 {
			start := at + r.Int64N(1<<r.IntN(14))
			end := start + r.Int64N(1<<r.IntN(14))
			o.Add(start, end)
			busy += end - start
			at = end
		}
		sum := int64(0)
		for _, n := range o.Busy {
			if n < 0 || n > o.Width() {
				t.Fatalf("%d busy cycles of %d", n, o.Width())
			}
			sum += n
		}
		length := o.Width() * Buckets
		if sum != busy || at > length || o.Width() > 1 && at <= length/2-1<<14 {
			t.Errorf("%d busy cycles of %d in %d buckets of %d for %d cycles", sum, busy, Buckets, o.Width(), at)
		}
		if share := o.Share(0, float64(length)); math.Abs(share*float64(length)-float64(busy)) > 1e-6*float64(busy) {
			t.Errorf("a share of %g of %d, %d busy", share, length, busy)
		}
	}
}

func TestShare(t *testing.T) {
	var o Occupancy
	o.Add(10, 20)
	for _, test := range []struct{ start, end, want float64 }{
		{10, 20, 1}, {0, 10, 0}, {5, 15, 0.5}, {10.5, 11, 1}, {0, 40, 0.25}, {20, 20, 0}, {1e6, 2e6, 0},
	} {
		if got := o.Share(test.start, test.end); math.Abs(got-test.want) > 1e-12 {
			t.Errorf("%g to %g: %g, want %g", test.start, test.end, got, test.want)
		}
	}
}

func TestTimeline(t *testing.T) {
	var p Pipeline
	timeline := Timeline{Keep: 2}
	for range 5 {
		timeline.Add(p.Step(Op{Kind: Work, Unit: Noise, Cycles: 10}))
	}
	if len(timeline.Slots) != 2 || timeline.Units[Noise].Share(0, 52) != 50.0/52 || timeline.Issue.Share(0, 52) != 5.0/52 {
		t.Errorf("%d instructions kept, noise busy %g, issue %g", len(timeline.Slots),
			timeline.Units[Noise].Share(0, 52), timeline.Issue.Share(0, 52))
	}
}
