package catalogue

import (
	"fmt"
	"runtime/debug"

	"github.com/Kaleaon/pentary-go/internal/impl"
)

// Reference is the implementation that the others are compared with.
const Reference = "generic"

// Call is a kernel with operands, and what the reference makes of them.
type Call struct {
	*Operands
	Run func() int // calls the kernel and returns its result, or 0

	before, after [][]byte
	result        int
}

// NewCall makes the operands of a call and computes its reference. It leaves the
// selected implementation as it was.
func (k *Kernel) NewCall(o *Operands, shape []int) *Call {
	c := &Call{Operands: o, Run: k.Make(o, shape)}
	c.before = o.snapshot()
	defer impl.Use(Reference)()
	c.result = c.Run()
	c.after = o.snapshot()
	return c
}

// Check calls the kernel again, with the selected implementation, and describes how
// the outcome differs from the reference, or returns "". A touch of memory that is not
// there is a difference.
func (c *Call) Check() string { return c.CheckRun(c.Run) }

// CheckRun is Check of another function.
func (c *Call) CheckRun(run func() int) (difference string) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		switch v := recover().(type) {
		case nil:
		case interface{ Addr() uintptr }:
			difference = fmt.Sprintf("touched address %#x, outside of every operand", v.Addr())
		default:
			difference = fmt.Sprintf("panicked: %v", v)
		}
	}()
	c.restore(c.before)
	result := run()
	if text := c.differ(c.after); text != "" {
		return text
	}
	if result != c.result {
		return fmt.Sprintf("returned %d, want %d", result, c.result)
	}
	return ""
}

// Wrong is a call with one operand that is too long or too short.
type Wrong struct {
	Operand string
	Len     int // of the operand
	Want    int // what its length should be

	*Operands
	run func() int
}

// WrongCalls makes the calls of a shape that have one operand of a wrong length, one
// element more or less. newOperands returns equal operands every time.
func (k *Kernel) WrongCalls(newOperands func() *Operands, shape []int) (wrong []Wrong) {
	for i := 1; ; i++ {
		for _, by := range []int{1, -1} {
			o := newOperands()
			o.wrong, o.by = i, by
			run := k.Make(o, shape)
			if i > len(o.list) {
				return wrong
			}
			if p := o.list[i-1]; !p.fixed && p.size+by*p.width >= 0 {
				n := p.size / p.width
				wrong = append(wrong, Wrong{p.name, n + by, n, o, run})
			}
		}
	}
}

// Panic makes the call. It returns the panic's text, or "" if there is none, and
// whether an operand changed.
func (w Wrong) Panic() (text string, changed bool) {
	before := w.snapshot()
	defer func() {
		if v := recover(); v != nil {
			text = fmt.Sprint(v)
		}
		changed = w.differ(before) != ""
	}()
	w.run()
	return "", false
}
