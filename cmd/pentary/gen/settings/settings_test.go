package settings

import (
	"bytes"
	"os"
	"slices"
	"strings"
	"testing"
)

const docsFolder = "../../../../docs/"

func measured(t *testing.T) []result {
	t.Helper()
	text, err := os.ReadFile(docsFolder + resultsFile)
	if err != nil {
		t.Fatal(err)
	}
	results, err := readResults(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	var again bytes.Buffer
	if err := writeResults(&again, results); err != nil || !bytes.Equal(again.Bytes(), text) {
		t.Errorf("%s is written otherwise: %v", resultsFile, err)
	}
	return results
}

// The pictures are of the results, and the results of the experiments.
func TestDocument(t *testing.T) {
	results := measured(t)
	d, err := Document(docsFolder)
	if err == nil {
		err = d.Check(docsFolder)
	}
	if err != nil {
		t.Error(err)
	}
	n := 0
	for _, e := range experiments {
		for _, l := range e.lines {
			for _, x := range e.xs {
				n += seeds
				if got := len(accuraciesOf(results, e.name, l.name, x)); got != seeds {
					t.Errorf("%s, %s, %d: %d seeds, want %d", e.name, l.name, x, got, seeds)
				}
			}
		}
	}
	if len(results) != n {
		t.Errorf("%d results, want %d", len(results), n)
	}
}

// The runs end today where they did when they were measured: a few of the shortest.
func TestMeasured(t *testing.T) {
	results := measured(t)
	b, err := newBench()
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range experiments {
		for _, l := range []line{e.lines[0], e.lines[len(e.lines)-1]} {
			s := base
			x, seed := e.xs[len(e.xs)-1], uint64(seeds-1)
			l.set(&s)
			if e.set(&s, x); s.pairs*s.generations*s.rank > base.pairs*base.generations {
				continue
			}
			got, err := b.measure(e, l, x, seed)
			if err != nil || len(got) == 0 {
				t.Fatalf("%s, %s: %v, %v", e.name, l.name, got, err)
			}
			for _, r := range got {
				if !slices.Contains(results, r) {
					t.Errorf("%+v is not in docs/%s", r, resultsFile)
				}
			}
		}
	}
}

func TestBrokenResults(t *testing.T) {
	for _, text := range []string{"", "experiment,line,x\n", "experiment,line,x,seed,correct,total\na,b,1,2,3\n", "experiment,line,x,seed,correct,total\na,b,1,2,3,c\n"} {
		if r, err := readResults(strings.NewReader(text)); err == nil {
			t.Errorf("%q: %v", text, r)
		}
	}
}
