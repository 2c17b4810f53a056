//go:build unix

package durable

import (
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

// Pipes and devices of the test's own: a mistake would replace them.
func TestRefusesPipes(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pipe")
	if err := unix.Mkfifo(path, 0o600); err != nil {
		t.Skip(err)
	}
	refuses(t, path, "pipe")
}
