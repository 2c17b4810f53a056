package nn

import (
	"context"
	"math"
	"slices"
	"testing"

	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/lowrank"
)

// Making multipliers and offsets trainable changes no output, and a model that File makes of one with
// numbers of rows has its outputs.
func TestSetTrained(t *testing.T) {
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
	for _, trained := range []Trained{{Weights: true, Scales: true}, {Weights: true, Offsets: true}, {Weights: true, Scales: true, Offsets: true, GainShift: CoarseGains}} {
		for name, m := range models() {
			if slices.ContainsFunc(m.matrices, func(d *Dense) bool { return d.one > 0 }) {
				continue
			}
			before, parameters := outputs(m), len(m.Parameters())
			if err := m.SetTrained(trained); err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(outputs(m), before) {
				t.Errorf("%s, %+v: numbers of zero change outputs", name, trained)
			}
			rows := 0
			for _, p := range m.Parameters() {
				if p.Constant {
					rows++
					lowrank.Randomize(lowrank.Parameter{W: p.W}, kernels.Uniform, uint64(rows))
				}
			}
			if len(m.Parameters()) != parameters+rows || name != "alone" && name != "picture" && rows == 0 {
				t.Errorf("%s, %+v: %d parameters and %d of rows, %d before", name, trained, len(m.Parameters()), rows, parameters)
			}
			after := outputs(m)
			if rows > 0 && slices.Equal(after, before) {
				t.Errorf("%s, %+v: numbers change no output", name, trained)
			}
			clone, err := m.Clone()
			if err != nil {
				t.Fatal(err)
			}
			if len(clone.Parameters()) != parameters || !slices.Equal(outputs(clone), after) {
				t.Errorf("%s, %+v: the model of its file has other outputs, or %d parameters", name, trained, len(clone.Parameters()))
			}
		}
	}
	m := NewModel(NewDense(4, 4, true), NewDense(4, 4, false))
	m.matrices[1].Shift = 24
	if m.SetTrained(Trained{Scales: true}) == nil {
		t.Error("a shift of 31")
	}
	for _, shift := range []uint{4, 8} {
		if NewModel(NewDense(4, 4, true)).SetTrained(Trained{Scales: true, GainShift: shift}) == nil {
			t.Errorf("gains with a shift of %d", shift)
		}
	}
}

// A pent of an offset is a small part of the accumulators' spread, for every number of columns, and
// offsets stay within their bounds.
func TestOffsetSteps(t *testing.T) {
	for _, columns := range []int{16, 64, 172, 768, 4096, 1 << 16} {
		m := NewModel(NewDense(4, columns, true), NewDense(columns, 1, false))
		if err := m.SetTrained(Trained{Offsets: true}); err != nil {
			t.Fatal(err)
		}
		d := m.Layers[1].(*Dense)
		spread := 24 * math.Sqrt(float64(columns)) // of inputs with a root mean square of 20
		for i := range 8 {
			d.offsets.W.Set(0, i, 1)
			if part := float64(d.trainedOffsets()[0]) / spread; part < 0.005 || part > 0.03 {
				t.Errorf("%d columns: pent %d is %.4f of the spread", columns, i, part)
			}
			d.offsets.W.Set(0, i, 0)
		}
		for i := range 8 {
			d.offsets.W.Set(0, i, -2)
		}
		if part := float64(d.trainedOffsets()[0]) / spread; part > -0.15 || part < -0.35 {
			t.Errorf("%d columns: all pents are %.3f of the spread", columns, part)
		}
		for d.Offset[0] = -MaxScale; d.Offset[0] < MaxScale-500; d.Offset[0] += 500 {
			y, want := []int32{0, 1}, d.trainedOffsets()[0]
			d.addOffsets(y, []int8{d.offsets.number(0), 0, 0, 0, d.offsets.number(0), 0, 0, 0}, 2)
			if want < -MaxScale || want >= d.Offset[0] && want > -MaxScale || y[0] != want || y[1] != want+1 {
				t.Errorf("%d columns: offset %d becomes %d, and %d of accumulators", columns, d.Offset[0], want, y)
			}
		}
	}
}

// Multipliers and offsets that are off come back to where a teacher has them, by either
// noise, and no weight moves.
func TestRowsLearn(t *testing.T) {
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
	scales := func(part int32) func(m *Model) {
		return func(m *Model) {
			for _, d := range m.matrices[1:] {
				if d.Scale == nil {
					d.Scale, d.Shift = slices.Repeat([]int32{128}, d.values()), d.Shift+7
				}
				for i := range d.Scale {
					d.Scale[i] += d.Scale[i] * int32(i%3-1) / part
				}
			}
		}
	}
	offsets := func(m *Model) {
		for _, d := range m.matrices[1 : len(m.matrices)-1] { // the last one's are not trained
			setOffsets(d, 25)
		}
	}
	for _, c := range []struct {
		place   lowrank.Estimator
		trained Trained
		spoil   func(m *Model)
	}{
		{lowrank.PerturbWeights, Trained{Scales: true, GainShift: CoarseGains}, scales(4)},
		{lowrank.PerturbActivations, Trained{Scales: true, GainShift: CoarseGains}, scales(4)},
		{lowrank.PerturbWeights, Trained{Scales: true}, scales(9)},
		{lowrank.PerturbActivations, Trained{Scales: true}, scales(9)},
		{lowrank.PerturbWeights, Trained{Offsets: true}, offsets},
		{lowrank.PerturbActivations, Trained{Offsets: true}, offsets},
	} {
		m, err := teacher.Clone()
		if err != nil {
			t.Fatal(err)
		}
		c.spoil(m)
		before, weights := total(m), slices.Clone(weightsOf(m))
		if err := m.SetTrained(c.trained); err != nil {
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
		if t.Logf("noise in %v, %+v: teacher %d, off %d, tuned %d", c.place, c.trained, best, before, after); after < (before+best)/2 {
			t.Errorf("noise in %v, %+v: from %d to %d, want half the way to %d", c.place, c.trained, before, after, best)
		}
		if m, err = m.Clone(); err != nil || total(m) != after || !slices.Equal(weightsOf(m), weights) {
			t.Errorf("noise in %v, %+v: the model of the file has score %d, want %d, or weights have moved, %v", c.place, c.trained, total(m), after, err)
		}
	}
}

// Residual selects the matrices that end residual branches, of all layers, and no others.
func TestTrainResidual(t *testing.T) {
	m := models()["llama"]
	if err := m.SetTrained(Trained{Residual: true}); err != nil {
		t.Fatal(err)
	}
	var trained []string
	for _, p := range m.Parameters() {
		if !p.Frozen && !p.Normalized {
			t.Errorf("%v: not normalized", p)
		}
		if !p.Frozen {
			trained = append(trained, p.Name)
		}
	}
	// The second branch ends in a matrix of several digits.
	if want := []string{"1.2.weights", "3.2.weights", "4.2.weights"}; !slices.Equal(trained, want) {
		t.Errorf("trained: %q, want %q", trained, want)
	}
	if err := m.SetTrained(Trained{Weights: true}); err != nil {
		t.Fatal(err)
	}
	for _, p := range m.Parameters() {
		if p.Normalized {
			t.Errorf("%v is normalized after all", p)
		}
	}
	if m.SetTrained(Trained{Residual: true, Weights: true}) == nil {
		t.Error("all weights and some")
	}
	if NewModel(NewDense(4, 4, false)).SetTrained(Trained{Residual: true}) == nil {
		t.Error("a model without residual layers")
	}
}
