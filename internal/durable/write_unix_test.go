//go:build unix

package durable

import (
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

// The pipes and devices belong to the test, because a bug would replace them.
func TestRefusesPipes(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pipe")
	if err := unix.Mkfifo(path, 0o600); err != nil {
		t.Skip(err)
	}
	refuses(t, path, "pipe")
}
