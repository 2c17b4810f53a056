package data

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// writeIDX writes an array of zeros, but for the value at index 0; a .gz is compressed
// and padded.
func writeIDX(t *testing.T, path string, first byte, dims ...int) {
	t.Helper()
	size := 1
	for _, d := range dims {
		size *= d
	}
	elements := make([]byte, size)
	elements[0] = first
	b := encodeIDX(dims, elements)
	if strings.HasSuffix(path, ".gz") {
		b = append(zip(b), make([]byte, 300)...)
	}
	if err := os.WriteFile(path, b, 0o666); err != nil {
		t.Fatal(err)
	}
}

// writeImages makes a folder of the four files: prefix, part, what is before idx, suffix.
func writeImages(t *testing.T, prefix, test, before, after string) (dir string) {
	dir = t.TempDir()
	writeIDX(t, filepath.Join(dir, prefix+"train-images"+before+"idx3-ubyte"+after), 255, 3, 2, 5)
	writeIDX(t, filepath.Join(dir, prefix+"train-labels"+before+"idx1-ubyte"+after), 9, 3)
	writeIDX(t, filepath.Join(dir, prefix+test+"-images"+before+"idx3-ubyte"+after), 255, 2, 2, 5)
	writeIDX(t, filepath.Join(dir, prefix+test+"-labels"+before+"idx1-ubyte"+after), 4, 2)
	return dir
}

func TestReadImages(t *testing.T) {
	for _, name := range [][4]string{
		{"", "t10k", "-", ""},
		{"", "t10k", "-", ".gz"},
		{"", "t10k", ".", ""},
		{"", "test", ".", ".gz"},
		{"emnist-letters-", "test", "-", ".gz"},
	} {
		train, test, err := ReadImages(writeImages(t, name[0], name[1], name[2], name[3]))
		if err != nil {
			t.Errorf("%q: %v", name, err)
			continue
		}
		if train.Len() != 3 || test.Len() != 2 || train.Features != 10 || train.Classes != 10 || test.Classes != 10 {
			t.Errorf("%q: %d train and %d test samples of %d features, %d classes", name, train.Len(), test.Len(), train.Features, train.Classes)
		}
		if !slices.Equal(train.Labels, []uint8{9, 0, 0}) || train.Inputs[0] != 111 || train.Inputs[1] != -16 {
			t.Errorf("%q: labels %v, inputs %v", name, train.Labels, train.Inputs)
		}
	}
}

// More than ten classes, as many as a byte has; a class may be in the test part alone.
func TestImageClasses(t *testing.T) {
	for _, test := range []struct{ train, test, want int }{{46, 0, 47}, {255, 0, 256}, {3, 61, 62}, {1, 0, 2}} {
		dir := writeImages(t, "", "t10k", "-", "")
		writeIDX(t, filepath.Join(dir, "train-labels-idx1-ubyte"), byte(test.train), 3)
		writeIDX(t, filepath.Join(dir, "t10k-labels-idx1-ubyte"), byte(test.test), 2)
		train, held, err := ReadImages(dir)
		if err != nil || train.Classes != test.want || held.Classes != test.want {
			t.Errorf("labels up to %d and %d: error %v, %+v", test.train, test.test, err, train)
		}
	}
}

func TestReadImagesErrors(t *testing.T) {
	const (
		trainImages, trainLabels = "train-images-idx3-ubyte", "train-labels-idx1-ubyte"
		testImages, testLabels   = "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"
	)
	write := func(name string, first byte, dims ...int) func(*testing.T, string) {
		return func(t *testing.T, dir string) { writeIDX(t, filepath.Join(dir, name), first, dims...) }
	}
	for _, test := range []struct {
		name  string
		spoil func(t *testing.T, dir string)
		want  string
	}{
		{"missing", func(_ *testing.T, dir string) { os.Remove(filepath.Join(dir, testLabels)) }, "no t10k-labels-idx1-ubyte or t10k-labels-idx1-ubyte.gz"},
		{"truncated", func(_ *testing.T, dir string) { os.Truncate(filepath.Join(dir, trainImages), 20) }, "train-images-idx3-ubyte: idx: offset 16: 4 bytes follow the head, want 30 for [3 2 5]"},
		{"longer", func(_ *testing.T, dir string) { os.Truncate(filepath.Join(dir, trainImages), 1<<33) }, "8589934576 bytes follow the head, want 30"},
		{"directory", func(_ *testing.T, dir string) {
			os.Remove(filepath.Join(dir, testLabels))
			os.Mkdir(filepath.Join(dir, testLabels), 0o777)
		}, "t10k-labels-idx1-ubyte: a directory, want a regular file"},
		{"counts", write(trainLabels, 0, 4), "train has 3 images and 4 labels"},
		{"dimensions", write(testImages, 0, 20), "array of dimensions [20], want at least 2 of them"},
		{"dimensions of labels", write(testLabels, 0, 2, 1), "array of dimensions [2 1], want 1 of them"},
		{"sizes", write(testImages, 0, 2, 3, 3), "training images of 2×5 pixels, test images of 3×3"},
		{"shapes of one product", write(testImages, 0, 2, 10, 1), "training images of 2×5 pixels, test images of 10×1"},
		{"other dimensions of one product", write(testImages, 0, 2, 10), "training images of 2×5 pixels, test images of 10"},
		{"one class", func(t *testing.T, dir string) {
			write(trainLabels, 0, 3)(t, dir)
			write(testLabels, 0, 2)(t, dir)
		}, "1 classes"},
		{"two sets", write("mine-train-images.idx3-ubyte", 0, 3, 2, 5), "both mine-train-images.idx3-ubyte and train-images-idx3-ubyte"},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := writeImages(t, "", "t10k", "-", "")
			test.spoil(t, dir)
			_, _, err := ReadImages(dir)
			if err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), dir) {
				t.Errorf("error %v, want %q in it", err, test.want)
			}
			if missing := errors.Is(err, fs.ErrNotExist); missing != (test.name == "missing") {
				t.Errorf("error %v: not exist %t", err, missing)
			}
		})
	}
	if _, _, err := ReadImages(filepath.Join(t.TempDir(), "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error %v, want not exist", err)
	}
}
