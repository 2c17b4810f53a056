package durable

import (
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

func TestRefusesDevices(t *testing.T) {
	path := filepath.Join(t.TempDir(), "null")
	if err := unix.Mknod(path, unix.S_IFCHR|0o600, int(unix.Mkdev(1, 3))); err != nil {
		t.Skip(err) // not the superuser
	}
	refuses(t, path, "device")
}
