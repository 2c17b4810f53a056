package main

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/Kaleaon/pentary-go/data"
)

// ReadSparse reads a data format of its own, a subset of LIBSVM's: a line is a sample, its
// class followed by the features other than 0, numbered from 1, as in
//
//	1 3:64 7:-127
//
// The caller gives the number of features and of classes, so that a line cannot claim more
// memory than its length and features. Errors name the line.
func ReadSparse(r io.Reader, features, classes int) (*data.Dataset, error) {
	d := &data.Dataset{Features: features, Classes: classes}
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		fields := strings.Fields(lines.Text())
		if len(fields) == 0 {
			continue
		}
		class, err := strconv.Atoi(fields[0])
		if err != nil || class < 0 || class >= classes {
			return nil, fmt.Errorf("line %d: class %q, want 0 to %d", n, fields[0], classes-1)
		}
		sample := make([]int8, features)
		for _, field := range fields[1:] {
			index, value, _ := strings.Cut(field, ":")
			i, err := strconv.Atoi(index)
			if err != nil || i < 1 || i > features {
				return nil, fmt.Errorf("line %d: feature %q, want 1 to %d", n, index, features)
			}
			v, err := strconv.Atoi(value)
			if err != nil || v < -127 || v > 127 {
				return nil, fmt.Errorf("line %d: value %q of feature %d, want -127 to 127", n, value, i)
			}
			sample[i-1] = int8(v)
		}
		d.Inputs = append(d.Inputs, sample...)
		d.Labels = append(d.Labels, uint8(class))
	}
	if err := lines.Err(); err != nil {
		return nil, err
	}
	return d, d.Check()
}
