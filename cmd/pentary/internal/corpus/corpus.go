// Package corpus finds the texts that language models learn.
package corpus

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/console"
)

// Opticks is what the default text is: every Go installation has it.
const Opticks = "Isaac Newton, Opticks (4th edition, 1730; public domain), which comes with Go"

// opticksFile is where it is in GOROOT.
const opticksFile = "src/testdata/Isaac.Newton-Opticks.txt"

// MaxBytes bounds a text.
const MaxBytes = 1 << 30

// A Text is bytes to learn from and, at its end, bytes to measure on.
type Text struct {
	Path  string
	Bytes []byte
	Train int // bytes before those that are held out
}

// Load reads the text at path, or Opticks for an empty one, and holds out its last part:
// a twentieth.
func Load(path string) (*Text, error) {
	if path == "" {
		text, err := opticks()
		if err != nil {
			return nil, fmt.Errorf("the default text is %s: %w; --data names another text", Opticks, err)
		}
		return text, nil
	}
	b, err := console.ReadFile(path, MaxBytes)
	switch {
	case err != nil:
		return nil, err
	case len(b) < minBytes:
		return nil, fmt.Errorf("%s: %d bytes, want at least %d", path, len(b), minBytes)
	}
	return &Text{path, b, len(b) - len(b)/20}, nil
}

// opticks reads the default text.
func opticks() (*Text, error) {
	root, err := goroot()
	if err != nil {
		return nil, err
	}
	return Load(filepath.Join(root, filepath.FromSlash(opticksFile)))
}

// Standard returns where the default text is, or nothing where that is not known.
func Standard() string {
	root, err := goroot()
	if err != nil {
		return ""
	}
	return filepath.Join(root, filepath.FromSlash(opticksFile))
}

// minBytes is the least length of which a twentieth measures anything.
const minBytes = 1000

// Sum identifies the text.
func (t *Text) Sum() [sha256.Size]byte { return sha256.Sum256(t.Bytes) }

// goroot returns the root of the Go installation: that of the environment, or of the go
// command in the path.
func goroot() (string, error) {
	if root := os.Getenv("GOROOT"); root != "" {
		return root, nil
	}
	out, err := exec.CommandContext(context.Background(), "go", "env", "GOROOT").Output()
	root := strings.TrimSpace(string(out))
	if err != nil || root == "" {
		return "", fmt.Errorf("there is no go command to say where that is: %w", errors.Join(err, fs.ErrNotExist))
	}
	return root, nil
}
