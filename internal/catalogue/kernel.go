package catalogue

import (
	"slices"
	"strings"
)

// Kernel describes one function.
type Kernel struct {
	Name string // name of the function
	Dims []Dim  // dimensions of a shape

	// Make generates the operands for a shape and returns the call, which returns the result
	// of the function, or 0.
	Make func(o *Operands, shape []int) (call func() int)

	// Large is a shape with a dimension above 255, whose call covers every path of large
	// calls.
	Large []int

	// Several and SeveralLong are shapes with several blocks in every dimension. The
	// reference takes about a second for each shape in SeveralLong.
	Several, SeveralLong [][]int

	Measured []Measured
}

// Dim is one dimension of the shapes of a kernel.
type Dim struct {
	Name        string
	Least, Most int   // bounds for random shapes
	Edges       []int // sizes at and next to the edges of blocks, for conformance
	Work        bool  // whether the reference's time grows with it
}

// Measured is a shape to measure, and the work of its call. M, K, N and Rank are the dimensions in
// reports, or 0.
type Measured struct {
	Name          string // name of the measurement, if not the kernel's
	Shape         []int
	M, K, N, Rank int
	MACs          int64 // multiply-adds, or 0 if work is counted otherwise
	Pents         int64 // pents drawn, packed or unpacked, or 0
	Bytes         int64 // bytes of the operands read and written
}

// ByName returns the kernel with a name, ignoring case.
func ByName(name string) (*Kernel, bool) {
	i := slices.IndexFunc(All, func(k *Kernel) bool { return strings.EqualFold(k.Name, name) })
	if i < 0 {
		return nil, false
	}
	return All[i], true
}

// Work returns the approximate number of operations of the reference for a shape.
func (k *Kernel) Work(shape []int) int {
	work := 1
	for i, d := range k.Dims {
		if d.Work {
			work *= max(shape[i], 1)
		}
	}
	return work
}

// Shrink repeatedly halves the largest of the dimensions with Work until the work is within
// limit.
func (k *Kernel) Shrink(shape []int, limit int) {
	for k.Work(shape) > limit {
		largest := -1
		for i, d := range k.Dims {
			if d.Work && (largest < 0 || shape[i] > shape[largest]) {
				largest = i
			}
		}
		shape[largest] /= 2
	}
}
