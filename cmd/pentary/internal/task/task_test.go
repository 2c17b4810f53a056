package task

import (
	"errors"
	"fmt"
	"io/fs"
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
	if err == nil || !strings.Contains(err.Error(), "digits, mnist, fashion and mnist1d") {
		t.Errorf("error %v, want the tasks in it", err)
	}
}

// Facts about the data and the split, independent of the reader's code: the first samples are the
// digits 0 to 9 in order, three times.
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

// The error for a missing folder states the source of the data.
func TestSource(t *testing.T) {
	for _, task := range []*Task{&mnist, &fashion} {
		if _, _, err := task.Load(t.TempDir()); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), task.Source) {
			t.Errorf("%s: error %v, want where to get the data", task.Name, err)
		}
	}
}
