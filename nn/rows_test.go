package nn

import (
	"context"
	"slices"
	"testing"

	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/lowrank"
)

// Making multipliers trainable changes no output, and a model that File makes of one with
// gains has its outputs.
func TestTrainScales(t *testing.T) {
	outputs := func(m *Model) (all []int8) {
		s := Batch{Streams: 9, Steps: 4}
		s.reset(m.Inputs(), false)
		noisy{m}.Draw(&s, 5, 0, 0)
		r := m.NewRunner(9)
		for _, x := range s.X {
			all = append(all, r.Step(x)...)
		}
		return all
	}
	for name, m := range models() {
		if m.matrices[0].Digits > 1 && m.matrices[1].one > 0 {
			continue
		}
		before, parameters := outputs(m), len(m.Parameters())
		if err := m.SetTrained(Trained{Weights: true, Scales: true}); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(outputs(m), before) {
			t.Errorf("%s: multipliers without gains change outputs", name)
		}
		gains := 0
		for _, p := range m.Parameters() {
			if p.Constant {
				gains++
				lowrank.Randomize(lowrank.Parameter{W: p.W}, kernels.Uniform, uint64(gains))
			}
		}
		if len(m.Parameters()) != parameters+gains || name != "alone" && name != "picture" && gains == 0 {
			t.Errorf("%s: %d parameters and %d gains, %d before", name, len(m.Parameters()), gains, parameters)
		}
		after := outputs(m)
		if gains > 0 && slices.Equal(after, before) {
			t.Errorf("%s: gains change no output", name)
		}
		clone, err := m.Clone()
		if err != nil {
			t.Fatal(err)
		}
		if len(clone.Parameters()) != parameters || !slices.Equal(outputs(clone), after) {
			t.Errorf("%s: the model of its file has other outputs, or %d parameters", name, len(clone.Parameters()))
		}
	}
	m := NewModel(NewDense(4, 4, true), NewDense(4, 4, false))
	m.matrices[1].Shift = 24
	if m.SetTrained(Trained{Weights: true, Scales: true}) == nil {
		t.Error("a shift of 31")
	}
	for _, shift := range []uint{4, 8} {
		if NewModel(NewDense(4, 4, true)).SetTrained(Trained{Scales: true, GainShift: shift}) == nil {
			t.Errorf("gains with a shift of %d", shift)
		}
	}
}

// Multipliers that are off by up to a quarter come back to where a teacher has them, by either
// noise, and no weight moves.
func TestScalesLearn(t *testing.T) {
	teacher := tokenModel(1, 8)
	task, err := NewTokens(8, drawn(t, teacher, 64, 10), 9)
	if err == nil {
		err = task.Teach(t.Context(), teacher)
	}
	if err != nil {
		t.Fatal(err)
	}
	total := func(m *Model) int64 {
		sum, err := task.Total(m)
		if err != nil {
			t.Fatal(err)
		}
		return sum
	}
	for _, c := range []struct {
		place lowrank.Estimator
		shift uint
		off   int32 // a part of the multiplier
	}{
		{lowrank.PerturbWeights, CoarseGains, 4},
		{lowrank.PerturbActivations, CoarseGains, 4},
		{lowrank.PerturbWeights, FineGains, 9},
		{lowrank.PerturbActivations, FineGains, 9},
	} {
		m, err := teacher.Clone()
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range m.matrices[1:] {
			if d.Scale == nil {
				d.Scale, d.Shift = slices.Repeat([]int32{128}, d.values()), d.Shift+7
			}
			for i := range d.Scale {
				d.Scale[i] += d.Scale[i] * int32(i%3-1) / c.off
			}
		}
		before, weights := total(m), slices.Clone(weightsOf(m))
		if err := m.SetTrained(Trained{Scales: true, GainShift: c.shift}); err != nil {
			t.Fatal(err)
		}
		e, err := NewEvaluator(m, task, EvaluatorOptions{Streams: 32, Steps: 9})
		if err != nil {
			t.Fatal(err)
		}
		opt, err := es.New(m.Parameters(), e, es.Options{Seed: 1, Generations: 30, Pairs: 16, Sigma: 4, Estimator: c.place, Rule: es.ErrorFeedback{Rate: es.Ratio(1, 3)}})
		if err == nil {
			err = opt.Run(context.Background())
		}
		if err != nil {
			t.Fatal(err)
		}
		best, after := total(teacher), total(m)
		if t.Logf("noise in %v, gains >>%d: teacher %d, off %d, tuned %d", c.place, c.shift, best, before, after); after < (before+best)/2 {
			t.Errorf("noise in %v, gains >>%d: from %d to %d, want half the way to %d", c.place, c.shift, before, after, best)
		}
		if m, err = m.Clone(); err != nil || total(m) != after || !slices.Equal(weightsOf(m), weights) {
			t.Errorf("noise in %v, gains >>%d: the model of the file has score %d, want %d, or weights have moved, %v", c.place, c.shift, total(m), after, err)
		}
	}
}
