package es_test

import (
	"context"
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
			t.Errorf("%v: replay yields other weights", rule)
		}
		if !slices.Equal(opt.AppendState(nil), told.AppendState(nil)) {
			t.Errorf("%v: replay yields another state", rule)
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
