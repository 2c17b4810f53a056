package es_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/es/journal"
	"github.com/Kaleaon/pentary-go/packed"
)

// stopping returns a run whose measurements are the given ones, by generations
// finished.
func stopping(t *testing.T, measures []int64, patience, every int) (*es.EarlyStop, *model) {
	t.Helper()
	m := newModel()
	o := full(rules[0])
	o.Generations, o.Restart = len(measures)-1, 0
	opt, err := es.New(m.parameters, m, o)
	if err != nil {
		t.Fatal(err)
	}
	return &es.EarlyStop{
		Optimizer: opt, Patience: patience, Every: every,
		Measure: func() (int64, error) { return measures[opt.Generation()], nil },
	}, m
}

func TestEarlyStop(t *testing.T) {
	for _, test := range []struct {
		measures        []int64 // before the first generation, and after each
		patience, every int
		end, best       int // generations
	}{
		{[]int64{-9, -8, -7, -6, -5}, 1, 0, 4, 4},
		{[]int64{-9, -8, -8, -6, -5}, 1, 1, 2, 1},
		{[]int64{-9, -8, -8, -6, -5}, 2, 1, 4, 4},
		{[]int64{-9, -9, -9, -9, -9}, 3, 1, 3, 0},
		{[]int64{5, 1, 2, 3, 4, 4}, 4, 1, 4, 0},
		{[]int64{5, 1, 2, 6, 4, 4, 4}, 3, 1, 6, 3},
		{[]int64{0, 9, 1, 9, 2, 9, 1, 9, 1, 9, 3}, 2, 2, 8, 4},
		{[]int64{0, 9, 1, 9, 2, 9, 1, 8}, 2, 3, 7, 3}, // measured at 0, 3, 6 and the end
	} {
		e, m := stopping(t, test.measures, test.patience, test.every)
		digests := []string{m.digest()}
		if err := e.Run(context.Background(), func(es.Stats) error { digests = append(digests, m.digest()); return nil }); err != nil {
			t.Fatal(err)
		}
		if _, best := e.Best(); e.Generation() != test.end || best != test.best || !e.Done() {
			t.Errorf("%v, patience %d: stopped after generation %d, the best after %d, want %d and %d",
				test.measures, test.patience, e.Generation(), best, test.end, test.best)
		}
		if m.digest() != digests[test.end] {
			t.Errorf("%v: Run leaves other weights than the last", test.measures)
		}
		if n := e.Restore(); n != test.best || m.digest() != digests[test.best] {
			t.Errorf("%v: Restore returns %d, want %d and its weights", test.measures, n, test.best)
		}
		if err := e.Run(context.Background()); err != nil || e.Generation() != test.end {
			t.Errorf("%v: a run that is over continues to %d, error %v", test.measures, e.Generation(), err)
		}
	}
}

// A run that is interrupted anywhere, kept in a journal and resumed, ends where an
// undisturbed one does and with the same best weights; the journal alone says the same.
func TestEarlyStopResumes(t *testing.T) {
	for _, reductions := range []int{0, 2} {
		t.Run(fmt.Sprint(reductions, " reductions"), func(t *testing.T) { testResumes(t, reductions) })
	}
}

func testResumes(t *testing.T, reductions int) {
	measures := []int64{1, 2, 3, 5, 4, 4, 6, 5, 5, 3, 2, 2, 2, 2, 9, 9}
	patience, end := 4, 10
	if reductions > 0 {
		patience, end = 2, 10 // plateaus end after 5, 8 and 10
	}
	const best = 6
	undisturbed, want := stopping(t, measures, patience, 1)
	undisturbed.Reductions = reductions
	if err := undisturbed.Run(context.Background()); err != nil || undisturbed.Generation() != end {
		t.Fatalf("error %v after %d generations, want %d", err, undisturbed.Generation(), end)
	}
	last := want.digest()
	undisturbed.Restore()
	for interrupt := 1; interrupt < end; interrupt++ {
		for _, checkpoint := range []int{0, 3} {
			dir := filepath.Join(t.TempDir(), "run")
			session := func(until int) (*es.EarlyStop, *model) {
				e, m := stopping(t, measures, patience, 1)
				e.Reductions = reductions
				log, _, err := journal.Resume(context.Background(), dir, journal.Header{Config: e.Identity()}, e, journal.Options{Sync: journal.SyncNever()})
				if err != nil {
					t.Fatal(err)
				}
				defer log.Close()
				err = e.Run(context.Background(), log.Follow(e, journal.Interval{Generations: checkpoint}), func(s es.Stats) error {
					if s.Finished == until {
						return es.ErrStop
					}
					return nil
				})
				if err == nil && e.Done() {
					err = log.Finish(e, "done")
				}
				if err != nil {
					t.Fatal(err)
				}
				return e, m
			}
			session(interrupt)
			e, m := session(-1)
			replayed, copied := stopping(t, measures, patience, 1)
			replayed.Reductions = reductions
			if err := journal.Replay(context.Background(), dir, replayed); err != nil {
				t.Fatal(err)
			}
			for how, run := range map[string]*es.EarlyStop{"resumed": e, "replayed": replayed} {
				weights := map[*es.EarlyStop]*model{e: m, replayed: copied}[run]
				if run.Generation() != end || weights.digest() != last {
					t.Errorf("interrupted at %d, %s: ended at %d, want %d", interrupt, how, run.Generation(), end)
				}
				if n := run.Restore(); n != best || weights.digest() != want.digest() {
					t.Errorf("interrupted at %d, %s: the best is of %d, want %d and its weights", interrupt, how, n, best)
				}
			}
		}
	}
}

func TestEarlyStopErrors(t *testing.T) {
	broken := errors.New("broken")
	e, m := stopping(t, make([]int64, 9), 3, 1)
	measure := e.Measure
	e.Measure = func() (int64, error) {
		if e.Generation() == 2 {
			return 0, broken
		}
		return measure()
	}
	if err := e.Run(context.Background()); !errors.Is(err, broken) || e.Generation() != 2 {
		t.Errorf("error %v after %d generations", err, e.Generation())
	}
	state, before := e.AppendState(nil), m.digest()
	for want, b := range map[string][]byte{
		"state of 0 bytes": nil,
		fmt.Sprintf("state of %d bytes, want", len(state)-16-m.size()-1): state[:len(state)-1],
		"state of 99 measurements since generation 0 of a run of 8":      func() []byte { b := slices.Clone(state); b[0] = 99; return b }(),
		"best weights: parameter 0":                                      func() []byte { b := slices.Clone(state); b[16], b[17], b[18] = 255, 255, 255; return b }(),
	} {
		if err := e.RestoreState(b); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q in it", err, want)
		}
		if !slices.Equal(e.AppendState(nil), state) || m.digest() != before {
			t.Error("a refused state changed the run")
		}
	}
	for _, bad := range []es.EarlyStop{{Optimizer: e.Optimizer, Measure: measure}, {Optimizer: e.Optimizer, Patience: 1}, {Optimizer: e.Optimizer, Measure: measure, Patience: 1, Every: -1}} {
		if err := bad.Run(context.Background()); err == nil || !strings.Contains(err.Error(), "early stopping") {
			t.Errorf("error %v", err)
		}
	}
}

// size returns the bytes of all weights.
func (m *model) size() (n int) {
	for _, p := range m.parameters {
		n += len(p.W.Bytes())
	}
	return n
}

// A plateau halves the rate, once for each of the reductions, and then one ends the run.
func TestReductions(t *testing.T) {
	measures := []int64{0, 5, 1, 1, 1, 1, 6, 1, 1, 1, 1, 1, 1, 1}
	e, m := stopping(t, measures, 2, 1)
	e.Reductions = 2
	var records []es.Record
	if err := e.Run(context.Background(), func(es.Stats) error { records = append(records, copied(e.Record())); return nil }); err != nil {
		t.Fatal(err)
	}
	// Plateaus end after generations 3, 5 and 8; in between 6 is better.
	var got []int
	for _, r := range records {
		got = append(got, r.Reductions)
	}
	if want := []int{0, 0, 0, 1, 1, 2, 2, 2}; !slices.Equal(got, want) || !e.Done() {
		t.Errorf("rates divided by 2^%v, want %v", got, want)
	}
	// An optimizer that measures nothing comes to the same weights and state by the records.
	again := newModel()
	opt, err := es.New(again.parameters, nil, e.Options())
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range records {
		if _, err := opt.Replay(r); err != nil {
			t.Fatal(err)
		}
	}
	state := opt.AppendState(nil)
	if again.digest() != m.digest() || !slices.Equal(state, e.Optimizer.AppendState(nil)) || len(state) != 4+opt.StateBytes()+1 {
		t.Error("replayed to other weights, or another state")
	}
	full, other := stopping(t, measures, 9, 1)
	if err := full.Run(context.Background(), func(s es.Stats) error {
		if s.Finished == len(records) {
			return es.ErrStop
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if other.digest() == m.digest() {
		t.Error("a reduced rate comes to the same weights as a full one")
	}

	// The state brings the rate back, and refuses a byte that no rate writes.
	if err := full.Optimizer.RestoreState(state); err != nil || !slices.Equal(full.Optimizer.AppendState(nil), state) {
		t.Errorf("restored to another state: %v", err)
	}
	for _, b := range []byte{0, es.MaxReductions + 1, 255} {
		if err := opt.RestoreState(append(slices.Clone(state[:len(state)-1]), b)); err == nil {
			t.Errorf("a rate divided by 2^%d is restored", b)
		}
	}
	for n, want := range map[int]bool{-1: false, 0: true, es.MaxReductions: true, es.MaxReductions + 1: false} {
		if err := opt.ReduceRate(n); (err == nil) != want {
			t.Errorf("a rate divided by 2^%d: %v", n, err)
		}
	}
	bad := copied(records[0])
	bad.Finished, bad.Reductions = opt.Generation()+1, 99
	if _, err := opt.Replay(bad); err == nil || !strings.Contains(err.Error(), "2^99") {
		t.Errorf("a record of a rate divided by 2^99: %v", err)
	}
	windowed, err := es.New(es.Matrices(packed.NewMatrix(2, 2)), nil, es.Options{Generations: 9, Rule: es.QES{Rate: 1, Window: 2}})
	if err != nil {
		t.Fatal(err)
	}
	stop := es.EarlyStop{Optimizer: windowed, Measure: e.Measure, Patience: 1, Reductions: 1}
	if err := stop.Run(context.Background()); err == nil || !strings.Contains(err.Error(), "cannot be reduced") {
		t.Errorf("the rate of QES is reduced: %v", err)
	}
	stop = es.EarlyStop{Optimizer: opt, Measure: e.Measure, Patience: 1, Reductions: -1}
	if err := stop.Run(context.Background()); err == nil || !strings.Contains(err.Error(), "-1 reductions") {
		t.Errorf("-1 reductions: %v", err)
	}
}
