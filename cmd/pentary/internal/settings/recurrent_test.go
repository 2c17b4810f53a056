package settings

import (
	"strings"
	"testing"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/task"
)

// String returns the text of Set, and invalid texts are errors.
func TestRecurrent(t *testing.T) {
	for _, text := range []string{"none", "gru32/4", "mingru64/8/all", "rnn4/4", "lstm16384/16384/all", "gru32/4/double", "gru32/4/all/double"} {
		var r Recurrent
		if err := r.Set(text); err != nil || r.String() != text {
			t.Errorf("%q is read as %q, error %v", text, r.String(), err)
		}
	}
	for _, text := range []string{
		"", "gru", "gru32", "gru32/", "32/4", "gru6/4", "gru8/6", "gru0/4", "gru-4/4", "gru16388/4", "attention8/4", "gru8/4/al", "gru8/4/all/all", "GRU8/4", "é8/4", "gru8/4/", "gru8/4double", "gru8/4/double/double", "gru8/4/double/all", "/double",
	} {
		r := Recurrent{"rnn", 8, 4, true, false}
		if err := r.Set(text); err == nil || !strings.Contains(err.Error(), "such as gru32/4, gru32/4/all or gru32/4/all/double") {
			t.Errorf("%q: error %v", text, err)
		}
		if r.String() != "rnn8/4/all" {
			t.Errorf("%q changes the value to %v", text, &r)
		}
	}
}

// Each cell has the planned matrices, at places that divide the inputs.
func TestRecurrentNetwork(t *testing.T) {
	mnist1d, err := task.Find("mnist1d")
	if err != nil {
		t.Fatal(err)
	}
	s := NewClassifier(mnist1d)
	widths := []int{40, 12, 10}
	for text, want := range map[string]int{
		"rnn8/4": 8 * 12, "mingru8/4": 2 * 8 * 12, "gru8/4": 3 * 8 * 12, "lstm8/4/all": 4 * 8 * 12,
	} {
		s.Convolutions, s.Recurrent = nil, new(Recurrent)
		if err := s.Recurrent.Set(text); err != nil {
			t.Fatal(err)
		}
		m, err := s.Model(widths)
		if err != nil {
			t.Fatal(err)
		}
		hidden := 8
		if s.Recurrent.All {
			hidden *= 10
		}
		if got, want := m.Size(), want+12*hidden+10*12; got != want || m.Inputs() != 40 || m.Outputs() != 10 {
			t.Errorf("%s: %d weights, %d→%d, want %d, 40→10", text, got, m.Inputs(), m.Outputs(), want)
		}
		planned, err := s.plan(widths)
		if err != nil {
			t.Fatal(err)
		}
		var shapes []layerShape
		for _, l := range planned {
			shapes = append(shapes, l.shapes...)
		}
		for i, d := range m.Matrices() {
			if l := shapes[i]; l.rows != d.W.Rows() || l.columns != d.W.Cols() {
				t.Errorf("%s: matrix %d is %d×%d, planned %d×%d", text, i, d.W.Rows(), d.W.Cols(), l.rows, l.columns)
			}
		}
	}
	// 1×40 → 1×18×8 by filters of 1×5 → 18 parts of 8.
	s.Convolutions, s.Recurrent = &Convolutions{{8, 1, 5, 2}}, &Recurrent{"gru", 16, 8, false, false}
	if got, want := s.Network(widths), "40-8x1x5/2-gru16/8-12-10"; got != want {
		t.Errorf("network %s, want %s", got, want)
	}
	if m, err := s.Model(widths); err != nil || m.Size() != 8*5+3*16*24+12*16+120 {
		t.Errorf("network %v, error %v", m, err)
	}
	for twice, shift := range map[bool]uint{false: 2, true: 1} { // of 24 columns
		s.Recurrent.Twice = twice
		m, err := s.Model(widths)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range m.Matrices()[1:3] {
			if d.Shift != shift {
				t.Errorf("doubled %v: Shift %d, want %d", twice, d.Shift, shift)
			}
		}
	}
	s.Recurrent.Twice = false
	s.Recurrent.Part = 20
	if _, err := s.Model(widths); err == nil || !strings.Contains(err.Error(), "--recurrent gru16/20: 144 inputs are not a multiple") {
		t.Errorf("error %v", err)
	}
	s.Convolutions, s.Recurrent.Part = &Convolutions{{8, 2, 2, 1}}, 8
	if _, err := s.Model(widths); err == nil || !strings.Contains(err.Error(), "--conv 8x2: for images of 1×40") {
		t.Errorf("error %v", err)
	}
}
