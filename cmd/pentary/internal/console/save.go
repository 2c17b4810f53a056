package console

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"

	"github.com/Kaleaon/pentary-go/internal/durable"
	"github.com/Kaleaon/pentary-go/packed"
)

// Save writes f to the file at path and returns the SHA-256 of its bytes.
func Save(path string, f *packed.File) (sum string, err error) {
	if err := packed.WriteFile(path, f); err != nil {
		return "", fmt.Errorf("saving: %w", err)
	}
	hash := sha256.New()
	if _, err := f.WriteTo(hash); err != nil {
		return "", fmt.Errorf("saving: %w", err)
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
}

// Draw writes a picture to path, unless path is empty. flag is the flag, for example "--svg", for
// errors.
func Draw(flag, path string, write func(io.Writer) error) error {
	if path == "" {
		return nil
	}
	if err := durable.Write(path, write); err != nil {
		return fmt.Errorf("%s: %w", flag, err)
	}
	return nil
}
