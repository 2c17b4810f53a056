package settings

import (
	"strings"
	"testing"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/task"
)

// String returns the text of Set, and invalid texts are errors.
func TestConvolutions(t *testing.T) {
	for _, text := range []string{"none", "8x5/2,16x5/2", "4x1", "1024x64/64", "16x1x5/2,4x3x1"} {
		var c Convolutions
		if err := c.Set(text); err != nil || c.String() != text {
			t.Errorf("%q is read as %q, error %v", text, c.String(), err)
		}
	}
	for text, want := range map[string]string{
		"": "want filters", "8": "want filters", "8x5,": "want filters", "8x5/0": "want filters", "-8x5": "want filters",
		"8x65": "at most 1024, 64 and 64", "1028x3": "at most 1024", "6x3": "multiple of 4", "8x5x2x1": "want filters", "8x5x": "want filters", "8x1x65": "want filters", "8x0x5": "want filters",
		"4x1,4x1,4x1,4x1,4x1,4x1,4x1,4x1,4x1": "9 layers",
	} {
		c := Convolutions{{4, 3, 3, 1}}
		if err := c.Set(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want %q in it", text, err, want)
		}
		if c.String() != "4x3" {
			t.Errorf("%q changes the value to %v", text, &c)
		}
	}
}

// The network has the shape of the flags and takes about the memory returned by Memory, which equals
// NetworkMemory without convolutions.
func TestConvolutionNetwork(t *testing.T) {
	digits, err := task.Find("digits")
	if err != nil {
		t.Fatal(err)
	}
	s := NewClassifier(digits)
	widths := []int{64, 7, 10}
	if got, want := s.Memory(widths), NetworkMemory(widths, s.Options(), s.Batch); got != want {
		t.Errorf("memory %d without convolutions, want %d", got, want)
	}
	s.Convolutions = &Convolutions{{8, 3, 3, 1}, {4, 2, 2, 2}}
	m, err := s.Model(widths)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := s.Network(widths), "64-8x3-4x2/2-7-10"; got != want {
		t.Errorf("network %s, want %s", got, want)
	}
	// 8×8 → 6×6×8 → 3×3×4 → 7 → 10.
	if got, want := m.Size(), 8*9+4*4*8+7*36+10*7; got != want || m.Inputs() != 64 || m.Outputs() != 10 {
		t.Errorf("%d weights, %d→%d, want %d, 64→10", got, m.Inputs(), m.Outputs(), want)
	}
	s.Bias = new(bool)
	without := s.Memory(widths)
	if *s.Bias = true; s.Memory(widths) <= without {
		t.Errorf("memory %d with biases, want more than %d", s.Memory(widths), without)
	}
	if m, err = s.Model(widths); err != nil {
		t.Fatal(err)
	}
	for i, d := range m.Matrices() {
		if d.Bias == 0 {
			t.Errorf("matrix %d has no bias", i)
		}
	}
	if got, want := m.Size(), 8*10+4*(4*8+1)+7*37+10*8; got != want {
		t.Errorf("%d weights with biases, want %d", got, want)
	}
	s.Convolutions = &Convolutions{{8, 3, 3, 1}, {4, 7, 7, 2}}
	if _, err := s.Model(widths); err == nil || !strings.Contains(err.Error(), "--conv 4x7/2: for images of 6×6") {
		t.Errorf("error %v", err)
	}
	if _, err := s.Model([]int{65, 10}); err == nil || !strings.Contains(err.Error(), "65 features, want square images") {
		t.Errorf("error %v", err)
	}
	s.Convolutions, s.Rank = &Convolutions{{1024, 1, 1, 1}}, 256
	if _, err := s.Model([]int{4096, 10}); err == nil || !strings.Contains(err.Error(), "outputs, want at most") {
		t.Errorf("error %v", err)
	}
}

// Only the last layer uses the sigma of the outputs.
func TestOutputSigma(t *testing.T) {
	digits, err := task.Find("digits")
	if err != nil {
		t.Fatal(err)
	}
	s := NewClassifier(digits)
	s.Output = 2
	for _, convolutions := range []*Convolutions{nil, {{8, 3, 3, 1}}} {
		s.Convolutions = convolutions
		m, err := s.Model([]int{64, 7, 10})
		if err != nil {
			t.Fatal(err)
		}
		last := len(m.Matrices()) - 1
		for i, w := range m.Parameters() {
			if want := 2 * (i / last); w.Sigma != want {
				t.Errorf("matrix %d of %d: sigma %+d, want %+d", i, last+1, w.Sigma, want)
			}
		}
	}
}

// Runs of versions without a sigma of outputs have the same sigma in all layers, whatever the
// present default.
func TestOutputSigmaOfOldRuns(t *testing.T) {
	fashion, err := task.Find("fashion")
	if err != nil {
		t.Fatal(err)
	}
	now := NewClassifier(fashion)
	now.Complete()
	texts := Texts(now)
	if texts["output-sigma"] != "2" {
		t.Errorf("--output-sigma %s by default, want 2", texts["output-sigma"])
	}
	delete(texts, "output-sigma")
	old := NewClassifier(fashion)
	if err := SetTexts(old, texts); err != nil || old.Output != 0 {
		t.Errorf("output sigma %d of a run without, error %v, want 0", old.Output, err)
	}
}
