package data

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestDataset(t *testing.T) {
	d := &Dataset{Features: 3, Classes: 2, Inputs: []int8{1, 2, 3, -127, 0, 127}, Labels: []uint8{1, 0}}
	if err := d.Check(); err != nil {
		t.Error(err)
	}
	if d.Len() != 2 || !slices.Equal(d.Sample(1), []int8{-127, 0, 127}) {
		t.Errorf("%d samples, sample 1 is %v", d.Len(), d.Sample(1))
	}
}

func TestDatasetErrors(t *testing.T) {
	for _, test := range []struct {
		change func(d *Dataset)
		want   string
	}{
		{func(d *Dataset) { *d = Dataset{} }, "dataset of 0 samples, 0 features, 0 classes"},
		{func(d *Dataset) { d.Features = 0 }, "2 samples, 0 features"},
		{func(d *Dataset) { d.Features = -1 }, "-1 features"},
		{func(d *Dataset) { d.Classes = 1 }, "1 classes"},
		{func(d *Dataset) { d.Labels = nil }, "0 samples"},
		{func(d *Dataset) { d.Inputs = d.Inputs[:5] }, "5 inputs for 2 samples of 3 features"},
		{func(d *Dataset) { d.Inputs = append(d.Inputs, 0) }, "7 inputs for 2 samples of 3 features"},
		{func(d *Dataset) { d.Labels[1] = 2 }, "label 2 of sample 1, want below 2"},
		{func(d *Dataset) { d.Inputs[5] = -128 }, "input -128 in sample 1"},
	} {
		d := &Dataset{Features: 3, Classes: 2, Inputs: make([]int8, 6), Labels: make([]uint8, 2)}
		test.change(d)
		if err := d.Check(); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("error %v, want %q in it", err, test.want)
		}
	}
}

func regression() *Dataset {
	return &Dataset{Features: 1, Outputs: 2, Inputs: []int8{1, 2, 3}, Targets: []int16{1, -1, 2, -2, 32767, -32767}}
}

func TestRegression(t *testing.T) {
	d := regression()
	if err := d.Check(); err != nil {
		t.Error(err)
	}
	if d.Len() != 3 || !slices.Equal(d.Target(1), []int16{2, -2}) || !slices.Equal(d.Sample(2), []int8{3}) {
		t.Errorf("%d samples, target 1 is %v, sample 2 %v", d.Len(), d.Target(1), d.Sample(2))
	}
	for want, change := range map[string]func(d *Dataset){
		"dataset of 2 classes and 2 outputs":      func(d *Dataset) { d.Classes = 2 },
		"3 inputs for 3 samples of 2 features":    func(d *Dataset) { d.Features = 2 },
		"7 targets, want a multiple of 2 outputs": func(d *Dataset) { d.Targets = append(d.Targets, 0) },
		"dataset of 2 outputs has 1 labels":       func(d *Dataset) { d.Labels = []uint8{0} },
		"target -32768 of sample 1":               func(d *Dataset) { d.Targets[2] = -1 << 15 },
		"0 samples, 1 features, 2 outputs":        func(d *Dataset) { d.Targets = nil },
		"-2 outputs":                              func(d *Dataset) { d.Outputs = -2 },
		"1 names for 2 outputs":                   func(d *Dataset) { d.OutputNames = []string{"x"} },
		"0 names for 1 features":                  func(d *Dataset) { d.FeatureNames = []string{} },
	} {
		d := regression()
		change(d)
		if err := d.Check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q in it", err, want)
		}
	}
	if err := (*Dataset)(nil).Check(); err == nil {
		t.Error("nil is no error")
	}
}

// Every field changes the hash; the hash of a classification is pinned, since journals keep it.
func TestHash(t *testing.T) {
	c := &Dataset{Features: 3, Classes: 2, Inputs: []int8{1, 2, 3, -127, 0, 127}, Labels: []uint8{1, 0}}
	if got, want := fmt.Sprintf("%x", Hash(c)), "54af2bf866dc3751ef247d6fbc39db3857cd81eae948f2bc70e7ffb5b3671062"; got != want {
		t.Errorf("hash %s, want %s", got, want)
	}
	seen := map[[32]byte]bool{Hash(): true}
	changed := func(d *Dataset) {
		if h := Hash(d); seen[h] {
			t.Errorf("%+v: a hash that was there before", d)
		} else {
			seen[h] = true
		}
	}
	changed(c)
	c.Labels[1] = 1
	changed(c)
	c.Inputs[5]--
	changed(c)
	c.Classes++
	changed(c)
	r := regression()
	changed(r)
	r.Targets[5]++
	changed(r)
	r.Outputs = 3
	r.Inputs = r.Inputs[:2]
	changed(r)
}

// The parts of a hold-out are disjoint and together are the whole, in order.
func TestHoldOut(t *testing.T) {
	for n := range 40 {
		for every := 2; every < 9; every++ {
			d := &Dataset{Features: 2, Classes: 256}
			for i := range n {
				d.Inputs = append(d.Inputs, int8(i), int8(-i))
				d.Labels = append(d.Labels, uint8(i)) // its number
			}
			rest, held := d.HoldOut(every)
			if held.Len() != n/every {
				t.Fatalf("%d samples, every %d: %d held out", n, every, held.Len())
			}
			seen := make([]int, n)
			for _, part := range []*Dataset{rest, held} {
				for i, l := range part.Labels {
					seen[l]++
					if want := (int(l)%every == every-1); want != (part == held) || part.Inputs[2*i] != int8(l) || part.Inputs[2*i+1] != -int8(l) {
						t.Errorf("every %d: sample %d in the wrong part or with other inputs", every, l)
					}
				}
			}
			for i, times := range seen {
				if times != 1 {
					t.Errorf("every %d: sample %d is in %d parts", every, i, times)
				}
			}
		}
	}
}

// A moved image has the pixel at [row - down, column - right] at [row, column], of the nearest
// edge where that lies outside.
func TestMove(t *testing.T) {
	const rows, columns, channels = 4, 5, 2
	d := &Dataset{Features: rows * columns * channels, Classes: 2, Rows: rows, Columns: columns, Labels: make([]uint8, 2)}
	for i := range 2 * d.Features {
		d.Inputs = append(d.Inputs, int8(i))
	}
	dst := make([]int8, d.Features)
	for down := -5; down <= 5; down++ { // a signal moves by more than its row
		for right := -4; right <= 4; right++ {
			d.Move(dst, 1, down, right)
			for at, got := range dst {
				row, column, channel := at/channels/columns-down, at/channels%columns-right, at%channels
				row, column = min(max(row, 0), rows-1), min(max(column, 0), columns-1)
				if want := d.Sample(1)[(row*columns+column)*channels+channel]; got != want {
					t.Fatalf("down %d, right %d: activation %d is %d, want %d", down, right, at, got, want)
				}
			}
		}
	}
}

func TestCheckImages(t *testing.T) {
	for _, test := range []struct {
		rows, columns, shift int
		want                 string
	}{
		{0, 0, 0, ""},
		{2, 3, 1, ""},
		{1, 6, 3, ""},
		{2, 2, 0, "images of 2×2 pixels for 6 features"},
		{0, 6, 0, "images of 0×6 pixels"},
		{-2, -3, 0, "images of -2×-3 pixels"},
		{2, 3, 2, "shift of 2 pixels, want 0 to half the columns of images of 2×3"},
		{0, 0, 1, "shift of 1 pixels"},
		{2, 3, -1, "shift of -1 pixels"},
	} {
		d := &Dataset{Features: 6, Classes: 2, Rows: test.rows, Columns: test.columns, Shift: test.shift, Inputs: make([]int8, 6), Labels: make([]uint8, 1)}
		err := d.Check()
		if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
			t.Errorf("%+v: error %v, want %q", test, err, test.want)
		}
	}
}
