package nn

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/Kaleaon/pentary-go/packed"
)

// A fixture is a file that an earlier version wrote and what its network returned: one
// batch of columns after another, in quads.
type fixture struct {
	File    string   `json:"file"`
	Columns int      `json:"columns"`
	Inputs  [][]int8 `json:"inputs"`
	Outputs [][]int8 `json:"outputs"`
}

// TestFixtures loads files of every format and layer that earlier versions wrote, and
// compares the networks' outputs with the outputs of then, before and after saving.
func TestFixtures(t *testing.T) {
	recorded, err := os.ReadFile("testdata/outputs.json")
	if err != nil {
		t.Fatal(err)
	}
	var fixtures []fixture
	if err := json.Unmarshal(recorded, &fixtures); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("testdata/*.pent")
	if err != nil || len(files) != len(fixtures) {
		t.Fatalf("%d files for %d fixtures, error %v", len(files), len(fixtures), err)
	}
	for _, want := range fixtures {
		t.Run(want.File, func(t *testing.T) {
			f, err := packed.ReadFile("testdata/" + want.File)
			if err != nil {
				t.Fatal(err)
			}
			for _, pass := range []string{"as written", "saved again"} {
				if got := want.run(t, f); !slices.EqualFunc(got, want.Outputs, slices.Equal) {
					t.Errorf("%s: outputs %v, want %v", pass, got, want.Outputs)
				}
				f = saveAgain(t, f)
			}
		})
	}
}

// run returns the outputs of a file's network.
func (want *fixture) run(t *testing.T, f *packed.File) (outputs [][]int8) {
	t.Helper()
	m, err := Load(f)
	if err != nil {
		t.Fatal(err)
	}
	r := m.NewRunner(want.Columns)
	for _, x := range want.Inputs {
		outputs = append(outputs, slices.Clone(r.Step(x)))
	}
	return outputs
}

// saveAgain returns a file's network as a file that has been written and read again.
func saveAgain(t *testing.T, f *packed.File) *packed.File {
	t.Helper()
	m, err := Load(f)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if _, err := m.File(nil).WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	back, err := packed.Decode(b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	return back
}
