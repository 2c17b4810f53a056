package durable

import (
	"path/filepath"
	"strings"
)

// Sweep removes the temporary files in dir that killed processes left while writing the files
// named bases: regular files whose name has exactly the form of Write's temporary files. Files
// that cannot be removed stay. No Write of these files may be running.
func Sweep(fsys FS, dir string, bases ...string) {
	names, err := fsys.ReadDir(dir)
	if err != nil {
		return
	}
	for _, name := range names {
		if !isTemp(name, bases) {
			continue
		}
		path := filepath.Join(dir, name)
		if info, err := fsys.Lstat(path); err == nil && info.Mode().IsRegular() {
			fsys.Remove(path)
		}
	}
}

// isTemp reports whether name is a possible result of tempName for one of the bases.
func isTemp(name string, bases []string) bool {
	const random, alphabet = 26, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567" // of rand.Text
	for _, base := range bases {
		text, ok := strings.CutPrefix(name, "."+base+tempMark)
		if ok && len(text) == random && strings.Trim(text, alphabet) == "" {
			return true
		}
	}
	return false
}
