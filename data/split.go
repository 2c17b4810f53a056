package data

import (
	"fmt"
	"math/bits"
	"math/rand/v2"
	"slices"
)

// HoldOut divides d: sample i is held out when i mod every is every-1.
func (d *Dataset) HoldOut(every int) (rest, held *Dataset) {
	rest, held = d.Empty(), d.Empty()
	for i := range d.Len() {
		if i%every == every-1 {
			held.Append(d, i)
		} else {
			rest.Append(d, i)
		}
	}
	return rest, held
}

// A Split holds the parts of a table and the scaler of its training part. The parts are
// disjoint and together contain all rows.
type Split struct {
	Train, Validation, Test *Dataset
	Scaler                  *Scaler
}

// SplitOptions say how a table is divided and its features scaled.
type SplitOptions struct {
	Seed       uint64
	Validation int // per cent of the rows
	Test       int // likewise
	Ramps      int // inputs that each feature makes, see Fit; default 1
}

// Split divides a table into a validation part, a test part and the rest, for training: see
// SplitRows. The scaler is fitted only on the training part.
func (t *Table) Split(o SplitOptions) (*Split, error) {
	if err := t.varies(); err != nil {
		return nil, err
	}
	parts, err := SplitRows(t.Len(), t.Labels, o.Seed, o.Validation, o.Test)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", t.Name, err)
	}
	s, err := t.Fit(parts[0], max(1, o.Ramps))
	if err != nil {
		return nil, err
	}
	return &Split{s.Dataset(t, parts[0]), s.Dataset(t, parts[1]), s.Dataset(t, parts[2]), s}, nil
}

// SplitRows divides the numbers from 0 to n-1 at random into parts: first the rest, then one
// for each percentage. Each is in ascending order. If labels is not nil, it holds the class of
// each number, and a part has its share of every class, to within one number; the rest gets
// samples of a class before other parts do.
func SplitRows(n int, labels []uint8, seed uint64, percent ...int) ([][]int, error) {
	if labels != nil && len(labels) != n {
		panic(fmt.Sprintf("data: SplitRows: %d labels for %d rows", len(labels), n))
	}
	sum := 0
	for _, p := range percent {
		if sum += p; p < 0 || p > 99 || sum > 99 {
			return nil, fmt.Errorf("parts of %v %%, want 0 to 99, and something for the rest", percent)
		}
	}
	order := shuffled(n, seed)
	if labels != nil {
		slices.SortStableFunc(order, func(a, b int) int { return int(labels[a]) - int(labels[b]) })
	}
	parts := make([][]int, 1+len(percent))
	left := 100 // per cent, of what order still has
	for i, p := range percent {
		var rest []int
		for at, row := range order {
			// Every 100/p-th row of a class after another.
			if whole := at * p / left; (at+1)*p/left > whole {
				parts[i+1] = append(parts[i+1], row)
			} else {
				rest = append(rest, row)
			}
		}
		order, left = rest, left-p
		if p > 0 && len(parts[i+1]) == 0 {
			return nil, fmt.Errorf("%d %% of %d rows are none", p, n)
		}
	}
	parts[0] = order
	if labels != nil {
		keepClasses(parts, labels)
	}
	if len(parts[0]) == 0 {
		return nil, fmt.Errorf("nothing is left of %d rows for training", n)
	}
	for _, part := range parts {
		slices.Sort(part)
	}
	return parts, nil
}

// keepClasses exchanges rows so that the first part has a row of every class.
func keepClasses(parts [][]int, labels []uint8) {
	count := [256]int{}
	for _, row := range parts[0] {
		count[labels[row]]++
	}
	for _, part := range parts[1:] {
		for i, row := range part {
			if count[labels[row]] > 0 {
				continue
			}
			for j, other := range parts[0] {
				if count[labels[other]] > 1 {
					count[labels[other]]--
					count[labels[row]]++
					part[i], parts[0][j] = other, row
					break
				}
			}
		}
	}
}

// shuffled returns the numbers from 0 to n-1 in an order drawn by Fisher and Yates's
// method from PCG with the seed and 0.
func shuffled(n int, seed uint64) []int {
	rng := rand.NewPCG(seed, 0)
	order := make([]int, n)
	for i := range order {
		order[i] = i
		j, _ := bits.Mul64(rng.Uint64(), uint64(i+1))
		order[i], order[j] = order[j], order[i]
	}
	return order
}
