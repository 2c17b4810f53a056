package es_test

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/Kaleaon/pentary-go/es"
)

// copied returns a record with memory of its own.
func copied(r es.Record) es.Record {
	r.Codes = slices.Clone(r.Codes)
	return r
}

// record trains a model for some generations and returns it, its optimizer and the
// records.
func record(t *testing.T, o es.Options, generations int) (*model, *es.Optimizer, []es.Record) {
	t.Helper()
	m := newModel()
	opt, err := es.New(m.parameters, m, o)
	if err != nil {
		t.Fatal(err)
	}
	if r := opt.Record(); r.Finished != 0 || r.Codes != nil {
		t.Errorf("a record before the first generation: %+v", r)
	}
	var records []es.Record
	err = opt.Run(context.Background(), func(s es.Stats) error {
		records = append(records, copied(opt.Record()))
		if s.Finished == generations {
			return es.ErrStop
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return m, opt, records
}

// Records alone rebuild the weights and the state, under every rule.
func TestReplayEqualsTell(t *testing.T) {
	for _, rule := range rules {
		trained, told, records := record(t, full(rule), 60)
		m := newModel()
		opt, err := es.New(m.parameters, nil, full(rule))
		if err != nil {
			t.Fatal(err)
		}
		for i, r := range records {
			stats, err := opt.Replay(r)
			if err != nil {
				t.Fatal(err)
			}
			if stats.Finished != i+1 || r.Finished != i+1 || stats.Decided == 0 || stats.Best != 0 {
				t.Errorf("%v: record %d of generation %d: stats %+v", rule, i, r.Finished, stats)
			}
		}
		if m.digest() != trained.digest() {
			t.Errorf("%v: replay comes to other weights", rule)
		}
		if !slices.Equal(opt.AppendState(nil), told.AppendState(nil)) {
			t.Errorf("%v: replay comes to another state", rule)
		}
	}
}

func TestReplayErrors(t *testing.T) {
	rule := rules[0]
	m, opt, records := record(t, full(rule), 3)
	next := copied(records[2])
	next.Finished = 4
	for want, change := range map[string]func(r *es.Record){
		"record of generation 3, want 4":   func(r *es.Record) { r.Finished = 3 },
		"record of generation 5, want 4":   func(r *es.Record) { r.Finished = 5 },
		"record of 11 codes for 12 pairs":  func(r *es.Record) { r.Codes = r.Codes[1:] },
		"record of 13 codes for 12 pairs":  func(r *es.Record) { r.Codes = append(r.Codes, 1) },
		"record of 24 codes for 12 pairs":  func(r *es.Record) { r.Codes = append(r.Codes, r.Codes...) },
		"code 64 at 2, want at most ±63":   func(r *es.Record) { r.Codes[2] = 64 },
		"code -128 at 0, want at most ±63": func(r *es.Record) { r.Codes[0] = -128 },
		"pair 12 of 12 without scores":     func(r *es.Record) { r.Missing = []int{12} },
		"pair -1 of 12 without scores":     func(r *es.Record) { r.Missing = []int{-1} },
		"pair 3 of 12 without scores": func(r *es.Record) {
			r.Codes[3], r.Codes[5] = 0, 0
			r.Missing = []int{5, 3}
		},
		"pair 4 without scores has a code other than 0": func(r *es.Record) {
			r.Codes[4] = 1
			r.Missing = []int{4}
		},
	} {
		r := copied(next)
		change(&r)
		before, state := m.digest(), opt.AppendState(nil)
		stats, err := opt.Replay(r)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q in it", err, want)
		}
		if stats != (es.Stats{}) || m.digest() != before || !slices.Equal(opt.AppendState(nil), state) {
			t.Errorf("%s: a refused record changed the run", want)
		}
	}
	if _, err := opt.Replay(next); err != nil {
		t.Errorf("a sound record: %v", err)
	}
}

// Pairs without scores have code 0, take no part in the others' codes, and are in the
// record, which replays to the same weights and record. RecordOf knows it before.
func TestMissing(t *testing.T) {
	o := full(rules[0])
	told, replayed := newModel(), newModel()
	opt, err := es.New(told.parameters, told, o)
	if err != nil {
		t.Fatal(err)
	}
	again, err := es.New(replayed.parameters, nil, o)
	if err != nil {
		t.Fatal(err)
	}
	scores := make([]int64, 2*opt.Options().Pairs)
	for _, missing := range [][]int{nil, {0}, {1, 2, 11}, nil} {
		if err := told.Evaluate(t.Context(), opt.Ask(), scores); err != nil {
			t.Fatal(err)
		}
		for _, p := range missing {
			scores[2*p], scores[2*p+1] = es.Failed, es.Failed
		}
		scores[2*7] = es.Failed // the other member of the pair has a score
		want, err := opt.RecordOf(scores)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := opt.Tell(scores); err != nil {
			t.Fatal(err)
		}
		r := opt.Record()
		if !reflect.DeepEqual(want.Codes, r.Codes) || !slices.Equal(want.Missing, r.Missing) || want.Finished != r.Finished || want.Samples != r.Samples || !slices.Equal(r.Missing, missing) {
			t.Fatalf("record %+v, foreseen %+v, missing %v", r, want, missing)
		}
		if _, err := again.Replay(want); err != nil {
			t.Fatal(err)
		}
		if told.digest() != replayed.digest() || !slices.Equal(again.Record().Missing, missing) {
			t.Fatalf("replayed to other weights, or without %v", missing)
		}
	}
}

// announcer is an Announcer that replays each record before the weights of the run move.
type announcer struct {
	*model
	announce func(es.Record, es.Stats) error
}

func (a *announcer) Announce(r es.Record, stats es.Stats) error { return a.announce(r, stats) }

// An Announcer takes each record, with the statistics of its scores, before the weights
// move; its error ends the run there.
func TestAnnouncer(t *testing.T) {
	o := full(rules[0])
	told, ahead := newModel(), newModel()
	opt, err := es.New(told.parameters, told, o)
	if err != nil {
		t.Fatal(err)
	}
	replica, err := es.New(ahead.parameters, nil, o)
	if err != nil {
		t.Fatal(err)
	}
	stop, before, mean := errors.New("stop"), told.digest(), int64(0)
	a := &announcer{told, func(r es.Record, stats es.Stats) error {
		if told.digest() != before || stats.Best <= stats.Mean {
			t.Errorf("record %d comes late, or with statistics %+v", r.Finished, stats)
		}
		if r.Finished == 4 {
			return stop
		}
		mean = stats.Mean
		_, err := replica.Replay(r)
		return err
	}}
	err = opt.RunWith(t.Context(), a, func(s es.Stats) error {
		if before = told.digest(); before != ahead.digest() || s.Mean != mean {
			t.Errorf("generation %d: other weights than those announced, or mean %d, not %d", s.Finished, s.Mean, mean)
		}
		return nil
	})
	if err != stop || opt.Generation() != 3 || told.digest() != before {
		t.Errorf("error %v after %d generations", err, opt.Generation())
	}
}

// Records beyond the end of the run are refused.
func TestReplayBeyondEnd(t *testing.T) {
	o := full(rules[0])
	o.Generations, o.Restart = 3, 0
	m, _, records := record(t, o, 3)
	before := m.digest()
	again := newModel()
	opt, err := es.New(again.parameters, nil, o)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range records {
		if _, err := opt.Replay(r); err != nil {
			t.Fatal(err)
		}
	}
	state := opt.AppendState(nil)
	next := copied(records[2])
	next.Finished++
	if _, err := opt.Replay(next); err == nil || err.Error() != "es: the run of 3 generations is done" {
		t.Errorf("a record after the last: error %v", err)
	}
	if again.digest() != before || !slices.Equal(opt.AppendState(nil), state) || opt.Generation() != 3 {
		t.Error("a record after the last changed the run")
	}
}
