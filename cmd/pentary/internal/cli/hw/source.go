package hw

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/console"
	"github.com/Kaleaon/pentary-go/internal/hw/isa"
)

// symbols is the value of a flag: symbols for assembly text, each as NAME=VALUE.
type symbols map[string]int64

// Set implements pflag.Value.
func (s symbols) Set(text string) error {
	name, value, ok := strings.Cut(text, "=")
	if !ok || name == "" {
		return errors.New("want NAME=VALUE")
	}
	v, err := isa.ParseNumber(value)
	if err != nil {
		return err
	}
	s[name] = v
	return nil
}

// String implements pflag.Value.
func (s symbols) String() string { return "" }

// Type implements pflag.Value.
func (s symbols) Type() string { return "NAME=VALUE" }

// maxProgram is the largest size of a program file in bytes.
const maxProgram = 1 << 26

// form is a set of accepted contents of a program file.
type form int

const (
	textOrObject form = iota
	textOnly
	objectOnly
)

// loadProgram returns the program in a file. For assembly text, the error has one line per error
// in the text, with file, line and column.
func loadProgram(path string, want form, defined symbols) (*isa.Program, error) {
	data, err := console.ReadFile(path, maxProgram)
	if err != nil {
		return nil, err
	}
	object := isa.IsObject(data)
	switch {
	case object && want == textOnly:
		return nil, fmt.Errorf("%s: an object file, want assembly text", path)
	case object && len(defined) > 0:
		return nil, console.Usagef("%s: -D does not apply to an object file", path)
	case object || want == objectOnly:
		p, err := isa.DecodeProgram(data)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		return p, nil
	}
	p, err := isa.Assemble(string(data), defined)
	var mistakes isa.ErrorList
	if errors.As(err, &mistakes) {
		lines := make([]string, len(mistakes))
		for i, e := range mistakes {
			lines[i] = path + ":" + e.Error()
		}
		return nil, errors.New(strings.Join(lines, "\n"))
	}
	return p, err
}

// objectPath returns the name of the object file for a source.
func objectPath(source string) string {
	return strings.TrimSuffix(source, filepath.Ext(source)) + ".pobj"
}
