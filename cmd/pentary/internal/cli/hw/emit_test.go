package hw

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/console"
)

// emit runs the command and returns its output.
func emit(t *testing.T, args ...string) (string, error) {
	t.Helper()
	out, _, err := execute(t.Context(), append([]string{"emit"}, args...)...)
	return out, err
}

func TestEmit(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new")
	for range 2 { // again, over what is there
		out, err := emit(t, "--unit", "tile", "--rows", "32", "--cols", "8", "--out", dir)
		if err != nil {
			t.Fatal(err)
		}
		want := []string{"pent_tile.v", "pent_dot.v", "pent_partial.v"}
		if got := strings.Split(strings.TrimSpace(out), "\n"); len(got) != len(want) || filepath.Base(got[0]) != want[0] {
			t.Fatalf("printed %q, want the paths of %q", got, want)
		}
	}
	text, err := os.ReadFile(filepath.Join(dir, "pent_tile.v"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"parameter ROWS = 32,", "parameter COLS = 8\n"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("pent_tile.v does not say %q", want)
		}
	}
}

func TestEmitErrors(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args  []string
		want  string
		usage bool
	}{
		{nil, "--unit is missing", true},
		{[]string{"--unit", "tile"}, "--out is missing", true},
		{[]string{"--unit", "til", "--out", dir}, `--unit til: want adder|`, true},
		{[]string{"--unit", "lowrnk", "--out", dir}, `; did you mean "lowrank"?`, true},
		{[]string{"--unit", "tile", "--rows", "0", "--out", dir}, "--rows 0: want 3 to 4096", true},
		{[]string{"--unit", "tile", "--cols", "12", "--out", dir}, "--cols 12: want a power of two", true},
		{[]string{"--unit", "noise", "--cols", "16", "--out", dir}, "--cols 16: unit noise has no such size; --list shows", true},
		{[]string{"tile"}, "takes no argument", true},
		{[]string{"--unit", "tile", "--out", file}, "--out: mkdir", false},
	} {
		_, err := emit(t, c.args...)
		if usage := (console.UsageError{}); err == nil || !strings.Contains(err.Error(), c.want) || errors.As(err, &usage) != c.usage {
			t.Errorf("emit %q: %v, want %q", c.args, err, c.want)
		}
	}
}

func TestEmitList(t *testing.T) {
	out, err := emit(t, "--list")
	if err != nil {
		t.Fatal(err)
	}
	if want := "tile        multiplies a matrix of pents by int8 vectors  --rows 16 --cols 16\n"; !strings.Contains(out, want) {
		t.Errorf("printed %q, want %q in it", out, want)
	}
	if out, err = emit(t, "--list", "--json"); err != nil || strings.Count(out, `"event":"unit"`) != strings.Count(out, "\n") {
		t.Errorf("printed %q, %v, want an object a line", out, err)
	}
}
