package interchange

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/Kaleaon/pentary-go/nn"
)

// A compiler of C, and what runs its programs.
type compiler struct {
	name   string
	args   []string
	runner string
}

// gcc looks for undefined behaviour, too; ARM is 32 bits.
var compilers = []compiler{
	{"gcc", []string{"-fsanitize=address,undefined", "-fno-sanitize-recover=all"}, ""},
	{"arm-linux-gnueabi-gcc", []string{"-static", "-mthumb", "-Os"}, "qemu-arm"},
}

// The header's outputs equal the model's, bit for bit.
func TestC(t *testing.T) {
	for _, c := range compilers {
		t.Run(c.name, func(t *testing.T) {
			c.name = tool(t, c.name)
			if c.runner != "" {
				c.runner = tool(t, c.runner)
			}
			models := sampleModels(t)
			if testing.Short() || c.runner != "" {
				models = models[:len(models)/3] // the others have other shifts
			}
			for _, m := range models {
				t.Run(m.name, func(t *testing.T) { c.check(t, m, randomBatch(m, 20)) })
			}
			m := hashedModel(t)
			t.Run(m.name, func(t *testing.T) { c.check(t, m, randomBatch(m, 20)) })
			for _, m := range digitModels() {
				t.Run("digits/"+m.name, func(t *testing.T) { c.check(t, m, digitBatch(t, m)) })
			}
		})
	}
}

func (c compiler) check(t *testing.T, m sampleModel, b batch) {
	t.Helper()
	dir := t.TempDir()
	var header bytes.Buffer
	if err := WriteC(&header, m.model, "model"); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "model.h"), header.Bytes(), 0o666); err != nil {
		t.Fatal(err)
	}
	args := append([]string{"-std=c99", "-Wall", "-Wextra", "-Wconversion", "-Wno-sign-conversion", "-pedantic", "-Werror", "-O1", "-I", dir, "-o", filepath.Join(dir, "run")}, c.args...)
	if strings.Contains(header.String(), "struct model_state") {
		args = append(args, "-DSTATE")
	}
	if out, err := exec.Command(c.name, append(args, "testdata/clients/main.c")...).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	command := []string{filepath.Join(dir, "run"), strconv.Itoa(b.n), strconv.Itoa(b.steps)}
	if c.runner != "" {
		command = append([]string{c.runner}, command...)
	}
	run := exec.Command(command[0], command[1:]...)
	var failure bytes.Buffer
	run.Stdin, run.Stderr = bytes.NewReader(b.in), &failure
	got, err := run.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, failure.String())
	}
	compare(t, m, b, got)
}

// Names that C does not take are refused.
func TestCNames(t *testing.T) {
	m := nn.NewMLP(1, 4, 2)
	for _, name := range []string{"", "1a", "a-b", "a b", "é", "a\n"} {
		if err := WriteC(&strings.Builder{}, m, name); err == nil {
			t.Errorf("%q: no error", name)
		}
	}
}
