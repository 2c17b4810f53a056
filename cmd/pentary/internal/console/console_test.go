package console

import (
	"errors"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/spf13/pflag"
)

func TestDuration(t *testing.T) {
	for seconds, want := range map[float64]string{
		0: "0:00", 0.6: "0:01", 59.6: "1:00", 61: "1:01", 3599: "59:59", 3600: "1:00:00", 90061: "25:01:01",
	} {
		if got := Duration(seconds); got != want {
			t.Errorf("Duration(%v) = %q, want %q", seconds, got, want)
		}
	}
}

// failing is a writer that fails from its second write on.
type failing struct{ writes int }

func (f *failing) Write(p []byte) (int, error) {
	if f.writes++; f.writes > 1 {
		return 0, fmt.Errorf("write %d failed", f.writes)
	}
	return len(p), nil
}

func TestCheckedWriter(t *testing.T) {
	under := &failing{}
	w := &checkedWriter{w: under}
	for range 4 {
		fmt.Fprint(w, "x")
	}
	if under.writes != 2 || w.err == nil || w.err.Error() != "write 2 failed" {
		t.Errorf("%d writes, error %v", under.writes, w.err)
	}
}

func TestUsageErrorUnwraps(t *testing.T) {
	cause := errors.New("cause")
	if !errors.Is(UsageError{Err: cause}, cause) {
		t.Error("UsageError hides its cause")
	}
}

// A leading ~/ is the home directory, also in --out=~/x, which shells do not expand.
func TestPathHome(t *testing.T) {
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("USERPROFILE", home)
	for text, want := range map[string]string{"~/a/b": filepath.Join(home, "a", "b"), "~": "~", "./~/a": "./~/a", "~a/b": "~a/b", "": ""} {
		var f pflag.FlagSet
		var path string
		Input(&f, &path, "in", "")
		if err := f.Parse([]string{"--in=" + text}); err != nil || path != want {
			t.Errorf("%q: path %q, want %q, error %v", text, path, want, err)
		}
	}
}
