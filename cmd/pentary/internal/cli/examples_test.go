package cli

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/spf13/cobra"

	"github.com/Kaleaon/pentary-go/data"
	"github.com/Kaleaon/pentary-go/interchange"
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/nn"
)

// TestMain makes the test binary behave as pentary if it is started under that name.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"pentary": func() { os.Exit(Main(os.Args[1:], os.Stdout, os.Stderr)) }})
}

const (
	digits = "pentary train digits --generations 2 --hidden 4 --pairs 2 --batch 4 "
	lm     = "pentary train lm --generations 1 --width 8 --layers 1 --pairs 2 --streams 4 "
)

// before has the commands that create the files read by a command's examples.
var before = map[string][]string{
	"audit":   {digits + "--dir run"},
	"convert": {digits + "--out digits.pent", "pentary convert digits.pent --to safetensors --out weights.safetensors"},
	"eval":    {digits + "--out digits.pent", "pentary train csv iris.csv --label species --generations 2 --out iris.pent"},
	"hw":      {digits + "--out digits.pent"},
	"predict": {"pentary train csv iris.csv --label species --generations 2 --out iris.pent"},
	"replay":  {digits + "--dir run"},
	"sample":  {lm + "--out lm.pent"},
	"verify":  {digits + "--dir run", "pentary replay run --out copy.pent"},
}

// quick has flags that shorten examples, by their beginnings. They are appended and override
// earlier flags.
var quick = []struct{ example, flags string }{
	{"pentary train digits", "--hidden 4 --pairs 2 --batch 4"},
	{"pentary train mnist", "--generations 2 --pairs 2 --batch 4"},
	{"pentary train fashion", "--generations 2 --pairs 2 --batch 4"},
	{"pentary train csv", "--generations 2"},
	{"pentary train lm", "--generations 1 --width 8 --layers 1 --pairs 2 --streams 4"},
	{"pentary sample", "--bytes 8"},
	{"pentary finetune", "--generations 1 --texts 2 --steps 4 --streams 2 --pairs 2"},
	{"pentary control cartpole --out", "--generations 2 --pairs 2"},
	{"pentary compare", "--for 50ms --hidden 4"},
	{"pentary tune digits --vary", "--budget 2000"},
	{"pentary tune", "--budget 2000 --configurations 3"},
	{"pentary selftest --for", "--for 20ms"},
	{"pentary bench", "--quick --kernel Unpack"},
	{"pentary billion", "--layers 2 --width 64 --pairs 2"},
	{"pentary hw train", "--generations 1 --pairs 2 --batch 4 --hidden 4"},
	{"pentary hw crossbar --svg", "--seeds 1 --digital 1"},
}

// Every example in every command's help runs, in the order of the help.
func TestExamples(t *testing.T) {
	if testing.Short() {
		t.Skip("runs every example of the help")
	}
	if runtime.GOOS == "windows" {
		t.Skip("no shell")
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	bin := t.TempDir()
	if err := os.Symlink(self, filepath.Join(bin, "pentary")); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin+string(os.PathListSeparator)+os.Getenv("PATH"))
	n := 0
	everyCommand(t, func(cmd *cobra.Command) {
		if !cmd.HasExample() {
			return
		}
		examples := strings.Split(cmd.Example, "\n")
		n += len(examples)
		_, name, _ := strings.Cut(cmd.CommandPath(), " ")
		t.Run(name, func(t *testing.T) {
			dir := exampleFolder(t)
			top, _, _ := strings.Cut(name, " ")
			for _, line := range before[top] {
				shell(t, dir, line)
			}
			for _, example := range examples {
				example = strings.TrimSpace(example)
				t.Run(example, func(t *testing.T) { runExample(t, dir, example) })
			}
		})
	})
	if n < 40 {
		t.Errorf("%d examples", n)
	}
}

func runExample(t *testing.T, dir, example string) {
	if strings.Contains(example, "nats://") {
		shell(t, dir, example+" --help") // an unknown flag fails before the help
		t.Skip("needs a server: flags checked")
	}
	if strings.Contains(example, "avx2") && !slices.Contains(kernels.Implementations(), "avx2") {
		t.Skip("this CPU does not run avx2")
	}
	if _, err := exec.LookPath("jq"); err != nil && strings.Contains(example, "| jq ") {
		t.Skip(err)
	}
	end := len(example)
	if i := strings.IndexAny(example, ">|&"); i >= 0 {
		end = i
	}
	line := example
	for _, q := range quick {
		if strings.HasPrefix(example, q.example) {
			line = example[:end] + " " + q.flags + " " + example[end:]
			break
		}
	}
	shell(t, dir, line)
}

// shell runs a line in a folder, and fails if the line fails.
func shell(t *testing.T, dir, line string) {
	t.Helper()
	cmd := exec.Command("sh", "-c", line)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%s: %v\n%s", line, err, out)
	}
}

// exampleFolder returns a folder with the user files named in examples.
func exampleFolder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	var iris, unknown, temps strings.Builder
	iris.WriteString("length,width,species\n")
	unknown.WriteString("length,width\n")
	temps.WriteString("hour,temp\n")
	for i := range 60 {
		fmt.Fprintf(&iris, "%d,%d,%s\n", 10+i%2*30+i%7, 20+i%5, []string{"setosa", "virginica"}[i%2])
		fmt.Fprintf(&unknown, "%d,%d\n", 10+i, 20)
		fmt.Fprintf(&temps, "%d,%d\n", i%24, 40+i%24)
	}
	for name, text := range map[string][]byte{
		"iris.csv":                              []byte(iris.String()),
		"new.csv":                               []byte(unknown.String()),
		"temperatures.csv":                      []byte(temps.String()),
		"book.txt":                              bytes.Repeat([]byte("The Rays of Light are bent by bodies.\n"), 400),
		"prompts.txt":                           []byte("The Rays\nof Light\n"),
		"score.sh":                              []byte("while read -r line; do echo ${#line}; done\n"),
		"x.npz":                                 calibration(t),
		"pentary-selftest-MatMul-avx2-7-4.json": reproducer(t),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	for _, of := range []string{"examples/hw/sum.s", "examples/hw/loop.s", "docs/crossbar.md", "interchange/testdata/mlp.onnx", "interchange/testdata/llama2c.bin", "interchange/testdata/tok.bin", "interchange/testdata/onnx/lstm.onnx", "interchange/testdata/onnx/lstm.npz"} {
		text, err := os.ReadFile(filepath.Join("../../../..", of))
		if err != nil {
			t.Fatal(err)
		}
		name := filepath.Join(dir, strings.TrimPrefix(strings.TrimPrefix(of, "interchange/testdata/"), "onnx/"))
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, text, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	images := filepath.Join(dir, "images")
	if err := os.Mkdir(images, 0o777); err != nil {
		t.Fatal(err)
	}
	for part, n := range map[string]int{"train": 20, "t10k": 10} {
		labels := []byte{0, 0, 8, 1, 0, 0, 0, byte(n)}
		for i := range n {
			labels = append(labels, byte(i%10))
		}
		pixels := append([]byte{0, 0, 8, 3, 0, 0, 0, byte(n), 0, 0, 0, 28, 0, 0, 0, 28}, make([]byte, n*28*28)...)
		for name, b := range map[string][]byte{"-labels-idx1-ubyte": labels, "-images-idx3-ubyte": pixels} {
			if err := os.WriteFile(filepath.Join(images, part+name), b, 0o666); err != nil {
				t.Fatal(err)
			}
		}
	}
	pieces := []data.Piece{{Kind: data.UnknownPiece}, {Kind: data.ControlPiece}, {Kind: data.ControlPiece}}
	for _, letter := range []string{"e", "n", "r", "s", "t"} {
		pieces = append(pieces, data.Piece{Text: letter, Kind: data.NormalPiece, Rank: len(pieces)})
	}
	of, err := data.NewTokenizer(pieces, false, 1, 2)
	if err != nil {
		t.Fatal(err)
	}
	tokenizer, err := of.MarshalText()
	if err != nil {
		t.Fatal(err)
	}
	for i, name := range []string{"pents.pent", "eight-bits.pent"} {
		m, err := nn.NewLlama(uint64(i), nn.LlamaConfig{Width: 8, Hidden: 8, Layers: 1, Heads: 2, KVHeads: 1, Vocabulary: 8, Window: 8, Rotary: 10000})
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if _, err := m.File(map[string]string{interchange.MetaTokenizer: string(tokenizer)}).WriteTo(&b); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), b.Bytes(), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// reproducer returns a saved call of selftest, from the command's script.
func reproducer(t *testing.T) []byte {
	t.Helper()
	script, err := os.ReadFile("../../testdata/script/selftest.txtar")
	if err != nil {
		t.Fatal(err)
	}
	_, file, ok := bytes.Cut(script, []byte("-- case.json --\n"))
	if !ok {
		t.Fatal("selftest.txtar has no case.json")
	}
	return file
}

// calibration returns an archive with an array of samples of mlp.onnx's inputs.
func calibration(t *testing.T) []byte {
	t.Helper()
	const rows, cols = 16, 8
	var file bytes.Buffer
	z := zip.NewWriter(&file)
	w, err := z.Create("x.npy")
	if err != nil {
		t.Fatal(err)
	}
	header := fmt.Sprintf("{'descr': '<f4', 'fortran_order': False, 'shape': (%d, %d), }", rows, cols)
	header += strings.Repeat(" ", 127-(10+len(header))%128) + "\n" // the data begin at a multiple of 128
	fmt.Fprintf(w, "\x93NUMPY\x01\x00%c%c%s", len(header)&0xff, len(header)>>8, header)
	x := make([]float32, rows*cols)
	for i := range x {
		x[i] = float32(i%7) / 8
	}
	if err := binary.Write(w, binary.LittleEndian, x); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}
