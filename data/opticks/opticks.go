// Package opticks embeds a text of 567,198 bytes, which a small language model learns in
// minutes: Isaac Newton's Opticks. README.md names its source.
package opticks

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"fmt"
	"io"

	"github.com/Kaleaon/pentary-go/data"
)

//go:embed opticks.txt.gz
var text []byte

// Load returns the text, with its last 5 % held out.
func Load() (*data.Text, error) {
	z, err := gzip.NewReader(bytes.NewReader(text))
	if err != nil {
		return nil, fmt.Errorf("opticks: %w", err)
	}
	b, err := io.ReadAll(z)
	if err != nil {
		return nil, fmt.Errorf("opticks: %w", err)
	}
	return data.NewText("Opticks", b)
}
