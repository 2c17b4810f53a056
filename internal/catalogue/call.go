package catalogue

import (
	"fmt"
	"runtime/debug"

	"github.com/Kaleaon/pentary-go/internal/impl"
)

// Reference is the implementation with which the others are compared.
const Reference = "generic"

// Call is a call of a kernel with operands, and the reference's outcome.
type Call struct {
	*Operands
	Run func() int // calls the kernel and returns its result, or 0

	before, after [][]byte
	result        int
}

// NewCall generates the operands of a call and computes the reference. It does not change the
// selected implementation.
func (k *Kernel) NewCall(o *Operands, shape []int) *Call {
	c := &Call{Operands: o, Run: k.Make(o, shape)}
	c.before = o.snapshot()
	defer impl.Use(Reference)()
	c.result = c.Run()
	c.after = o.snapshot()
	return c
}

// Check calls the kernel with the selected implementation. It returns a description of the
// difference from the reference, or "". An access to unmapped memory is a difference.
func (c *Call) Check() string { return c.CheckRun(c.Run) }

// CheckRun is Check for another function.
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

// Wrong is a call with one operand of a wrong length.
type Wrong struct {
	Operand string
	Len     int // length of the operand
	Want    int // correct length

	*Operands
	run func() int
}

// WrongCalls returns, for a shape, the calls in which one operand is one element too long or too
// short. newOperands must return equal operands at every call.
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

// Panic executes the call. It returns the text of the panic, or "" if there is none, and whether
// an operand changed.
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
