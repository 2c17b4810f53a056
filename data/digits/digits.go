// Package digits embeds 1,797 handwritten digits of 8×8 pixels, which a small network
// learns in seconds. README.md names their source and licence.
package digits

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/Kaleaon/pentary-go/data"
)

//go:embed digits.csv.gz
var rows []byte

// Of an image and of the set.
const (
	Side     = 8 // pixels
	MaxPixel = 16
	Classes  = 10

	features  = Side * Side
	testEvery = 5 // sample i is a test sample when i%5 == 4
)

// Input returns the activation of a pixel of 0 to MaxPixel: 8p - 64, from -64 to 64.
func Input(pixel int) int8 { return int8(8*pixel - 64) }

// Load returns the training and the test samples.
func Load() (train, test *data.Dataset, err error) {
	z, err := gzip.NewReader(bytes.NewReader(rows))
	if err != nil {
		return nil, nil, fmt.Errorf("digits: %w", err)
	}
	text, err := io.ReadAll(z)
	if err != nil {
		return nil, nil, fmt.Errorf("digits: %w", err)
	}
	train = &data.Dataset{Features: features, Classes: Classes, Rows: Side, Columns: Side}
	test = train.Empty()
	for i, line := range strings.Split(strings.TrimSpace(string(text)), "\n") {
		d := train
		if i%testEvery == testEvery-1 {
			d = test
		}
		if err := add(d, strings.Split(line, ",")); err != nil {
			return nil, nil, fmt.Errorf("digits: line %d: %w", i+1, err)
		}
	}
	return train, test, nil
}

// add adds a row of pixels and their label.
func add(d *data.Dataset, fields []string) error {
	if len(fields) != features+1 {
		return fmt.Errorf("%d fields, want %d", len(fields), features+1)
	}
	for i, field := range fields {
		v, err := strconv.ParseUint(field, 10, 8)
		switch {
		case err != nil:
			return err
		case i == features:
			d.Labels = append(d.Labels, uint8(v))
		case v > MaxPixel:
			return fmt.Errorf("pixel %d is %d, want at most %d", i, v, MaxPixel)
		default:
			d.Inputs = append(d.Inputs, Input(int(v)))
		}
	}
	return nil
}
