package cluster

import (
	"log/slog"
	"math"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/train"
)

// A worker that changes one score in 100, or in 1,000, is expelled after about as many
// chunks as the share of the checks says.
func TestExpelledAfter(t *testing.T) {
	// The mean of 30 is more than 6 of its standard deviations above, or 4 below, one time
	// in ten million.
	const tries, generations = 30, 4000
	unhurried(t)
	shares := []int{100}
	if long {
		shares = []int{100, 1000}
	}
	for _, one := range shares {
		const check = 0.25
		expected, measured := 0.0, 0.0
		for range tries {
			lies, chunks := 0, 0
			var mutex sync.Mutex
			liar := interfered(t, generations, func(_ *train.Run, _ es.Generation, _ int, scores []int64) {
				mutex.Lock()
				defer mutex.Unlock()
				chunks++
				lied := false
				for i := range scores {
					if rand.IntN(one) == 0 {
						scores[i]++
						lied = true
					}
				}
				if lied {
					lies++
				}
			})
			var log strings.Builder
			var logged sync.Mutex
			run := mustRun(t, "digits", generations, "")
			_, err := Run(t.Context(), run, Options{Local: []*train.Run{liar}, Check: check, Log: slog.New(slog.NewTextHandler(locked{&logged, &log}, nil))})
			if err == nil || !strings.Contains(err.Error(), "expelled") {
				t.Fatalf("the run of a liar alone ended with %v", err)
			}
			mutex.Lock()
			measured += float64(lies)
			expected += 1 / check
			mutex.Unlock()
		}
		measured, expected = measured/tries, expected/tries
		t.Logf("one score in %d: expelled after %.1f chunks with a lie, expected %.1f", one, measured, expected)
		if sd := expected / math.Sqrt(tries); measured < expected-4*sd || measured > expected+6*sd {
			t.Errorf("expelled after %.1f chunks with a lie, expected %.1f", measured, expected)
		}
	}
}
