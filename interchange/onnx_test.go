package interchange

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/Kaleaon/pentary-go/nn"
)

// An onnxJob is a model for testdata/clients/onnx.mjs to run, and its place.
type onnxJob struct {
	Model  string `json:"model"`
	Input  string `json:"input"`
	Output string `json:"output"`
	N      int    `json:"n"`
	Steps  int    `json:"steps"`
	Tokens bool   `json:"tokens"`
	States []int  `json:"states"`
}

func writeJob(t *testing.T, dir string, m sampleModel, b batch, qdq bool) onnxJob {
	t.Helper()
	p, err := compile(m.model)
	if err != nil {
		t.Fatal(err)
	}
	job := onnxJob{
		Model: filepath.Join(dir, "model.onnx"), Input: filepath.Join(dir, "in"), Output: filepath.Join(dir, "out"),
		N: b.n, Steps: b.steps, Tokens: p.tokens > 0,
	}
	for _, s := range p.states {
		job.States = append(job.States, p.widths[s.before])
	}
	var model bytes.Buffer
	if err := writeONNX(&model, m.model, nil, qdq); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.WriteFile(job.Model, model.Bytes(), 0o666), os.WriteFile(job.Input, b.in, 0o666)); err != nil {
		t.Fatal(err)
	}
	return job
}

// ONNX Runtime's outputs equal the model's, bit for bit.
func TestONNXRuntime(t *testing.T) {
	dir := clients(t)
	var jobs []onnxJob
	var models []sampleModel
	var batches []batch
	add := func(m sampleModel, b batch) {
		for _, qdq := range []bool{false, true} {
			jobs, models, batches = append(jobs, writeJob(t, t.TempDir(), m, b, qdq)), append(models, m), append(batches, b)
			m.name += ", QDQ"
		}
	}
	for _, m := range sampleModels(t) {
		add(m, randomBatch(m, 40))
	}
	for _, m := range digitModels() {
		m.name = "digits/" + m.name
		add(m, digitBatch(t, m))
	}
	node(t, dir, "onnx.mjs", jobs)
	for i, m := range models {
		t.Run(m.name, func(t *testing.T) {
			got, err := os.ReadFile(jobs[i].Output)
			if err != nil {
				t.Fatal(err)
			}
			compare(t, m, batches[i], got)
		})
	}
}

// compare fails the test unless all outputs are the model's.
func compare(t *testing.T, m sampleModel, b batch, got []byte) {
	t.Helper()
	if len(got) != len(b.want) {
		t.Fatalf("%d outputs, want %d", len(got), len(b.want))
	}
	wrong, levels := 0, map[byte]bool{}
	for i, v := range b.want {
		levels[v] = true
		if got[i] != v {
			wrong++
		}
	}
	if wrong > 0 {
		t.Errorf("%d of %d outputs differ", wrong, len(got))
	}
	if len(levels) < 2 {
		t.Errorf("all outputs are %d: nothing is compared", b.want[0])
	}
	t.Logf("%d outputs of %d samples and %d steps, %d levels, equal: %d", len(got), b.n, b.steps, len(levels), len(got)-wrong)
}

// Layers that no format holds are errors that name them.
func TestUnsupportedLayers(t *testing.T) {
	m := nn.NewModel(nn.NewDense(8, 8, false), nn.NewResidual(nn.NewAttention(8, 2, 4)))
	if err := WriteONNX(&strings.Builder{}, m); err == nil || !strings.Contains(err.Error(), `layer "1.0."`) {
		t.Errorf("attention: %v", err)
	}
	m = nn.NewModel(nn.NewDense(8, 8, false), nn.NewGainedLayerNorm(8))
	if err := WriteONNX(&strings.Builder{}, m); err == nil || !strings.Contains(err.Error(), `layer "1.": layernorm 8 to 32 with gains >>0 cannot`) {
		t.Errorf("gains: %v", err)
	}
	m = nn.NewModel(nn.NewDense(8, 8, false), nn.NewEmbedding(4, 8, 4, false))
	if err := WriteONNX(&strings.Builder{}, m); err == nil || !strings.Contains(err.Error(), "tokens") {
		t.Errorf("embedding in the middle: %v", err)
	}
	if err := WriteONNX(&strings.Builder{}, hashedModel(t).model); err == nil || !strings.Contains(err.Error(), `layer "0.rows": embedding of 5 bytes and 4-grams`) {
		t.Errorf("n-grams: %v", err)
	}
	m = nn.NewModel(nn.NewDense(8, 8, false), nn.NewNGrams(8, 2, 4, 4, false))
	if err := WriteC(&strings.Builder{}, m, "m"); err == nil || !strings.Contains(err.Error(), "tokens") {
		t.Errorf("n-grams in the middle: %v", err)
	}
	m = nn.NewModel(nn.NewScan(1000, nn.NewScan(1000, nn.NewRNN(4, 4))))
	if err := WriteC(&strings.Builder{}, m, "m"); err == nil || !strings.Contains(err.Error(), "takes more than 8192 operations") {
		t.Errorf("a million parts: %v", err)
	}
	// A sum that 32 bits do not hold with what a shift adds.
	d := nn.NewDense(4, 4, false)
	d.Shift = 30
	d.W.Set(0, 0, 2)
	if err := WriteONNX(&strings.Builder{}, nn.NewModel(d)); err != nil {
		t.Errorf("a shift by 30: %v", err)
	}
}
