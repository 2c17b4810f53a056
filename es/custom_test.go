package es_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/lowrank"
	"github.com/Kaleaon/pentary-go/packed"
	"github.com/Kaleaon/pentary-go/trit5"
)

// Agreement is a rule written outside package es: a weight moves a level where Z has
// had the same sign and reached the rate in Times generations running.
type Agreement struct {
	Rate  es.Q16
	Times int8
}

func (r Agreement) String() string {
	return fmt.Sprintf("agreement(rate %v, times %d)", r.Rate, r.Times)
}
func (r Agreement) StateBits() int { return 8 }
func (r Agreement) Check() error {
	if r.Rate <= 0 || r.Rate > es.Ratio(1, 1) || r.Times < 1 {
		return errors.New("agreement: want a rate of more than 0 and at most 1, and at least one time")
	}
	return nil
}

func (r Agreement) Start(w lowrank.Parameter) es.RuleState {
	return &agreement{Agreement: r, parameter: w, cols: w.W.Cols(), runs: make([]int8, w.W.Rows()*packed.PaddedLen(w.W.Cols()))}
}

type agreement struct {
	Agreement
	parameter lowrank.Parameter
	cols      int
	runs      []int8 // of generations that agree, negative for those that go down
	scale     kernels.Scale
}

func (a *agreement) Prepare(g *es.GenerationUpdate) { a.scale = g.Scale(a.Rate, a.parameter) }

func (a *agreement) Step(w *packed.Matrix, t kernels.Terms, lo, hi int) (moved int) {
	z := make([]int32, a.cols)
	for i := lo; i < hi; i++ {
		t.Row(z, i)
		runs := a.runs[i*packed.PaddedLen(a.cols):]
		for j, v := range z {
			up := trit5.Pent(1)
			switch step := int64(v) * int64(a.scale.Mul) >> a.scale.Shift; { // in 1/256 level
			case step >= 128:
				runs[j] = max(runs[j], 0) + 1
			case step < -128:
				runs[j], up = min(runs[j], 0)-1, -1
			default:
				runs[j] = 0
			}
			if max(runs[j], -runs[j]) >= a.Times {
				runs[j] = 0
				if to := w.At(i, j) + up; to >= trit5.Min && to <= trit5.Max {
					w.Set(i, j, to)
					moved++
				}
			}
		}
	}
	return moved
}

func (a *agreement) AppendState(b []byte) []byte {
	for _, v := range a.runs {
		b = append(b, byte(v))
	}
	return b
}

func (a *agreement) RestoreState(b []byte) {
	for i, v := range b {
		a.runs[i] = int8(v)
	}
}

// A rule of one's own learns, in any number of goroutines, and survives as the rules of
// the package do: replayed, resumed, with noise in weights or in activations.
func TestCustomRule(t *testing.T) {
	rule := Agreement{Rate: es.Ratio(1, 2), Times: 2}
	for _, estimator := range []lowrank.Estimator{lowrank.PerturbWeights, lowrank.PerturbActivations} {
		o := short
		o.Rule, o.Generations, o.Fitness, o.Estimator = rule, 80, 0, estimator
		var want string
		for _, procs := range []int{1, 2, 7} {
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
			v, weights := newImitation()
			opt, err := es.New(withUnits(weights), v, o)
			if err != nil {
				t.Fatal(err)
			}
			other, copies := newImitation()
			again, err := es.New(withUnits(copies), other, o)
			if err != nil {
				t.Fatal(err)
			}
			var first, last int64
			if err := opt.Run(context.Background(), func(s es.Stats) error {
				if last = s.Mean; first == 0 {
					first = last
				}
				if s.Finished == 20 { // the other continues by records
					for i, w := range weights {
						copy(copies[i].Bytes(), w.Bytes())
					}
					return again.RestoreState(opt.AppendState(nil))
				}
				if s.Finished > 20 {
					_, err := again.Replay(opt.Record())
					return err
				}
				return nil
			}); err != nil {
				t.Fatal(err)
			}
			got := digest(weights)
			if want == "" {
				want = got
			}
			if got != want || digest(copies) != want || !slices.Equal(opt.AppendState(nil), again.AppendState(nil)) {
				t.Errorf("%v, %d processors: other weights or another state", estimator, procs)
			}
			if last < first*9/10 {
				t.Errorf("%v: mean score %d after %d", estimator, last, first)
			}
			if !strings.Contains(opt.Identity(), " rule agreement(rate 0.5, times 2) ") {
				t.Errorf("identity %q", opt.Identity())
			}
		}
	}
}

// oddBits is a rule whose state does not fill bytes.
type oddBits struct{ Agreement }

func (oddBits) StateBits() int { return 3 }

func TestCustomRuleErrors(t *testing.T) {
	sound := Agreement{Rate: 1, Times: 1}
	for want, rule := range map[string]es.Rule{
		"at least one time": Agreement{Rate: 1}, "keeps 3 bits of a weight": oddBits{sound},
	} {
		_, err := es.New(es.Matrices(packed.NewMatrix(2, 2)), nil, es.Options{Generations: 1, Rule: rule})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q in it", err, want)
		}
	}
}
