package task

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/nn"
)

// digits is the UCI digits: small enough to be embedded and to be learned in
// seconds.
var digits = Task{
	Name:     "digits",
	Title:    "8×8 images of handwritten digits (UCI, embedded)",
	Embedded: true,
	Source: `E. Alpaydin, C. Kaynak, "Optical Recognition of Handwritten Digits", UCI Machine
Learning Repository, 1998, doi:10.24432/C50P49, licence CC BY 4.0. Every fifth
sample is held out.`,

	Hidden:  []int{64},
	Batch:   128,
	Options: es.Options{Generations: 400, Pairs: 256, Rank: 1, Sigma: 3},
	Rate:    "0.2",

	load: loadDigits,
}

//go:embed data/digits.csv.gz
var digitsCSV []byte

const (
	digitsFeatures = 64
	digitsMaxPixel = 16
	classes        = 10
	testEvery      = 5 // sample i is a test sample when i%5 == 4
)

func loadDigits(string) (train, test *nn.Dataset, err error) {
	z, err := gzip.NewReader(bytes.NewReader(digitsCSV))
	if err != nil {
		return nil, nil, fmt.Errorf("digits: %w", err)
	}
	text, err := io.ReadAll(z)
	if err != nil {
		return nil, nil, fmt.Errorf("digits: %w", err)
	}
	train = &nn.Dataset{Features: digitsFeatures, Classes: classes}
	test = &nn.Dataset{Features: digitsFeatures, Classes: classes}
	for i, line := range strings.Split(strings.TrimSpace(string(text)), "\n") {
		d := train
		if i%testEvery == testEvery-1 {
			d = test
		}
		if err := appendDigit(d, strings.Split(line, ",")); err != nil {
			return nil, nil, fmt.Errorf("digits: line %d: %w", i+1, err)
		}
	}
	return train, test, nil
}

// appendDigit adds a row of pixels and their label. A pixel p becomes the input
// 8p - 64: centred, and with the full spread of an int8.
func appendDigit(d *nn.Dataset, fields []string) error {
	if len(fields) != digitsFeatures+1 {
		return fmt.Errorf("%d fields, want %d", len(fields), digitsFeatures+1)
	}
	for i, field := range fields {
		v, err := strconv.ParseUint(field, 10, 8)
		switch {
		case err != nil:
			return err
		case i == digitsFeatures:
			d.Labels = append(d.Labels, uint8(v))
		case v > digitsMaxPixel:
			return fmt.Errorf("pixel %d is %d, want at most %d", i, v, digitsMaxPixel)
		default:
			d.Inputs = append(d.Inputs, int8(8*v-64))
		}
	}
	return nil
}
