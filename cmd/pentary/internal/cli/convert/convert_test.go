package convert_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/cli"
	"github.com/Kaleaon/pentary-go/data"
	"github.com/Kaleaon/pentary-go/nn"
	"github.com/Kaleaon/pentary-go/packed"
)

const mlp = "../../../../../interchange/testdata/mlp.onnx"

// calibration writes samples of 8 inputs and returns the path.
func calibration(t *testing.T, dir string) string {
	t.Helper()
	const n = 50
	header := fmt.Sprintf(`{"x":{"dtype":"F32","shape":[%d,8],"data_offsets":[0,%d]}}`, n, n*8*4)
	b := append(binary.LittleEndian.AppendUint64(nil, uint64(len(header))), header...)
	for i := range n * 8 {
		b, _ = binary.Append(b, binary.LittleEndian, float32(i*i%101)/50-1)
	}
	path := filepath.Join(dir, "x.safetensors")
	if err := os.WriteFile(path, b, 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

// pentary runs the command and returns its output.
func pentary(t *testing.T, want int, args ...string) string {
	t.Helper()
	var out bytes.Buffer
	if code := cli.Main(args, &out, &out); code != want {
		t.Fatalf("pentary %s: exit code %d, want %d\n%s", strings.Join(args, " "), code, want, out.String())
	}
	return out.String()
}

// A float MLP converts to a model, which converts to ONNX again.
func TestMLP(t *testing.T) {
	dir := t.TempDir()
	x, out := calibration(t, dir), filepath.Join(dir, "mlp.pent")
	text := pentary(t, 0, "convert", mlp, "--from", "onnx", "--calibration", x, "--method", "error-feedback", "--out", out)
	for _, want := range []string{"w0  12×8, levels", "w2  4×6, levels", "Largest output unchanged on ", " of 50 samples"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q does not contain %q", text, want)
		}
	}
	f, err := packed.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	m, err := nn.Load(f)
	if err != nil || m.Inputs() != 8 || m.Outputs() != 4 || len(m.Layers) != 3 {
		t.Errorf("model %v: %v", m, err)
	}
	pentary(t, 0, "convert", out, "--to", "onnx", "--out", filepath.Join(dir, "again.onnx"))
	text = pentary(t, 0, "convert", mlp, "--from", "onnx", "--out", out, "--json")
	if !strings.HasPrefix(text, `{"event":"tensor","name":"w0","rows":12,"cols":8,`) || strings.Contains(text, "samples") {
		t.Errorf("without calibration: %s", text)
	}
}

// Networks with convolutions and recurrent layers convert to models with the same predictions.
func TestNetworks(t *testing.T) {
	const folder = "../../../../../interchange/testdata/onnx/"
	for name, want := range map[string]string{"conv": "conv2d 9×8×2→5×4×8", "lstm": "lstm 12→8"} {
		out := filepath.Join(t.TempDir(), "out.pent")
		text := pentary(t, 0, "convert", folder+name+".onnx", "--from", "onnx", "--calibration", folder+name+".npz", "--input-unit", "32", "--method", "int8", "--out", out)
		agree, samples := 0, 0
		if _, err := fmt.Sscanf(text, "Largest output unchanged on %d of %d", &agree, &samples); err != nil || samples != 60 || agree < 50 {
			t.Errorf("%s: %s", name, text)
		}
		if !strings.Contains(text, "One unit of output is 0.0") {
			t.Errorf("%s: %s", name, text)
		}
		f, err := packed.ReadFile(out)
		if err != nil {
			t.Fatal(err)
		}
		if m, err := nn.Load(f); err != nil || !strings.Contains(m.String(), want) {
			t.Errorf("%s: %v, %v, want %q", name, m, err, want)
		}
	}
	for want, args := range map[string][]string{
		"shape [60 7 5], want samples × 144":        {"conv.onnx", "lstm.npz"},
		"shape [60 2 9 8], want samples × steps × ": {"lstm.onnx", "conv.npz"},
	} {
		if text := pentary(t, 1, "convert", folder+args[0], "--from", "onnx", "--calibration", folder+args[1], "--out", filepath.Join(t.TempDir(), "out.pent")); !strings.Contains(text, want) {
			t.Errorf("%s, want %q", text, want)
		}
	}
}

// Training and replays start with the shifts and biases of a file.
func TestTrainConverted(t *testing.T) {
	dir := t.TempDir()
	out, run, tuned := filepath.Join(dir, "mlp.pent"), filepath.Join(dir, "run"), filepath.Join(dir, "tuned.pent")
	m := nn.NewBiasedMLP(3, 64, 12, 10)
	for i, d := range m.Matrices() {
		d.Shift, d.Bias = uint(2+i), int8(20+i)
	}
	if err := packed.WriteFile(out, m.File(nil)); err != nil {
		t.Fatal(err)
	}
	begin := []string{"train", "digits", "--generations", "2", "--pairs", "2", "--batch", "4", "--init", out}
	pentary(t, 0, append(begin, "--hidden", "12", "--dir", run, "--out", tuned)...)
	f, err := packed.ReadFile(tuned)
	if err != nil {
		t.Fatal(err)
	}
	got, err := nn.Load(f)
	if err != nil {
		t.Fatal(err)
	}
	for i, d := range got.Matrices() {
		if d.Shift != uint(2+i) || d.Bias != int8(20+i) {
			t.Errorf("layer %d: shift %d and bias %d", i, d.Shift, d.Bias)
		}
	}
	pentary(t, 0, "verify", run, tuned)
	if text := pentary(t, 1, append(begin, "--hidden", "13")...); !strings.Contains(text, "is 12×64, want 13×64 as in the model to train") {
		t.Errorf("other widths: %s", text)
	}
}

// A llama2.c checkpoint converts to a language model with a tokenizer, and to a GGUF file, which
// converts to the same model.
func TestLlama(t *testing.T) {
	const checkpoint, tokens = "../../../../../interchange/testdata/llama2c.bin", "../../../../../interchange/testdata/tok.bin"
	dir := t.TempDir()
	out, gguf := filepath.Join(dir, "llama.pent"), filepath.Join(dir, "llama.gguf")
	text := pentary(t, 0, "convert", checkpoint, "--from", "llama2.c", "--tokenizer", tokens, "--out", out)
	for _, want := range []string{"blk.0.ffn_down.weight  8×12, levels", "tokens drawn by the network: ", " nats per token, "} {
		if !strings.Contains(text, want) {
			t.Errorf("%q does not contain %q", text, want)
		}
	}
	f, err := packed.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	var tokenizer data.Tokenizer
	if err := tokenizer.UnmarshalText([]byte(f.Meta["tokenizer"])); err != nil || len(tokenizer.Pieces) != 264 {
		t.Errorf("tokenizer of %d pieces: %v", len(tokenizer.Pieces), err)
	}
	if m, err := nn.Load(f); err != nil || m.Outputs() != 264 {
		t.Errorf("model %v: %v", m, err)
	}
	pentary(t, 0, "convert", out, "--to", "gguf-q4_0", "--out", gguf)
	b, err := os.ReadFile(gguf)
	if err != nil || !bytes.Contains(b, []byte("general.architecture\x08\x00\x00\x00\x05\x00\x00\x00\x00\x00\x00\x00llama")) {
		t.Errorf("no llama: %v", err)
	}
	hashes := map[string]bool{}
	for _, from := range []string{"llama2.c", "gguf"} {
		path := checkpoint
		if from == "gguf" {
			path = gguf
		} else {
			pentary(t, 0, "convert", checkpoint, "--from", "llama2.c", "--tokenizer", tokens, "--method", "int8", "--to", "gguf-mxfp4", "--out", gguf)
		}
		text := pentary(t, 0, "convert", path, "--from", from, "--method", "int8", "--out", out)
		_, hash, _ := strings.Cut(text, "sha256 ")
		hashes[hash] = from == "llama2.c" || hashes[hash]
	}
	if len(hashes) != 2 { // the second has a tokenizer
		t.Errorf("hashes %v", hashes)
	}
	text = pentary(t, 0, "convert", gguf, "--from", "gguf", "--to", "gguf-q4_0", "--json", "--out", filepath.Join(dir, "q4.gguf"))
	if !strings.Contains(text, `"format":"gguf-q4_0"`) || !strings.HasPrefix(text, `{"event":"tensor"`) {
		t.Errorf("%s", text)
	}
	for want, args := range map[string][]string{
		"--from npz with --to gguf-q4_0":               {checkpoint, "--from", "npz", "--to", "gguf-q4_0"},
		"--from gguf with --to onnx":                   {checkpoint, "--from", "gguf", "--to", "onnx"},
		"--tokenizer requires --from llama2.c or gguf": {mlp, "--from", "onnx", "--tokenizer", tokens},
	} {
		if text := pentary(t, 2, append([]string{"convert", "--out", out}, args...)...); !strings.Contains(text, want) {
			t.Errorf("%v: %q, want %q", args, text, want)
		}
	}
}

// Errors name the input that is missing or does not match, and no file is written.
func TestMLPErrors(t *testing.T) {
	dir := t.TempDir()
	x, out := calibration(t, dir), filepath.Join(dir, "out.pent")
	for _, test := range []struct {
		code int
		want string
		args []string
	}{
		{2, "requires --calibration", []string{mlp, "--from", "onnx", "--method", "error-feedback"}},
		{2, "requires a network", []string{x, "--from", "safetensors", "--method", "error-feedback"}},
		{2, "--input-unit 0: want 1 to 127", []string{mlp, "--from", "onnx", "--input-unit", "0"}},
		{2, "--sweeps requires a network of the llama", []string{mlp, "--from", "onnx", "--sweeps", "1"}},
		{1, "as --texts requires", []string{x, "--from", "safetensors", "--texts", "1"}},
		{2, "--texts 0: want at least 1", []string{mlp, "--from", "gguf", "--texts", "0"}},
		{2, "--sweeps -1: want at least 0", []string{mlp, "--from", "gguf", "--sweeps", "-1"}},
		{1, "onnx: ", []string{x, "--from", "onnx"}},
		{1, "npz: ", []string{mlp, "--from", "onnx", "--calibration", mlp}},
		{2, "is a file that", []string{mlp, "--from", "onnx", "--calibration", x, "--out", x}},
	} {
		args := append([]string{"convert", "--out", out}, test.args...)
		if text := pentary(t, test.code, args...); !strings.Contains(text, test.want) {
			t.Errorf("%v: %q, want %q", test.args, text, test.want)
		}
	}
	if _, err := os.Stat(out); err == nil {
		t.Error("an output was written")
	}
}
