//go:build !js

package main

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The page itself is tested in a browser, see test/web.

func TestArguments(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	for _, test := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"-h"}, 0, "Usage of web"},
		{[]string{"-what"}, 2, "not defined"},
		{[]string{"page"}, 2, `got "page"`},
		{[]string{"-addr", "nowhere"}, 1, "missing port"},
		{[]string{"-addr", taken.Addr().String()}, 1, "in use"},
	} {
		var out, errs bytes.Buffer
		if code := run(context.Background(), test.args, &out, &errs); code != test.code || !strings.Contains(errs.String(), test.want) {
			t.Errorf("web %s: exit code %d, want %d, and %q in %s", test.args, code, test.code, test.want, errs.String())
		}
	}
}

// An interrupt, even while the trainer is built, ends the command in peace.
func TestInterrupt(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	var out, errs bytes.Buffer
	if code := run(ctx, []string{"-addr", "127.0.0.1:0"}, &out, &errs); code != 0 || errs.Len() > 0 {
		t.Errorf("exit code %d: %s", code, errs.String())
	}
}

// An address in use is an error that says what to do.
func TestAddressInUse(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	if err := serve(t.Context(), listener.Addr().String(), io.Discard); err == nil || !strings.Contains(err.Error(), "-addr") {
		t.Errorf("error %v, want one that names -addr", err)
	}
}

func TestSite(t *testing.T) {
	s := site{"index.html": []byte("<!doctype html>"), "page.js": []byte("1"), "pentary.wasm": []byte("\x00asm"), "style.css": []byte("a{}")}
	for path, want := range map[string]string{
		"/":             "text/html; charset=utf-8",
		"/index.html":   "text/html; charset=utf-8",
		"/page.js":      "text/javascript; charset=utf-8",
		"/pentary.wasm": "application/wasm",
		"/style.css":    "text/css; charset=utf-8",
	} {
		r := httptest.NewRecorder()
		s.ServeHTTP(r, httptest.NewRequest(http.MethodGet, path, nil))
		if got := r.Header().Get("Content-Type"); r.Code != http.StatusOK || got != want {
			t.Errorf("%s: status %d, type %q, want %q", path, r.Code, got, want)
		}
	}
	r := httptest.NewRecorder()
	s.ServeHTTP(r, httptest.NewRequest(http.MethodGet, "/../main.go", nil))
	if r.Code != http.StatusNotFound {
		t.Errorf("status %d for a file outside", r.Code)
	}

	dir := filepath.Join(t.TempDir(), "new", "folder")
	if err := s.write(dir); err != nil {
		t.Fatal(err)
	}
	for name, want := range s {
		if got, err := os.ReadFile(filepath.Join(dir, name)); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s holds %q, %v", name, got, err)
		}
	}
}

// The embedded files are those that the page names.
func TestPageFiles(t *testing.T) {
	for file, names := range map[string][]string{
		"index.html": {"style.css", "page.js"},
		"page.js":    {"worker.js"},
		"worker.js":  {"wasm_exec.js", "pentary.wasm"},
	} {
		content, err := page.ReadFile("page/" + file)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			if !bytes.Contains(content, []byte(`"`+name+`"`)) {
				t.Errorf("%s does not name %s", file, name)
			}
		}
	}
}
