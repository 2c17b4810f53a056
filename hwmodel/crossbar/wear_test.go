package crossbar

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/Kaleaon/pentary-go/packed"
	"github.com/Kaleaon/pentary-go/trit5"
)

// The gap visits every line and the rows rotate; each row always has its own line.
func TestGap(t *testing.T) {
	for _, rows := range []int{1, 2, 5} {
		g := gap{at: rows}
		content := make([]int, rows+1) // row on each line
		for r := range rows {
			content[g.line(r, rows)] = r
		}
		visits := make([]int, rows+1)
		for range rows * (rows + 1) {
			to := g.at
			row := g.move(rows)
			visits[to]++
			content[to] = row
			for r := range rows {
				line := g.line(r, rows)
				if line == g.at || content[line] != r {
					t.Fatalf("%d rows: row %d is sought on line %d, which holds %d; gap %d", rows, r, line, content[line], g.at)
				}
			}
		}
		if g.start != 0 || g.at != rows || slices.Min(visits) != rows || slices.Max(visits) != rows {
			t.Errorf("%d rows: after all turns gap %+v, visits %v", rows, g, visits)
		}
	}
}

// A row that is always written wears out its line unless levelling moves it; products stay
// exact while rows move.
func TestLevelling(t *testing.T) {
	const m, k = 8, 16
	var most [2]uint32
	for i, levelling := range []int{0, 40} {
		c := program(t, Config{Device: Ideal, Rows: 16, Levelling: levelling}, uniform(m, k, 0))
		w := uniform(m, k, 0)
		rng := rand.New(rand.NewPCG(2, 2))
		x := batch(rng, k, 3, 127)
		for turn := range 4000 {
			for row := range m {
				w.Set(row, 5, trit5.Pent(1-turn%2*2))
			}
			c.Update(w)
			if turn%100 == 0 {
				if got, want, _ := both(c, w, x, 3, Read{}); !slices.Equal(got, want) {
					t.Fatalf("turn %d: not the exact product", turn)
				}
			}
		}
		wear := c.Wear()
		most[i] = wear.Most
		sum := 0
		for _, n := range wear.Histogram {
			sum += n
		}
		mapped := c.WearMap(0)
		total := uint64(0)
		for _, n := range mapped.Writes {
			total += uint64(n)
		}
		if sum != wear.Cells || total != wear.Writes || mapped.Lines*mapped.Columns != wear.Cells || slices.Max(mapped.Writes) != wear.Most {
			t.Errorf("wear %+v does not agree with its map of %d×%d", wear, mapped.Lines, mapped.Columns)
		}
	}
	// With 16 rows on 17 lines, the best case is 1/17 of the writes, plus the copies.
	if most[0] < 4000 || most[1] > most[0]/8 {
		t.Errorf("the cell written most has %d writes without levelling, %d with", most[0], most[1])
	}
}

// Cells last as long as configured and then do not change.
func TestEndurance(t *testing.T) {
	d := Ideal
	d.Endurance, d.EnduranceSpread = 100, 0.1
	c := program(t, Config{Device: d}, uniform(64, 64, 0))
	share := func() float64 { w := c.Wear(); return float64(w.Stuck) / float64(w.Cells) }
	for write := 2; write <= 150; write++ { // New wrote first
		c.Program(uniform(64, 64, int8(write%2*2)))
		switch write {
		case 60:
			if share() != 0 {
				t.Errorf("%g of all cells failed after 60 writes", share())
			}
		case 90:
			near(t, "failed after 90 writes", share(), 0.1587, 0.08)
		case 100:
			near(t, "failed after 100 writes", share(), 0.5, 0.05)
		}
	}
	if share() != 1 {
		t.Errorf("%g of all cells failed after 150 writes", share())
	}
	before := weights(c)
	c.Program(uniform(64, 64, -2))
	if !slices.Equal(before, weights(c)) {
		t.Error("dead cells can be written")
	}
}

// TestLifetime compares two ways to train a population of 1000 on cells of 1e6 writes. If each
// member's weights are written, the cells last a thousand generations. If only the base weights
// are written and a hundredth of them moves per generation, they last 200 million, because a
// move writes one of two cells.
func TestLifetime(t *testing.T) {
	const endurance = 1e6
	w := uniform(16, 16, 1)
	c := program(t, Config{Device: Ideal}, w)
	const generations = 2
	for range generations * 1000 {
		c.Program(w)
	}
	wear := c.Wear()
	near(t, "generations of members", wear.Lifetime(endurance, generations), 1000, 0.001)

	rng := rand.New(rand.NewPCG(2, 2))
	w = uniform(20, 15, 1)
	c = program(t, Config{Device: Ideal}, w)
	start := c.Wear().Writes
	const long = 20_000
	for range long {
		for range 20 * 15 / 100 {
			step(rng, w)
		}
		c.Update(w)
	}
	wear = c.Wear()
	mean := float64(wear.Writes-start) / float64(wear.Cells)
	near(t, "generations of base weights", endurance*long/mean, 2e8, 0.02)
	if worst := wear.Lifetime(endurance, long); worst < 1e8 {
		t.Errorf("the cell written most fails after %.3g generations", worst)
	}
}

// step moves a random weight by one level within the range.
func step(rng *rand.Rand, w *packed.Matrix) {
	i, j := rng.IntN(w.Rows()), rng.IntN(w.Cols())
	p := w.At(i, j)
	up := trit5.Pent(1 - 2*rng.IntN(2))
	if !(p + up).Valid() {
		up = -up
	}
	w.Set(i, j, p+up)
}

// The gap moves after exactly the configured number of writes.
func TestLevellingAfter(t *testing.T) {
	cells := program(t, Config{Device: Ideal, Rows: 16, Levelling: 1 << 20}, uniform(4, 16, 1)).Wear().Writes
	for _, test := range []struct {
		after uint64
		moved bool
	}{{cells, true}, {cells + 1, false}} {
		c := program(t, Config{Device: Ideal, Rows: 16, Levelling: int(test.after)}, uniform(4, 16, 1))
		if moved := c.Wear().Writes > cells; moved != test.moved {
			t.Errorf("levelling after %d writes: %d writes of %d cells, moved %t", test.after, c.Wear().Writes, cells, moved)
		}
	}
}
