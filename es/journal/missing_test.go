package journal

import (
	"bytes"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/es/journal/journaltest"
)

// Records with and without pairs that have no scores come back as they were, and
// other bytes than theirs are refused.
func TestMissing(t *testing.T) {
	for _, r := range []es.Record{
		{Codes: []int8{1, -7, 0, 3, 0, 0, 0, 7, 2}, Samples: 1},
		{Codes: []int8{1, -7, 0, 3, 0, 0, 0, 7, 0}, Samples: 1, Missing: []int{2, 6, 8}},
		{Codes: []int8{0, 0, 0, 3, 0, 0, 0, 7, 2}, Samples: 3, Missing: []int{0}, Reductions: 2},
		{Codes: []int8{0, 0, 0, 0}, Samples: 1, Missing: []int{0, 1, 2, 3}, Reductions: es.MaxReductions},
	} {
		check(t, checkCodes(&r))
		b := appendGeneration(nil, &r, journalVersion)
		var got es.Record
		check(t, decodeGeneration(&got, b, journalVersion))
		if !same(got, r) {
			t.Errorf("%+v came back as %+v", r, got)
		}
		for i := range b {
			if decodeGeneration(&got, b[:i], journalVersion) == nil {
				t.Errorf("%x was read", b[:i])
			}
		}
	}
	for want, change := range map[string]func(r *es.Record){
		"pair 9 of 9 without scores":                    func(r *es.Record) { r.Missing = []int{9} },
		"pair 3 without scores has a code other than 0": func(r *es.Record) { r.Missing = []int{3} },
		"pair 2 of 9 without scores":                    func(r *es.Record) { r.Missing = []int{2, 2} },
	} {
		r := es.Record{Codes: []int8{1, -7, 0, 3, 0, 0, 0, 7, 2}, Samples: 1}
		change(&r)
		if err := checkCodes(&r); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
	r := es.Record{Codes: []int8{0, 5}, Samples: 1, Missing: []int{0}}
	b := appendGeneration(nil, &r, journalVersion)
	for want, change := range map[string]func(b []byte){
		"pair 2 of 2 without scores":                    func(b []byte) { b[generationSize] |= 4 },
		"pair 1 without scores has a code other than 0": func(b []byte) { b[generationSize] |= 2 },
		"pairs without scores, but none":                func(b []byte) { b[generationSize] = 0 },
		"sparse":                                        func(b []byte) { b[11] &= 0x7f },
	} {
		bad := bytes.Clone(b)
		change(bad)
		if err := decodeGeneration(new(es.Record), bad, journalVersion); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}

func same(a, b es.Record) bool {
	return reflect.DeepEqual(a.Codes, b.Codes) && slices.Equal(a.Missing, b.Missing) && a.Samples == b.Samples && a.Reductions == b.Reductions
}

// A journal of version 1 does not take a record that it cannot hold.
func TestMissingVersion1(t *testing.T) {
	dir := t.TempDir()
	x := journaltest.New(codes)
	l := must[*Log](t)(Create(dir, header(t, x), quick))
	defer l.Close()
	l.version = 1
	r := es.Record{Finished: 1, Codes: make([]int8, codes), Samples: 1, Missing: []int{0}}
	if err := l.Append(r); err == nil || !strings.Contains(err.Error(), "version 1 cannot hold") {
		t.Errorf("error %v", err)
	}
}
