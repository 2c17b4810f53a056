package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// platforms have an archive of the command each.
var platforms = []string{"linux/amd64", "linux/arm64", "darwin/amd64", "darwin/arm64", "windows/amd64", "windows/arm64"}

// entry is a file of an archive.
type entry struct {
	name    string
	mode    int64
	content []byte
}

// build compiles the command for all platforms and writes the archives, a Debian package
// for each of Linux, and SHA256SUMS. The checkout has to be at the release's tag. The same
// commit and version of Go give the same archives.
func (r repository) build(version, dir string) error {
	if tags, err := output(r.root, "git", "tag", "--points-at", "HEAD"); err != nil || !strings.Contains("\n"+tags+"\n", "\ncmd/pentary/"+version+"\n") {
		return fmt.Errorf("HEAD is not at the tag cmd/pentary/%s (error %v)", version, err)
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	text, err := output(r.root, "git", "show", "-s", "--format=%cI")
	if err != nil {
		return err
	}
	committed, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return err
	}
	var documents []entry
	for _, name := range []string{"LICENSE", "README.md", "CHANGELOG.md"} {
		content, err := os.ReadFile(filepath.Join(r.root, name))
		if err != nil {
			return err
		}
		documents = append(documents, entry{name, 0o644, content})
	}
	var sums []byte
	for _, platform := range platforms {
		names, err := r.archive(platform, version, dir, committed, documents)
		if err != nil {
			return fmt.Errorf("%s: %w", platform, err)
		}
		for _, name := range names {
			content, err := os.ReadFile(filepath.Join(dir, name))
			if err != nil {
				return err
			}
			sums = fmt.Appendf(sums, "%x  %s\n", sha256.Sum256(content), name)
		}
	}
	return os.WriteFile(filepath.Join(dir, "SHA256SUMS"), sums, 0o666)
}

// archive compiles the command for a platform and writes its archive, and on Linux its Debian
// package. It returns their names.
func (r repository) archive(platform, version, dir string, committed time.Time, documents []entry) ([]string, error) {
	system, arch, _ := strings.Cut(platform, "/")
	binary, command := filepath.Join(dir, "pentary-"+system+"-"+arch), "pentary"
	name, pack := fmt.Sprintf("pentary-%s-%s-%s", version[1:], system, arch), tarred
	extension := ".tar.gz"
	if system == "windows" {
		binary, command, pack, extension = binary+".exe", command+".exe", zipped, ".zip"
	}
	cmd := exec.Command("go", "build", "-trimpath", "-buildvcs=true", "-ldflags=-s -w", "-o", binary, "./cmd/pentary")
	cmd.Dir, cmd.Stderr = r.root, os.Stderr
	cmd.Env = append(os.Environ(), "GOWORK=", "CGO_ENABLED=0", "GOOS="+system, "GOARCH="+arch)
	if err := cmd.Run(); err != nil {
		return nil, err
	}
	program, err := os.ReadFile(binary)
	if err != nil {
		return nil, err
	}
	content, err := pack(name, committed, append([]entry{{command, 0o755, program}}, documents...))
	if err != nil {
		return nil, err
	}
	names := []string{name + extension}
	if err := os.WriteFile(filepath.Join(dir, names[0]), content, 0o666); err != nil || system != "linux" {
		return names, err
	}
	deb, err := debian(dir, version, arch, committed, program, documents)
	return append(names, deb), err
}

func tarred(folder string, modified time.Time, entries []entry) ([]byte, error) {
	var out bytes.Buffer
	compressed := gzip.NewWriter(&out)
	w := tar.NewWriter(compressed)
	for _, e := range entries {
		header := &tar.Header{Name: folder + "/" + e.name, Mode: e.mode, Size: int64(len(e.content)), ModTime: modified}
		if err := w.WriteHeader(header); err != nil {
			return nil, err
		}
		if _, err := w.Write(e.content); err != nil {
			return nil, err
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	err := compressed.Close()
	return out.Bytes(), err
}

func zipped(folder string, modified time.Time, entries []entry) ([]byte, error) {
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, e := range entries {
		header := &zip.FileHeader{Name: folder + "/" + e.name, Method: zip.Deflate, Modified: modified.UTC()}
		header.SetMode(os.FileMode(e.mode))
		f, err := w.CreateHeader(header)
		if err != nil {
			return nil, err
		}
		if _, err := io.Copy(f, bytes.NewReader(e.content)); err != nil {
			return nil, err
		}
	}
	err := w.Close()
	return out.Bytes(), err
}

// control describes the Debian package. The program is static and needs no other.
const control = `Package: pentary
Version: %s
Architecture: %s
Maintainer: the pentary-go authors <noreply@github.com>
Section: science
Priority: optional
Installed-Size: %d
Homepage: https://github.com/Kaleaon/pentary-go
Description: trains neural networks with three bits a weight
 pentary trains, evaluates and inspects neural networks whose weights take the
 five values -2 to 2, by an evolution strategy in integer arithmetic. One seed
 gives the same weights on every CPU.
`

// debian writes a Debian package with dpkg-deb and returns its name.
func debian(dir, version, arch string, modified time.Time, program []byte, documents []entry) (string, error) {
	// A prerelease sorts before its release.
	number := strings.Replace(version[1:], "-", "~", 1)
	root, err := os.MkdirTemp("", "release")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(root)
	entries := []entry{
		{"DEBIAN/control", 0o644, fmt.Appendf(nil, control, number, arch, len(program)>>10+1)},
		{"usr/bin/pentary", 0o755, program},
	}
	for _, d := range documents {
		d.name = "usr/share/doc/pentary/" + strings.Replace(d.name, "LICENSE", "copyright", 1)
		entries = append(entries, d)
	}
	for _, e := range entries {
		name := filepath.Join(root, e.name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			return "", err
		}
		if err := os.WriteFile(name, e.content, os.FileMode(e.mode)); err != nil {
			return "", err
		}
	}
	// The umask does not matter, nor who builds.
	err = filepath.WalkDir(root, func(name string, d os.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		return os.Chmod(name, 0o755)
	})
	if err != nil {
		return "", err
	}
	file := fmt.Sprintf("pentary_%s_%s.deb", number, arch)
	cmd := exec.Command("dpkg-deb", "--root-owner-group", "--build", root, filepath.Join(dir, file))
	cmd.Stderr = os.Stderr
	cmd.Env = append(os.Environ(), fmt.Sprintf("SOURCE_DATE_EPOCH=%d", modified.Unix()))
	return file, cmd.Run()
}
