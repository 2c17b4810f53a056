package durable

import (
	"path/filepath"
	"strings"
)

// Sweep removes the temporary files that killed processes left in a directory on
// their way to writing the files of these names: regular files whose name has
// exactly the form that Write gives. What cannot be removed stays. No Write of these
// files may be under way.
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

// isTemp reports whether tempName gives the name for one of the bases.
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
