package trainer

import (
	"testing"
)

func train(t *testing.T, tr *Trainer, generations int) {
	t.Helper()
	for range generations {
		if err := tr.Step(); err != nil {
			t.Fatal(err)
		}
	}
}

func start(t *testing.T) *Trainer {
	t.Helper()
	tr, err := New(1)
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

func TestLearns(t *testing.T) {
	tr := start(t)
	before, all := tr.Accuracy()
	train(t, tr, 100)
	right, _ := tr.Accuracy()
	if all != 359 || before > all/3 || right < all*3/4 {
		t.Errorf("%d of %d right, %d after 100 generations", before, all, right)
	}

	// Confusion counts the same.
	counts, err := tr.net.Confusion(tr.test)
	if err != nil {
		t.Fatal(err)
	}
	trace, single := 0, 0
	for i := range counts {
		trace += counts[i][i]
	}
	for i, label := range tr.test.Labels {
		scores := tr.Predict(tr.test.Sample(i))
		best := 0
		for class, s := range scores {
			if s > scores[best] {
				best = class
			}
		}
		if best == int(label) {
			single++
		}
	}
	if trace != right || single != right {
		t.Errorf("%d right, by Confusion %d, one by one %d", right, trace, single)
	}
}

// The network learns a person's drawings, also after the run.
func TestTeach(t *testing.T) {
	if testing.Short() {
		t.Skip("trains to the end")
	}
	tr := start(t)
	// A bar in the middle, which the network takes for a one, is to be a seven.
	sample, _ := Sample(picture(64, func(x, y int) bool { return x >= 26 && x < 38 && y >= 4 && y < 60 }), 64)
	train(t, tr, Generations)
	if !tr.Done() || tr.Generation() != Generations {
		t.Fatalf("%d generations, done: %t", tr.Generation(), tr.Done())
	}
	for range 5 {
		if err := tr.Teach(sample[:], 7); err != nil {
			t.Fatal(err)
		}
	}
	if tr.Done() || tr.Planned() != Generations+Further || tr.Drawings() != 5 {
		t.Fatalf("%d generations planned, %d drawings, done: %t", tr.Planned(), tr.Drawings(), tr.Done())
	}
	train(t, tr, Further)
	if scores := tr.Predict(sample[:]); scores[7] <= scores[1] {
		t.Errorf("scores %d: the drawing is not a seven", scores)
	}
	if right, all := tr.Accuracy(); right < all*85/100 {
		t.Errorf("%d of %d right", right, all)
	}
	for _, err := range []error{tr.Teach(sample[:5], 1), tr.Teach(sample[:], 10), tr.Teach(sample[:], -1)} {
		if err == nil {
			t.Error("a bad drawing was taken")
		}
	}
}

// The page's test expects these weights of the browser.
func TestDeterminism(t *testing.T) {
	tr := start(t)
	train(t, tr, 10)
	const want = "88c99cb0e3152e5d"
	if got := tr.Hash(); got != want {
		t.Errorf("weights %s, want %s", got, want)
	}
	weights := tr.Weights()
	for i, w := range weights {
		if want := tr.net.Matrices()[0].W.At(i/Inputs, i%Inputs); int(w) != int(want) {
			t.Fatalf("weight %d is %d, want %v", i, w, want)
		}
	}
}
