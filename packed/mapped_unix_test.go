//go:build unix

package packed

import (
	"path/filepath"
	"runtime/debug"
	"testing"
)

func openSample(t *testing.T) (path string, m *Mapped) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "weights.pent")
	if err := WriteFile(path, rejectFile()); err != nil {
		t.Fatal(err)
	}
	m, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { m.Close() })
	return path, m
}

func TestMappedIsReadOnly(t *testing.T) {
	path, m := openSample(t)
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	func() {
		defer func() {
			if recover() == nil {
				t.Error("writing to a mapped matrix did not fault")
			}
		}()
		m.Tensors[0].Matrix.Set(0, 0, 2)
	}()
	if f, err := ReadFile(path); err != nil || !equalFiles(f, rejectFile()) {
		t.Errorf("the file changed: error %v", err)
	}
}

func TestMappedSurvivesReplacement(t *testing.T) {
	path, m := openSample(t)
	if err := WriteFile(path, &File{}); err != nil {
		t.Fatal(err)
	}
	if !equalFiles(m.File, rejectFile()) {
		t.Error("replacing the file changed what is mapped")
	}
}
