package durable_test

import (
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/Kaleaon/pentary-go/internal/durable"
)

func ExampleWrite() {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)

	path := filepath.Join(dir, "notes")
	err = durable.Write(path, func(w io.Writer) error {
		_, err := fmt.Fprint(w, "all or nothing")
		return err
	})
	content, _ := os.ReadFile(path)
	fmt.Printf("%s, error: %v\n", content, err)
	// Output: all or nothing, error: <nil>
}
