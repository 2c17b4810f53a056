package main

import (
	"slices"
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
