package nn

import (
	"slices"
	"strings"
	"testing"
)

// Streams read on where they were in the generation before, all around the text, and see
// the bytes before the one to predict.
func TestText(t *testing.T) {
	text := &Text{Data: []byte("0123456789abcdefghij"), Context: 3}
	s := NewBatch(text, 4, 2, 5)
	var last [4]int
	for generation := range 9 {
		text.Draw(s, 5, generation, 1)
		for b := range s.Streams {
			first := slices.Index(text.Data, s.Targets[0][b])
			if generation > 0 && first != (last[b]+s.Steps)%len(text.Data) {
				t.Fatalf("generation %d: stream %d goes on at %d, after %d", generation, b, first, last[b])
			}
			last[b] = first
			for step := range s.X {
				at := first + step - s.WarmUp
				if step >= s.WarmUp && s.Targets[step-s.WarmUp][b] != text.Data[at%len(text.Data)] {
					t.Fatalf("step %d of stream %d is to predict %q", step, b, s.Targets[step-s.WarmUp][b])
				}
				for j := range text.Context {
					want := text.Data[(at-1-j+2*len(text.Data))%len(text.Data)]
					if got := s.X[step][b*4+j]; got != int8(want) {
						t.Fatalf("place %d of step %d, stream %d: %q, want %q", j, step, b, byte(got), want)
					}
				}
			}
		}
	}
	again := NewBatch(text, 4, 2, 5)
	text.Draw(again, 5, 8, 1)
	if !slices.EqualFunc(s.X, again.X, slices.Equal) || !slices.EqualFunc(s.Targets, again.Targets, slices.Equal) {
		t.Error("the same generation draws another batch")
	}
	text.Draw(again, 5, 8, 2)
	if slices.EqualFunc(s.X, again.X, slices.Equal) {
		t.Error("another group draws the same batch")
	}
}

// The draws of a source are checked before they are used.
func TestSequenceCheck(t *testing.T) {
	m := models()["alone"]
	for _, test := range []struct {
		want  string
		spoil func(s *Batch)
	}{
		{"batch of 4 steps, 3 of targets and 3 of samples, want 5, 3 and 3", func(s *Batch) { s.X = s.X[:4] }},
		{"step 2 of a batch has 3 activations, want 16", func(s *Batch) { s.X[2] = s.X[2][:3] }},
		{"step 1 of a batch has 1 targets for 2 streams", func(s *Batch) { s.Targets[1] = s.Targets[1][:1] }},
		{"target 5 at step 0 of a batch, want below 5", func(s *Batch) { s.Targets[0][1] = 5 }},
	} {
		s := NewBatch(noisy{m}, 2, 2, 3)
		noisy{m}.Draw(s, 1, 0, 0)
		if err := s.check(6, 5); err != nil {
			t.Fatal(err)
		}
		test.spoil(s)
		if err := s.check(6, 5); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("error %v, want %q in it", err, test.want)
		}
	}
}
