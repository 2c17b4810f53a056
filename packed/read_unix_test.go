//go:build unix

package packed

import (
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

// A pipe that nobody writes to would block whoever opens it.
func TestReadersRefusePipes(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pipe")
	if err := unix.Mkfifo(path, 0o600); err != nil {
		t.Skip(err)
	}
	for _, read := range readers {
		mustFail(t, read(path), "pipe")
	}
}
