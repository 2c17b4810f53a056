package nn

import (
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
