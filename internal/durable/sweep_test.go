package durable

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Sweep removes the temporary files of the named files and nothing else.
func TestSweep(t *testing.T) {
	dir := t.TempDir()
	random := strings.Repeat("A2", 13)
	keep := map[string]string{}
	put := func(name string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{
		"run", ".tmp-notes", ".tmp-" + random, ".pentary-notes", ".pentary-" + random,
		".other.pentary-" + random, "run.pentary-" + random, ".run.pentary-" + random[1:], ".run.pentary-" + random + "A",
		".run.pentary-" + strings.ToLower(random), ".run.pentary-1" + random[1:], ".run.pentary-",
	} {
		put(name)
		keep[name] = name
	}
	put(".run.pentary-" + random)
	put(tempName("run"))
	put(tempName("checkpoint"))
	directory := ".run.pentary-" + strings.Repeat("D", 26)
	if err := os.MkdirAll(filepath.Join(dir, directory, "full"), 0o700); err != nil {
		t.Fatal(err)
	}
	link := ".run.pentary-" + strings.Repeat("L", 26)
	if err := os.Symlink("run", filepath.Join(dir, link)); err == nil {
		keep[link] = "run"
	}
	Sweep(OS, dir, "run", "checkpoint")
	if _, err := os.Stat(filepath.Join(dir, directory, "full")); err != nil {
		t.Error(err)
	}
	if err := os.RemoveAll(filepath.Join(dir, directory)); err != nil {
		t.Fatal(err)
	}
	checkDir(t, dir, keep)
	Sweep(OS, filepath.Join(dir, "missing"), "run")
}
