package asmtest

import (
	"fmt"
	"runtime"
	"slices"
	"testing"
	"unsafe"
)

// recorder is a testing.TB that records errors and runs its clean-up on demand.
type recorder struct {
	testing.TB
	errors   []string
	cleanups []func()
}

func (r *recorder) Helper() {}

func (r *recorder) Cleanup(f func()) { r.cleanups = append(r.cleanups, f) }

func (r *recorder) Errorf(format string, args ...any) {
	r.errors = append(r.errors, fmt.Sprintf(format, args...))
}

func (r *recorder) end() {
	for _, f := range slices.Backward(r.cleanups) {
		f()
	}
}

var sink int32 // keeps the compiler from dropping a read

// peek reads element i of a slice, without a check of bounds.
func peek[T Number](s []T, i int) T {
	return *(*T)(unsafe.Add(unsafe.Pointer(unsafe.SliceData(s)), i*int(unsafe.Sizeof(s[0]))))
}

func TestGuardedSlice(t *testing.T) {
	for _, n := range []int{0, 1, 3, 1023, 1024, 1025, 5000} {
		for _, at := range []Place{Start, End, 1, 63, 5000} {
			r := &recorder{TB: t}
			s := GuardedSlice[int32](r, n, at)
			if len(s) != n || cap(s) != n {
				t.Errorf("%d elements at %d: length %d, capacity %d", n, at, len(s), cap(s))
			}
			for i := range s {
				s[i] = -1
			}
			r.end()
			if len(r.errors) != 0 {
				t.Errorf("%d elements at %d: %q", n, at, r.errors)
			}
		}
	}
}

func TestGuardPages(t *testing.T) {
	if runtime.GOOS == "windows" || runtime.GOOS == "plan9" || runtime.GOOS == "js" {
		t.Skip("no guard pages")
	}
	for _, n := range []int{0, 1, 100, 4096} {
		for at, outside := range map[Place]int{Start: -1, End: n} {
			r := &recorder{TB: t}
			s := GuardedSlice[int32](t, n, at)
			Faults(r, func() { sink = peek(s, outside) })
			if len(r.errors) != 1 {
				t.Errorf("reading element %d of %d: %d errors", outside, n, len(r.errors))
			}
		}
	}
}

func TestOverwrite(t *testing.T) {
	for _, test := range []struct {
		at    Place
		index int
		want  string
	}{
		{Start, 7, "byte 0 after a slice of 7 elements was overwritten"},
		{Start, 9, "byte 2 after a slice of 7 elements was overwritten"},
		{End, -1, "byte 1 before a slice of 7 elements was overwritten"},
		{5, -5, "byte 5 before a slice of 7 elements was overwritten"},
		{5, 8, "byte 1 after a slice of 7 elements was overwritten"},
	} {
		r := &recorder{TB: t}
		s := GuardedSlice[uint8](r, 7, test.at)
		b := (*uint8)(unsafe.Add(unsafe.Pointer(unsafe.SliceData(s)), test.index))
		*b ^= 1
		r.end()
		if len(r.errors) != 1 || r.errors[0] != test.want {
			t.Errorf("errors %q, want %q", r.errors, test.want)
		}
	}
}

func TestRunPassesPanics(t *testing.T) {
	defer func() {
		if v := recover(); v != "other" {
			t.Errorf("recovered %v", v)
		}
	}()
	Faults(t, func() { panic("other") })
}

func ExampleGuardedSlice() {
	fill := func(x []int8) { // a kernel that works in steps of four
		for i := 0; i < len(x); i += 4 {
			*(*[4]int8)(unsafe.Pointer(&x[i])) = [4]int8{1, 1, 1, 1}
		}
	}

	t := &recorder{} // the *testing.T of a test
	x := GuardedSlice[int8](t, 10, Start)
	Faults(t, func() { fill(x) })
	t.end()
	fmt.Println(t.errors)
	// Output: [byte 0 after a slice of 10 elements was overwritten]
}
