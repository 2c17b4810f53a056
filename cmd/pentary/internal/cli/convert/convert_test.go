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
	"github.com/Kaleaon/pentary-go/nn"
	"github.com/Kaleaon/pentary-go/packed"
)

const mlp = "../../../../../interchange/testdata/mlp.onnx"

// calibration writes samples of 8 inputs, and returns the path.
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

// pentary runs the command and returns what it prints.
func pentary(t *testing.T, want int, args ...string) string {
	t.Helper()
	var out bytes.Buffer
	if code := cli.Main(args, &out, &out); code != want {
		t.Fatalf("pentary %s: exit code %d, want %d\n%s", strings.Join(args, " "), code, want, out.String())
	}
	return out.String()
}

// An MLP of floats becomes a model that goes out as ONNX again.
func TestMLP(t *testing.T) {
	dir := t.TempDir()
	x, out := calibration(t, dir), filepath.Join(dir, "mlp.pent")
	text := pentary(t, 0, "convert", mlp, "--from", "onnx", "--calibration", x, "--method", "error-feedback", "--out", out)
	for _, want := range []string{"w0  12×8, levels", "w2  4×6, levels", "Largest output as before on ", " of 50 samples"} {
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

// An error names the input that is missing or does not fit; nothing is written.
func TestMLPErrors(t *testing.T) {
	dir := t.TempDir()
	x, out := calibration(t, dir), filepath.Join(dir, "out.pent")
	for _, test := range []struct {
		code int
		want string
		args []string
	}{
		{2, "needs --calibration", []string{mlp, "--from", "onnx", "--method", "error-feedback"}},
		{2, "are for --from onnx", []string{x, "--from", "safetensors", "--method", "error-feedback"}},
		{2, "--input-unit 0: want 1 to 127", []string{mlp, "--from", "onnx", "--input-unit", "0"}},
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
