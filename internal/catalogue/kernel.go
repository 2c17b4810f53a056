package catalogue

import (
	"slices"
	"strings"
)

// Kernel is one function.
type Kernel struct {
	Name string // of the function
	Dims []Dim  // of a shape

	// Make makes the operands of a call of a shape, and returns the call, which returns
	// what the function does, or 0.
	Make func(o *Operands, shape []int) (call func() int)

	// Large is a shape with more than 255 of something, whose call takes every path
	// that a large call takes.
	Large []int

	// Several and SeveralLong are shapes of several blocks in every dimension; the second
	// ones take the reference a second each.
	Several, SeveralLong [][]int

	Measured []Measured
}

// Dim is one dimension of the shapes of a kernel.
type Dim struct {
	Name        string
	Least, Most int   // of random shapes
	Edges       []int // at and next to the edges of blocks, for conformance
	Work        bool  // the reference's time grows with it
}

// Measured is a shape that is measured, and the work of its call. M, K, N and Rank are
// what reports call its dimensions, 0 where there is none.
type Measured struct {
	Name          string // of the measurement, if not the kernel's
	Shape         []int
	M, K, N, Rank int
	MACs          int64 // multiply-adds, or 0 where that is not the work
	Pents         int64 // pents drawn, packed or unpacked, or 0
	Bytes         int64 // of the operands that are read and written
}

// ByName returns the kernel of a name, whose case does not matter.
func ByName(name string) (*Kernel, bool) {
	i := slices.IndexFunc(All, func(k *Kernel) bool { return strings.EqualFold(k.Name, name) })
	if i < 0 {
		return nil, false
	}
	return All[i], true
}

// Work returns about how many operations the reference takes for a shape.
func (k *Kernel) Work(shape []int) int {
	work := 1
	for i, d := range k.Dims {
		if d.Work {
			work *= max(shape[i], 1)
		}
	}
	return work
}

// Shrink halves the largest dimension of those that cost work until the work is within a
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
