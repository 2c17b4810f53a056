package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/Kaleaon/pentary-go/nn"
)

// The layer, the task and the rule learn, and the model comes back from its file.
func TestLearn(t *testing.T) {
	model, bits, err := learn(200)
	if err != nil {
		t.Fatal(err)
	}
	_, before, err := learn(1)
	if err != nil {
		t.Fatal(err)
	}
	if bits > 0.5 || bits > before/2 {
		t.Errorf("%.3f bits a sample after %.3f, want at most a half", bits, before)
	}
	again, err := nn.Load(model.File(nil))
	if err != nil {
		t.Fatal(err)
	}
	x := []int8{64, -64, 64, 64, -64, 64, -64, 64}
	if got, want := again.Predict(x), model.Predict(x); !slices.Equal(got, want) {
		t.Errorf("loaded: %v, want %v", got, want)
	}
}

// A trained policy parks better than one that was trained for a generation.
func TestPark(t *testing.T) {
	trained, err := park(60)
	if err != nil {
		t.Fatal(err)
	}
	untrained, err := park(1)
	if err != nil {
		t.Fatal(err)
	}
	if trained < -10 || trained < untrained/2 {
		t.Errorf("mean reward %.2f, untrained %.2f", trained, untrained)
	}
}

// The format is read into the samples that it says, and errors name line and bounds.
func TestReadSparse(t *testing.T) {
	d, err := ReadSparse(strings.NewReader("1 3:64 1:-127\n\n0\n"), 3, 2)
	if err != nil {
		t.Fatal(err)
	}
	if want := []int8{-127, 0, 64, 0, 0, 0}; !slices.Equal(d.Inputs, want) || !slices.Equal(d.Labels, []uint8{1, 0}) {
		t.Errorf("inputs %v, labels %v", d.Inputs, d.Labels)
	}
	for text, want := range map[string]string{
		"0\n2\n":   `line 2: class "2", want 0 to 1`,
		"0 4:1":    `line 1: feature "4", want 1 to 3`,
		"0 1:-128": `line 1: value "-128" of feature 1, want -127 to 127`,
		"0 1":      `line 1: value "" of feature 1, want -127 to 127`,
		"":         "data: dataset of 0 samples, 3 features, 2 classes",
	} {
		if _, err := ReadSparse(strings.NewReader(text), 3, 2); err == nil || err.Error() != want {
			t.Errorf("%q: error %v, want %s", text, err, want)
		}
	}
}

// Any text gives an error or a valid dataset.
func FuzzReadSparse(f *testing.F) {
	f.Add("1 3:64 1:-127\n\n0\n")
	f.Add("0 :")
	f.Fuzz(func(t *testing.T, text string) {
		d, err := ReadSparse(strings.NewReader(text), 3, 2)
		if err != nil {
			return
		}
		if err := d.Check(); err != nil {
			t.Error(err)
		}
	})
}
