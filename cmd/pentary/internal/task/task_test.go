package task

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func Example() {
	t, err := Find("digits")
	if err != nil {
		fmt.Println(err)
		return
	}
	train, test, err := t.Load("")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(train.Len(), "train and", test.Len(), "test samples of", test.Features, "features")
	// Output: 1438 train and 359 test samples of 64 features
}

func TestFindUnknown(t *testing.T) {
	_, err := Find("cifar")
	if err == nil || !strings.Contains(err.Error(), "digits, mnist and fashion") {
		t.Errorf("error %v, want the tasks in it", err)
	}
}

// Facts of the data and of the split that do not depend on the reader's code: the
// first samples are the digits 0 to 9 in order, three times.
func TestDigits(t *testing.T) {
	train, test, err := digits.Load("")
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(train.Check(), test.Check()); err != nil {
		t.Fatal(err)
	}
	if got, want := train.Labels[:8], []uint8{0, 1, 2, 3, 5, 6, 7, 8}; !slices.Equal(got, want) {
		t.Errorf("training labels begin %v, want %v", got, want)
	}
	if got, want := test.Labels[:4], []uint8{4, 9, 4, 9}; !slices.Equal(got, want) {
		t.Errorf("test labels begin %v, want %v", got, want)
	}
	// The first row of the first image: 0, 0, 5, 13, 9, 1, 0, 0.
	if got, want := train.Sample(0)[:8], []int8{-64, -64, -24, 40, 8, -56, -64, -64}; !slices.Equal(got, want) {
		t.Errorf("first inputs %v, want %v", got, want)
	}
	if least, most := slices.Min(train.Inputs), slices.Max(train.Inputs); least != -64 || most != 64 {
		t.Errorf("inputs from %d to %d, want -64 to 64", least, most)
	}
}

// writeIDX writes an array of zeros, but for the value at index 0.
func writeIDX(t *testing.T, path string, first byte, dims ...int) {
	t.Helper()
	data := []byte{0, 0, 8, byte(len(dims))}
	size := 1
	for _, d := range dims {
		data = binary.BigEndian.AppendUint32(data, uint32(d))
		size *= d
	}
	at := len(data)
	data = append(data, make([]byte, size)...)
	data[at] = first
	if err := os.WriteFile(path, data, 0o666); err != nil {
		t.Fatal(err)
	}
}

// writeMNIST makes a folder of the four files.
func writeMNIST(t *testing.T) (dir string) {
	dir = t.TempDir()
	writeIDX(t, filepath.Join(dir, "train-images-idx3-ubyte"), 255, 3, 2, 5)
	writeIDX(t, filepath.Join(dir, "train-labels-idx1-ubyte"), 9, 3)
	writeIDX(t, filepath.Join(dir, "t10k-images-idx3-ubyte"), 255, 2, 2, 5)
	writeIDX(t, filepath.Join(dir, "t10k-labels-idx1-ubyte"), 4, 2)
	return dir
}

func TestMNIST(t *testing.T) {
	train, test, err := mnist.Load(writeMNIST(t))
	if err != nil {
		t.Fatal(err)
	}
	if train.Len() != 3 || test.Len() != 2 || train.Features != 10 || train.Classes != 10 {
		t.Errorf("%d train and %d test samples of %d features", train.Len(), test.Len(), train.Features)
	}
	if !slices.Equal(train.Labels, []uint8{9, 0, 0}) || train.Inputs[0]-train.Inputs[1] != 127 {
		t.Errorf("labels %v, inputs %v", train.Labels, train.Inputs)
	}
}

func TestMNISTErrors(t *testing.T) {
	tests := []struct {
		name  string
		spoil func(dir string) error
		want  string
	}{
		{
			"missing", func(dir string) error { return os.Remove(filepath.Join(dir, "t10k-labels-idx1-ubyte")) },
			"no t10k-labels-idx1-ubyte or t10k-labels-idx1-ubyte.gz",
		},
		{
			"corrupt", func(dir string) error { return os.Truncate(filepath.Join(dir, "train-images-idx3-ubyte"), 20) },
			"train-images-idx3-ubyte: idx: ",
		},
		{"counts", func(dir string) error {
			writeIDX(t, filepath.Join(dir, "train-labels-idx1-ubyte"), 0, 4)
			return nil
		}, "train has 3 images and 4 labels"},
		{"dimensions", func(dir string) error {
			writeIDX(t, filepath.Join(dir, "t10k-images-idx3-ubyte"), 0, 2, 10)
			return nil
		}, "array of dimensions [2 10], want 3 of them"},
		{"shapes", func(dir string) error {
			writeIDX(t, filepath.Join(dir, "t10k-images-idx3-ubyte"), 0, 2, 3, 3)
			return nil
		}, "training images of 10 pixels, test images of 9"},
		{"label", func(dir string) error {
			writeIDX(t, filepath.Join(dir, "train-labels-idx1-ubyte"), 10, 3)
			return nil
		}, "label 10 of sample 0"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir := writeMNIST(t)
			if err := test.spoil(dir); err != nil {
				t.Fatal(err)
			}
			_, _, err := mnist.Load(dir)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want %q in it", err, test.want)
			}
			if missing := errors.Is(err, fs.ErrNotExist); missing != strings.Contains(err.Error(), mnist.Source) {
				t.Errorf("error %v: missing %t, and where to get the data", err, missing)
			}
		})
	}
}
