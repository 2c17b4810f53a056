package es_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/lowrank"
	"github.com/Kaleaon/pentary-go/packed"
)

// Parameters with a rank and σ of their own learn as if the options said so, under every
// rule and both estimators; a run of several ranks is replayed exactly.
func TestOwnRankAndSigma(t *testing.T) {
	for _, activations := range []bool{false, true} {
		for _, rule := range append(slices.Clone(rules), es.ErrorFeedback{Rate: es.Ratio(1, 2)}) {
			v, weights := newImitation()
			initial := make([]*packed.Matrix, len(weights))
			for i, w := range weights {
				initial[i] = w.Clone()
			}
			o := short
			o.Rule = rule
			if activations {
				o = sampled(rule)
			}
			var records []es.Record
			run := func(rank int, sigma uint, own func(i int, p *lowrank.Parameter)) (string, *es.Optimizer) {
				for i, w := range weights {
					copy(w.Bytes(), initial[i].Bytes())
				}
				ps := withUnits(weights)
				for i := range ps {
					own(i, &ps[i])
				}
				o.Rank, o.Sigma = rank, sigma
				opt, err := es.New(ps, v, o)
				if err != nil {
					if activations && strings.Contains(err.Error(), "wants noise in weights") {
						return "", nil
					}
					t.Fatal(err)
				}
				records = nil
				if err := opt.Run(context.Background(), func(es.Stats) error { records = append(records, copied(opt.Record())); return nil }); err != nil {
					t.Fatal(err)
				}
				return digest(weights), opt
			}
			want, _ := run(4, 3, func(int, *lowrank.Parameter) {})
			if want == "" {
				continue
			}
			got, _ := run(1, 2, func(_ int, p *lowrank.Parameter) { p.Rank, p.Sigma = 4, 1 })
			if got != want {
				t.Errorf("%v, activations %t: other weights than with the options' rank and σ", rule, activations)
			}
			mixed, opt := run(1, 2, func(i int, p *lowrank.Parameter) { p.Rank, p.Sigma = 1+i*2, 1-i })
			if mixed == want {
				t.Errorf("%v: ranks make no difference", rule)
			}
			if id := opt.Identity(); !strings.Contains(id, "rank 1 sigma +1\n") || !strings.Contains(id, "rank 3\n") {
				t.Errorf("identity %s", id)
			}
			for i, w := range weights {
				copy(w.Bytes(), initial[i].Bytes())
			}
			again, err := es.New(opt.Parameters(), v, opt.Options())
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range records {
				if _, err := again.Replay(r); err != nil {
					t.Fatal(err)
				}
			}
			if digest(weights) != mixed || !slices.Equal(again.AppendState(nil), opt.AppendState(nil)) {
				t.Errorf("%v, activations %t: replayed to other weights", rule, activations)
			}
		}
	}
}

// Members that Each hands out have the noise of each tensor, in the finest of their units.
func TestEachOwnRankAndSigma(t *testing.T) {
	const pairs = 4000
	ps := es.Matrices(packed.NewMatrix(2, 3), packed.NewMatrix(2, 3))
	ps[1].Rank, ps[1].Sigma = 4, 2
	opt, err := es.New(ps, nil, es.Options{Generations: 1, Pairs: pairs, Sigma: es.WholeLevel})
	if err != nil {
		t.Fatal(err)
	}
	var squares [2]int64
	scores := make([]int64, 2*pairs)
	err = es.EvaluateEach(func(m *es.Member) (int64, error) {
		if m.Bits != 6 {
			t.Errorf("%d bits, want 6", m.Bits)
		}
		if m.Minus {
			return 0, nil
		}
		sum := int64(0)
		for _, v := range m.Weights[m.Pair%2] {
			sum += int64(v) * int64(v)
		}
		return sum, nil
	}).Evaluate(context.Background(), opt.Ask(), scores)
	if err != nil {
		t.Fatal(err)
	}
	for pair := range pairs {
		squares[pair%2] += scores[2*pair]
	}
	// Variances of 1 and 1/16, in units of 2^-6 levels, of 12,000 weights.
	if one := int64(pairs*3) << 12; squares[0] < one*9/10 || squares[0] > one*11/10 || squares[1] < one/16*9/10 || squares[1] > one/16*11/10 {
		t.Errorf("squares %d, want about %d and a 16th", squares, one)
	}
}

func TestOwnErrors(t *testing.T) {
	for want, p := range map[string]lowrank.Parameter{
		"rank 257, want 1 to 256":     {Rank: 257},
		"rank -2":                     {Rank: -2},
		"has sigma +21":               {Sigma: 21},
		"has sigma -21":               {Sigma: -21},
		"has rank 256, 16777216 term": {Rank: 256},
	} {
		p.W = packed.NewMatrix(2, 2)
		_, err := es.New([]lowrank.Parameter{p}, nil, es.Options{Generations: 1, Pairs: 1 << 16})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q in it", err, want)
		}
	}
	v, weights := newImitation()
	ps := withUnits(weights)
	ps[0].Rank = lowrank.FullRank
	if _, err := es.New(ps, v, sampled(es.ErrorFeedback{Rate: 1})); err == nil || !strings.Contains(err.Error(), "full rank in activations") {
		t.Errorf("error %v", err)
	}
}
