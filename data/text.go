package data

import (
	"crypto/sha256"
	"fmt"
	"io"
)

const (
	minTextBytes = 1000 // the least length of which a twentieth measures anything
	maxTextBytes = 1 << 30
)

// A Text holds bytes to train on and, at its end, bytes held out for measurement.
type Text struct {
	Name  string // of its file
	Bytes []byte
	Train int // bytes before those that are held out
}

// NewText returns a text whose last 5 % are held out. It keeps the bytes.
func NewText(name string, b []byte) (*Text, error) {
	if len(b) < minTextBytes {
		return nil, fmt.Errorf("%s: %d bytes, want at least %d", name, len(b), minTextBytes)
	}
	return &Text{name, b, len(b) - len(b)/20}, nil
}

// ReadText reads the regular file at path, of at most 1 GiB, and holds out its last 5 %.
func ReadText(path string) (*Text, error) {
	f, info, err := open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if info.Size() > maxTextBytes {
		return nil, fmt.Errorf("%s: %d bytes, want at most %d", path, info.Size(), maxTextBytes)
	}
	if err := checkMemory(info.Size()); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	b := make([]byte, info.Size())
	n, err := io.ReadFull(f, b)
	if err != nil && err != io.ErrUnexpectedEOF && err != io.EOF {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return NewText(path, b[:n])
}

// HoldOut holds out the given percentage of the bytes, 1 to 99, at the end, rounded down.
func (t *Text) HoldOut(percent int) {
	t.Train = len(t.Bytes) - int(int64(len(t.Bytes))*int64(percent)/100)
}

// Hash returns the SHA-256 of the bytes.
func (t *Text) Hash() [sha256.Size]byte { return sha256.Sum256(t.Bytes) }
