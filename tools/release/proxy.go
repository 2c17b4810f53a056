package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	xmodule "golang.org/x/mod/module"
	"golang.org/x/mod/sumdb/dirhash"
	"golang.org/x/mod/zip"
)

// proxy writes the released modules, as the tags of a version have them, into a folder
// that the go command takes as GOPROXY=file://DIR.
func (r repository) proxy(version, dir string) error {
	for _, m := range r.modules {
		if !m.released {
			continue
		}
		escaped, err := xmodule.EscapePath(m.path)
		if err != nil {
			return err
		}
		folder := filepath.Join(dir, escaped, "@v")
		if err := os.MkdirAll(folder, 0o777); err != nil {
			return err
		}
		tag := m.tag(version)
		text, err := output(r.root, "git", "show", "-s", "--format=%cI", tag+"^{commit}")
		if err != nil {
			return err
		}
		committed, err := time.Parse(time.RFC3339, text)
		if err != nil {
			return err
		}
		info, err := json.Marshal(map[string]any{"Version": version, "Time": committed.UTC()})
		if err != nil {
			return err
		}
		mod, err := r.file(m, tag, "go.mod")
		if err != nil {
			return err
		}
		var content bytes.Buffer
		if err := r.zip(&content, m, tag, version); err != nil {
			return err
		}
		for name, content := range map[string][]byte{"list": []byte(version + "\n"), version + ".info": info, version + ".mod": mod, version + ".zip": content.Bytes()} {
			if err := os.WriteFile(filepath.Join(folder, name), content, 0o666); err != nil {
				return err
			}
		}
	}
	return nil
}

// zip writes the module's file at a revision.
func (r repository) zip(w *bytes.Buffer, m module, revision, version string) error {
	subdir := m.dir
	if subdir == "." {
		subdir = ""
	}
	return zip.CreateFromVCS(w, xmodule.Version{Path: m.path, Version: version}, r.root, revision, subdir)
}

// file returns a file of the module at a revision.
func (r repository) file(m module, revision, name string) ([]byte, error) {
	text, err := output(r.root, "git", "show", revision+":"+filepath.ToSlash(filepath.Join(m.dir, name)))
	return []byte(text + "\n"), err
}

// sums returns the lines of go.sum for a module as HEAD has it.
func (r repository) sums(m module, version string) ([]string, error) {
	temp, err := os.MkdirTemp("", "release")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(temp)
	var content bytes.Buffer
	if err := r.zip(&content, m, "HEAD", version); err != nil {
		return nil, err
	}
	archive := filepath.Join(temp, "module.zip")
	if err := os.WriteFile(archive, content.Bytes(), 0o666); err != nil {
		return nil, err
	}
	all, err := dirhash.HashZip(archive, dirhash.Hash1)
	if err != nil {
		return nil, err
	}
	if err := edit(filepath.Join(temp, "go.mod"), func(string) (string, error) {
		text, err := r.file(m, "HEAD", "go.mod")
		return string(text), err
	}); err != nil {
		return nil, err
	}
	mod, err := dirhash.Hash1([]string{"go.mod"}, func(string) (io.ReadCloser, error) { return os.Open(filepath.Join(temp, "go.mod")) })
	if err != nil {
		return nil, err
	}
	return []string{
		fmt.Sprintf("%s %s %s\n", m.path, version, all),
		fmt.Sprintf("%s %s/go.mod %s\n", m.path, version, mod),
	}, nil
}
