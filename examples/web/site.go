//go:build !js

package main

import (
	"bytes"
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

//go:embed page
var page embed.FS

// A site is the files of the page by name.
type site map[string][]byte

// wasmPackage is the trainer.
const wasmPackage = "github.com/Kaleaon/pentary-go/examples/web/wasm"

// build returns the site: the files of the page, the trainer in WebAssembly, and what
// Go's distribution has to run it.
func build(ctx context.Context) (site, error) {
	s := site{}
	names, err := fs.Glob(page, "page/*")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		if s[strings.TrimPrefix(name, "page/")], err = page.ReadFile(name); err != nil {
			return nil, err
		}
	}
	goroot, err := output(exec.CommandContext(ctx, "go", "env", "GOROOT"))
	if err != nil {
		return nil, err
	}
	if s["wasm_exec.js"], err = os.ReadFile(filepath.Join(strings.TrimSpace(string(goroot)), "lib", "wasm", "wasm_exec.js")); err != nil {
		return nil, err
	}

	dir, err := os.MkdirTemp("", "pentary-web")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "pentary.wasm")
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags=-s -w", "-o", file, wasmPackage)
	cmd.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm", "CGO_ENABLED=0")
	if _, err = output(cmd); err != nil {
		return nil, fmt.Errorf("the trainer does not build (does the command run in examples?): %w", err)
	}
	s["pentary.wasm"], err = os.ReadFile(file)
	return s, err
}

// output runs a command, and has what it says of its failure in the error.
func output(cmd *exec.Cmd) ([]byte, error) {
	out, err := cmd.Output()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		return nil, fmt.Errorf("%s: %w\n%s", cmd, err, bytes.TrimSpace(exit.Stderr))
	}
	return out, err
}

// ServeHTTP implements http.Handler.
func (s site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(r.URL.Path, "/")
	if name == "" {
		name = "index.html"
	}
	content, ok := s[name]
	if !ok {
		http.NotFound(w, r)
		return
	}
	if types := map[string]string{".wasm": "application/wasm", ".js": "text/javascript; charset=utf-8"}; types[filepath.Ext(name)] != "" {
		w.Header().Set("Content-Type", types[filepath.Ext(name)])
	}
	w.Header().Set("Cache-Control", "no-cache")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(content))
}

// write writes the site into a folder, which it makes if it is not there.
func (s site) write(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for name, content := range s {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o644); err != nil {
			return err
		}
	}
	return nil
}
