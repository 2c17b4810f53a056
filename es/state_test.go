package es_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/lowrank"
	"github.com/Kaleaon/pentary-go/packed"
)

// A weight of a matrix takes three bits, and what its rule keeps: 11 by default, 7
// with four bits of residual, 3 under the rules without state. QES keeps codes,
// whatever the weights.
func TestStateBits(t *testing.T) {
	const n = 1024
	for _, test := range []struct {
		rule  es.Rule
		bits  int
		codes int
	}{
		{nil, 11, 0},
		{es.ErrorFeedback{Rate: 1}, 11, 0},
		{es.ErrorFeedback{Bits: 4, Rate: 1}, 7, 0},
		{es.Stochastic{Rate: 1}, 3, 0},
		{es.Threshold{Share: 1}, 3, 0},
		{es.QES{Rate: 1, Window: 9}, 3, 8 * 100},
		{es.Bop{Rate: 1, Decay: 1, Level: es.Ratio(1, 4)}, 11, 0},
	} {
		w := packed.NewMatrix(n, n)
		opt, err := es.New(es.Matrices(w), nil, es.Options{Generations: 1, Pairs: 100, Rule: test.rule})
		if err != nil {
			t.Fatal(err)
		}
		if got, want := 8*(opt.StateBytes()-test.codes+len(w.Bytes())), test.bits*n*n; got != want {
			t.Errorf("%v: %d bits, want %d", opt.Options().Rule, got, want)
		}
		if got := len(opt.AppendState(nil)); got != opt.StateBytes()+4 {
			t.Errorf("%v: a state of %d bytes, want 4 beside the %d it keeps", opt.Options().Rule, got, opt.StateBytes())
		}
	}
}

// Rows are padded, and frozen parameters keep nothing.
func TestStateBytes(t *testing.T) {
	opt, err := es.New([]lowrank.Parameter{
		{W: packed.NewMatrix(21, 70)},
		{W: packed.NewMatrix(5, 5), Frozen: true},
	}, nil, es.Options{Generations: 1})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := opt.StateBytes(), 21*packed.PaddedLen(70); got != want {
		t.Errorf("%d bytes of state, want %d", got, want)
	}
}

func TestRestoreErrors(t *testing.T) {
	for _, rule := range rules {
		m, opt, records := record(t, full(rule), 5)
		state, before := opt.AppendState(nil), m.digest()
		refused := func(b []byte, want string) {
			t.Helper()
			err := opt.RestoreState(b)
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%v: error %v, want %q in it", rule, err, want)
			}
			if !slices.Equal(opt.AppendState(nil), state) || m.digest() != before || opt.Record().Finished != len(records) {
				t.Errorf("%v: a refused state changed the run", rule)
			}
		}
		refused(nil, "state of 0 bytes")
		refused(state[:len(state)-1], fmt.Sprintf("state of %d bytes, want %d", len(state)-1, len(state)))
		refused(append(slices.Clone(state), 0), fmt.Sprintf("state of %d bytes", len(state)+1))
		late := slices.Clone(state)
		late[0], late[1] = 201, 0
		refused(late, "state after 201 generations of a run of 200")
		if _, ok := rule.(es.QES); ok {
			wild := slices.Clone(state)
			wild[4+7] = 64
			refused(wild, "code 64 at 7")
		}
		if err := opt.RestoreState(state); err != nil {
			t.Error(err)
		}
		if r := opt.Record(); r.Finished != 0 || r.Codes != nil {
			t.Errorf("%v: a record right after the state is restored: %+v", rule, r)
		}
	}
}

// The limit counts what the optimizer really takes: one byte less is refused.
func TestMemoryLimit(t *testing.T) {
	const m, k, pairs, rank = 64, 100, 30, 2
	padded := packed.PaddedLen(k)
	updater := lowrank.TrainingFootprint(m, k, pairs, rank, 0).Updater
	for _, test := range []struct {
		rule es.Rule
		want int
	}{
		{es.ErrorFeedback{Rate: 1}, m * padded},
		{es.Stochastic{Rate: 1}, 0},
		{es.QES{Rate: 1, Window: 3}, 2*pairs + m*padded + m*packed.RowBytes(k)},
	} {
		want := test.want + updater + 42*pairs
		o := es.Options{Generations: 1, Pairs: pairs, Rank: rank, Rule: test.rule, MemoryLimit: want}
		if _, err := es.New(es.Matrices(packed.NewMatrix(m, k)), nil, o); err != nil {
			t.Errorf("%v: %v", test.rule, err)
		}
		o.MemoryLimit--
		_, err := es.New(es.Matrices(packed.NewMatrix(m, k)), nil, o)
		if text := fmt.Sprintf("take %d bytes, more than the limit of %d", want, want-1); err == nil || !strings.Contains(err.Error(), text) {
			t.Errorf("%v: error %v, want %q in it", test.rule, err, text)
		}
	}
}
