package interchange

import (
	"encoding/json"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/Kaleaon/pentary-go/data/digits"
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/nn"
)

// A sample model, and how many steps its sequences have.
type sampleModel struct {
	name  string
	model *nn.Model
	steps int
}

// sampleModels returns a model of every kind of layer, with random weights and shifts so
// small that activations saturate, and so large that many are zero.
func sampleModels(t testing.TB) []sampleModel {
	t.Helper()
	models := []sampleModel{
		{"mlp", nn.NewMLP(1, 64, 32, 10), 1},
		{"mlp odd widths", nn.NewMLP(2, 13, 7, 5, 3), 1},
		{"mlp with biases", nn.NewBiasedMLP(3, 30, 17, 4), 1},
		{"one layer", nn.NewModel(nn.NewDense(3, 2, true)), 1},
		{"conv2d", nn.NewModel(nn.NewConv2D(8, 8, 1, 8, 3, 3, 1, true), nn.NewConv2D(6, 6, 8, 12, 2, 2, 2, false), nn.NewDense(108, 10, false)), 1},
		{"conv2d not square", nn.NewModel(nn.NewConv2D(5, 9, 3, 4, 2, 4, 3, false)), 1},
		{"conv2d with biases", nn.NewModel(biased(nn.NewConv2D(5, 9, 3, 4, 2, 4, 3, true)), biased(nn.NewConv2D(2, 2, 4, 8, 2, 1, 1, true)), nn.NewBiasedDense(16, 10, false)), 1},
		{"maxpool", nn.NewModel(biased(nn.NewConv2D(8, 9, 1, 8, 3, 3, 1, true)), nn.NewMaxPool(6, 7, 8, 2, 3, 2), nn.NewConv2D(3, 3, 8, 4, 2, 2, 1, false), nn.NewMaxPool(2, 2, 4, 2, 1, 1), nn.NewDense(8, 10, false)), 1},
		{"padding", nn.NewModel(
			biased(nn.NewPaddedConv2D(nn.Window{Rows: 5, Columns: 4, Channels: 3, Height: 3, Width: 3, Stride: 2, Top: 1, Left: 2, Bottom: 1}, 8, false)),
			nn.NewPaddedMaxPool(nn.Window{Rows: 3, Columns: 2, Channels: 8, Height: 2, Width: 2, Stride: 1, Top: 1, Bottom: 1, Right: 1}),
			nn.NewPaddedConv2D(nn.Window{Rows: 4, Columns: 2, Channels: 8, Height: 4, Width: 4, Stride: 1, Top: 1, Left: 1, Bottom: 2, Right: 2}, 4, false), nn.NewDense(32, 10, false),
		), 1},
		{"maxpool of 3 channels", nn.NewModel(nn.NewMaxPool(4, 5, 3, 2, 2, 1), nn.NewDense(36, 10, false)), 1},
		{"conv1d", nn.NewModel(nn.NewConv1D(8, 12, 3, true), nn.NewConv1D(12, 4, 1, false)), 6},
		{"scan", nn.NewModel(nn.NewScan(5, nn.NewGRU(4, 8)), nn.NewDense(8, 10, false)), 1},
		{"scans", nn.NewModel(nn.NewConv2D(1, 9, 4, 8, 1, 3, 2, true), scanAll(4, nn.NewConv1D(8, 8, 2, false), nn.NewScan(2, nn.NewLSTM(4, 8)), nn.NewLayerNorm(8)), nn.NewRNN(32, 8)), 3},
		{"rnn", nn.NewModel(nn.NewRNN(8, 12), nn.NewDense(12, 10, false)), 8},
		{"mingru", nn.NewModel(nn.NewMinGRU(8, 12), nn.NewDense(12, 10, false)), 8},
		{"gru", nn.NewModel(nn.NewGRU(8, 12), nn.NewDense(12, 10, false)), 8},
		{"gru reset after", nn.NewModel(resetAfter(8, 12, 0), resetAfter(12, 8, 2), nn.NewResetAfterGRU(8, 4), nn.NewDense(4, 10, false)), 8},
		{"lstm", nn.NewModel(nn.NewLSTM(8, 12), nn.NewDense(12, 10, false)), 8},
		{"blocks", nn.NewModel(nn.NewLayerNorm(20), nn.NewMLPBlock(20, 30), nn.NewResidual(nn.NewMLPBlock(20, 12))), 1},
	}
	for _, m := range models {
		m.model.Randomize(7)
	}
	for _, cell := range []nn.Mixer{nn.MixerMinGRU, nn.MixerGRU, nn.MixerLSTM, nn.MixerRNN, nn.NoMixer} {
		m, err := nn.NewLanguageModel(5, nn.LanguageConfig{Width: 16, Layers: 2, Mixer: cell, Hidden: 2, Context: 3})
		if err != nil {
			t.Fatal(err)
		}
		models = append(models, sampleModel{"language model of " + string(cell), m, 12})
	}
	rng := rand.New(rand.NewPCG(1, 2))
	for _, m := range models[:len(models):len(models)] {
		for _, change := range []int{-3, 1} {
			other, err := m.model.Clone()
			if err != nil {
				t.Fatal(err)
			}
			for _, d := range other.Matrices() {
				d.Shift = uint(max(0, int(d.Shift)+change+rng.IntN(2)))
			}
			models = append(models, sampleModel{m.name + map[int]string{-3: ", saturated", 1: ", faint"}[change], other, m.steps})
		}
	}
	return models
}

// scanAll returns a scan that returns the outputs of all parts.
func scanAll(parts int, layers ...nn.Layer) *nn.Scan {
	s := nn.NewScan(parts, layers...)
	s.All = true
	return s
}

// hashedModel returns a language model of n-grams, which ONNX export refuses.
func hashedModel(t testing.TB) sampleModel {
	t.Helper()
	m, err := nn.NewLanguageModel(6, nn.LanguageConfig{Width: 16, Layers: 1, Mixer: nn.MixerMinGRU, Context: 5, Longest: 4, Buckets: 37})
	if err != nil {
		t.Fatal(err)
	}
	return sampleModel{"language model of n-grams", m, 12}
}

// resetAfter returns a GRU with State, a bias and a shift.
func resetAfter(in, out, shift int) *nn.GRU {
	l := nn.NewResetAfterGRU(in, out)
	l.State, l.Shift = nn.NewBiasedDense(out, out, false), shift
	return l
}

// biased gives a convolution biases.
func biased(l *nn.Conv2D) *nn.Conv2D {
	l.Kernel = nn.NewBiasedDense(l.Kernel.Inputs(), l.Kernel.Outputs(), l.Kernel.ReLU)
	return l
}

// digitModels returns models that read the digits, whole or row by row.
func digitModels() []sampleModel {
	models := []sampleModel{
		{"mlp", nn.NewMLP(1, 64, 64, 10), 1},
		{"conv2d", nn.NewModel(nn.NewConv2D(8, 8, 1, 8, 3, 3, 1, true), nn.NewDense(288, 10, false)), 1},
		{"gru", nn.NewModel(nn.NewGRU(8, 32), nn.NewDense(32, 10, false)), 8},
		{"gru reset after", nn.NewModel(resetAfter(8, 32, 1), nn.NewDense(32, 10, false)), 8},
		{"lstm", nn.NewModel(nn.NewLSTM(8, 32), nn.NewDense(32, 10, false)), 8},
	}
	for _, m := range models {
		m.model.Randomize(3)
	}
	return models
}

// A batch is sequences side by side: in and what a model makes of them, as bytes of steps
// × n × width.
type batch struct {
	n, steps int
	in, want []byte
}

// randomBatch returns sequences of random activations or tokens.
func randomBatch(m sampleModel, n int) batch {
	rng := rand.New(rand.NewPCG(3, 4))
	in := make([]byte, m.steps*n*m.model.Inputs())
	for i := range in {
		switch m.model.Layers[0].(type) {
		case *nn.Embedding, *nn.NGrams:
			in[i] = byte(rng.IntN(256))
		default:
			in[i] = byte(int8(rng.IntN(255) - 127))
		}
	}
	return run(m, n, in)
}

// digitBatch returns all of the digits.
func digitBatch(t testing.TB, m sampleModel) batch {
	t.Helper()
	train, test, err := digits.Load()
	if err != nil {
		t.Fatal(err)
	}
	n, width := train.Len()+test.Len(), 64/m.steps
	in := make([]byte, n*64)
	for i := range n {
		d, at := train, i
		if i >= train.Len() {
			d, at = test, i-train.Len()
		}
		for j, v := range d.Sample(at) {
			in[(j/width*n+i)*width+j%width] = byte(v)
		}
	}
	return run(m, n, in)
}

func run(m sampleModel, n int, in []byte) batch {
	r := m.model.NewRunner(n)
	inputs, outputs := m.model.Inputs(), m.model.Outputs()
	b := batch{n: n, steps: m.steps, in: in}
	x, row := make([]int8, kernels.Quads(inputs)*4*n), make([]int8, n*inputs)
	for step := range m.steps {
		for i, v := range in[step*n*inputs:][:n*inputs] {
			row[i] = int8(v)
		}
		kernels.Interleave(x, row, inputs, n)
		y := r.Step(x)
		for c := range n {
			for i := range outputs {
				b.want = append(b.want, byte(y[(i/4*n+c)*4+i%4]))
			}
		}
	}
	return b
}

// clients returns the folder whose node_modules has what testdata/clients/package.json
// lists, for tests with readers that nobody here wrote.
func clients(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("PENTARY_CLIENTS")
	if dir == "" {
		t.Skip("PENTARY_CLIENTS names no folder where \"npm install --ignore-scripts\" has installed testdata/clients/package.json")
	}
	return dir
}

// tool skips the test where a program is not installed, or fails it where the clients are.
func tool(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	switch {
	case err != nil && os.Getenv("PENTARY_CLIENTS") != "":
		t.Fatal(err)
	case err != nil:
		t.Skip(err)
	}
	return path
}

// node runs a script of testdata/clients on jobs, and returns what it prints.
func node(t *testing.T, dir, script string, jobs any) []byte {
	t.Helper()
	path, err := filepath.Abs(filepath.Join("testdata/clients", script))
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(jobs)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "jobs.json")
	if err := os.WriteFile(file, text, 0o666); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(tool(t, "node"), path, file)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v: %s", script, err, out)
	}
	return out
}
