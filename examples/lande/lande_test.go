package main

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"github.com/Kaleaon/pentary-go/interchange"
)

// packages returns the folder of the npm packages that CI installs, see CONTRIBUTING.md.
func packages(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("PENTARY_CLIENTS")
	if dir == "" {
		t.Skip("PENTARY_CLIENTS names no folder where npm has installed interchange/testdata/clients/package.json")
	}
	return dir
}

// node runs a script on a JSON file, and returns what it prints.
func node(t *testing.T, script string, v any) []byte {
	t.Helper()
	script, err := filepath.Abs(script)
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "in.json")
	if err := os.WriteFile(file, text, 0o666); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("node", script, file)
	cmd.Dir = packages(t)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v: %s", script, err, out)
	}
	return out
}

// The float network here names the languages that lande itself names; its pents after error
// feedback and a short training name them nearly as well; ONNX Runtime computes the same outputs.
func TestLande(t *testing.T) {
	dir := filepath.Join(packages(t), "node_modules")
	l, err := ReadLande(dir)
	if err != nil {
		t.Fatal(err)
	}
	train, validation, test, err := ReadDeclaration(dir, l.Languages)
	if err != nil {
		t.Fatal(err)
	}
	if len(train) < 2000 || len(validation) < 400 || len(test) < 400 || len(l.Languages) != 50 {
		t.Fatalf("%d, %d and %d lines in %d languages", len(train), len(validation), len(test), len(l.Languages))
	}
	var texts, theirs []string
	shipped := 0
	for _, line := range validation {
		texts = append(texts, line.Text)
	}
	if err := json.Unmarshal(node(t, "testdata/lande.mjs", texts), &theirs); err != nil {
		t.Fatal(err)
	}
	for i, line := range validation {
		y := l.Forward([][]float64{l.Features(line.Text)})[0]
		if own := l.Languages[slices.Index(y, slices.Max(y))]; own != theirs[i] {
			t.Errorf("%q is %s, lande says %s", line.Text, own, theirs[i])
		}
		if theirs[i] == l.Languages[line.Language] {
			shipped++
		}
	}
	s := defaults
	s.Generations = 150
	lines := slices.Concat(train, Crops(train, 3000, rand.New(rand.NewPCG(1, 2))))
	m, err := l.Pents(s, interchange.ErrorFeedback, lines)
	if err != nil {
		t.Fatal(err)
	}
	fed := l.RightOf(m, s.Unit, validation)
	if err := l.Evolve(m, s, lines); err != nil {
		t.Fatal(err)
	}
	trained := l.RightOf(m, s.Unit, validation)
	t.Logf("of %d lines lande names %d, error feedback %d, %d generations %d", len(validation), shipped, fed, s.Generations, trained)
	if n := len(validation); shipped < n*94/100 || fed < n/2 || trained < n*92/100 {
		t.Errorf("of %d lines lande names %d, error feedback %d, training %d", n, shipped, fed, trained)
	}

	in, want := []byte{}, []byte{}
	for _, line := range test {
		x := l.inputs(line, s.Unit)
		for _, v := range x {
			in = append(in, byte(v))
		}
		for _, v := range m.Predict(x) {
			want = append(want, byte(v))
		}
	}
	var model bytes.Buffer
	if err := interchange.WriteONNX(&model, m); err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	job := map[string]any{"n": len(test), "steps": 1}
	for name, b := range map[string][]byte{"model": model.Bytes(), "input": in, "output": nil} {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, b, 0o666); err != nil {
			t.Fatal(err)
		}
		job[name] = path
	}
	node(t, "../../interchange/testdata/clients/onnx.mjs", []any{job})
	got, err := os.ReadFile(filepath.Join(folder, "output"))
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("ONNX Runtime returns other outputs: %v", err)
	}
}
