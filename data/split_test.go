package data

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// Parts are disjoint, cover all rows, have the sizes asked for, and each its share of every class.
func TestSplitRows(t *testing.T) {
	for n := 10; n < 300; n += 7 {
		for seed := range uint64(3) {
			labels := make([]uint8, n)
			for i := range labels {
				labels[i] = uint8(i * i % 7 % 3)
			}
			for _, percent := range [][]int{{20}, {20, 20}, {0, 50}, {33, 33}, {10, 30, 40}} {
				for _, labels := range [][]uint8{nil, labels} {
					parts, err := SplitRows(n, labels, seed, percent...)
					if err != nil {
						t.Fatal(err)
					}
					if len(parts) != 1+len(percent) {
						t.Fatalf("%d parts for %v", len(parts), percent)
					}
					seen := make([]int, n)
					for p, part := range parts {
						if !slices.IsSorted(part) {
							t.Errorf("part %d is not in order", p)
						}
						for _, row := range part {
							seen[row]++
						}
						if p > 0 {
							if want := n * percent[p-1] / 100; len(part) < want-1 || len(part) > want+1 {
								t.Errorf("%d rows in a part of %d %% of %d", len(part), percent[p-1], n)
							}
						}
					}
					for row, times := range seen {
						if times != 1 {
							t.Fatalf("%d rows, %v: row %d is in %d parts", n, percent, row, times)
						}
					}
					if labels != nil {
						checkShares(t, parts, labels, percent)
					}
				}
			}
		}
	}
}

func checkShares(t *testing.T, parts [][]int, labels []uint8, percent []int) {
	t.Helper()
	count := func(rows []int, class uint8) (n int) {
		for _, row := range rows {
			if labels[row] == class {
				n++
			}
		}
		return n
	}
	for class := range uint8(3) {
		all := 0
		for _, part := range parts {
			all += count(part, class)
		}
		for p, part := range parts[1:] {
			if got, want := count(part, class), float64(all*percent[p])/100; float64(got) < want-2 || float64(got) > want+2 {
				t.Errorf("class %d: %d of %d rows in a part of %d %%", class, got, all, percent[p])
			}
		}
		if len(parts[0]) >= 3 && all > 0 && count(parts[0], class) == 0 {
			t.Errorf("class %d is not in the training part", class)
		}
	}
}

// Another seed gives other parts, the same one the same: these.
func TestSplitSeed(t *testing.T) {
	parts, err := SplitRows(20, nil, 1, 25, 25)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := fmt.Sprint(parts), "[[0 2 7 9 10 11 12 14 16 17] [1 3 13 15 18] [4 5 6 8 19]]"; got != want {
		t.Errorf("parts %s, want %s", got, want)
	}
	other, err := SplitRows(20, nil, 2, 25, 25)
	if err != nil || fmt.Sprint(other) == fmt.Sprint(parts) {
		t.Errorf("parts %v with another seed, error %v", other, err)
	}
	// A shuffle is unbiased: each row is in the test part about as often.
	count := [10]int{}
	for seed := range uint64(2000) {
		parts, err := SplitRows(10, nil, seed, 30)
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range parts[1] {
			count[row]++
		}
	}
	for row, n := range count {
		if n < 500 || n > 700 { // 600 ± 5 deviations of 20.5
			t.Errorf("row %d is in %d of 2000 parts of 30 %%", row, n)
		}
	}
}

// A class of one row is in the training part.
func TestSplitRareClasses(t *testing.T) {
	for seed := range uint64(50) {
		labels := make([]uint8, 40)
		for i := range uint8(10) {
			labels[4*i] = i + 1
		}
		parts, err := SplitRows(len(labels), labels, seed, 25, 25)
		if err != nil {
			t.Fatal(err)
		}
		seen := map[uint8]bool{}
		for _, row := range parts[0] {
			seen[labels[row]] = true
		}
		if len(seen) != 11 {
			t.Fatalf("seed %d: %d of 11 classes in the training part", seed, len(seen))
		}
	}
}

func TestSplitErrors(t *testing.T) {
	for _, test := range []struct {
		n       int
		percent []int
		want    string
	}{
		{10, []int{50, 50}, "something for the rest"},
		{10, []int{100}, "0 to 99"},
		{10, []int{-1}, "0 to 99"},
		{4, []int{20}, "20 % of 4 rows are none"},
		{0, nil, "nothing is left of 0 rows"},
	} {
		if _, err := SplitRows(test.n, nil, 1, test.percent...); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%d rows, %v: error %v, want %q in it", test.n, test.percent, err, test.want)
		}
	}
}

// The scaler of a split is fitted on its training part: values of the others do not move it.
func TestSplitScaler(t *testing.T) {
	text := "x,y\n"
	for i := range 100 {
		text += fmt.Sprintf("%d,%c\n", i*i%97, 'a'+i%3)
	}
	table := table(t, text, CSVOptions{Label: "y"})
	s, err := table.Split(SplitOptions{Seed: 5, Validation: 20, Test: 20})
	if err != nil {
		t.Fatal(err)
	}
	if s.Train.Len() != 60 || s.Validation.Len() != 20 || s.Test.Len() != 20 {
		t.Errorf("parts of %d, %d and %d", s.Train.Len(), s.Validation.Len(), s.Test.Len())
	}
	parts, err := SplitRows(100, table.Labels, 5, 20, 20)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range slices.Concat(parts[1:]...) {
		table.Values[row] = 1e6
	}
	other, err := table.Split(SplitOptions{Seed: 5, Validation: 20, Test: 20})
	if err != nil {
		t.Fatal(err)
	}
	if fmt.Sprint(other.Scaler) != fmt.Sprint(s.Scaler) || !slices.Equal(other.Train.Inputs, s.Train.Inputs) {
		t.Error("values of the validation and test parts change the training part")
	}
	if slices.Equal(other.Test.Inputs, s.Test.Inputs) {
		t.Error("values of the test part do not change it")
	}
}
