package programs

import (
	"embed"
	"fmt"
	"strings"
	"text/template"

	"github.com/Kaleaon/pentary-go/internal/hw/exec"
	"github.com/Kaleaon/pentary-go/internal/hw/isa"
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/packed"
)

//go:embed *.pasm
var texts embed.FS

var templates = template.Must(template.New("").ParseFS(texts, "*.pasm"))

// Program is a program and the configuration of its machine.
type Program struct {
	Text    string // assembly
	Program *isa.Program
	Config  exec.Config
}

// build executes a template and assembles the text, for a machine with memories of the reserved
// sizes.
func build(name string, data any, l *layout) (*Program, error) {
	if l.err != nil {
		return nil, l.err
	}
	var text strings.Builder
	if err := templates.ExecuteTemplate(&text, name, data); err != nil {
		return nil, fmt.Errorf("programs: %s: %w", name, err)
	}
	p, err := isa.Assemble(text.String(), nil)
	if err != nil {
		return nil, fmt.Errorf("programs: %s: %w", name, err)
	}
	config := exec.Config{Pents: max(1, l.pents), Bytes: max(1, l.bytes), Accumulators: max(1, l.sums)}
	return &Program{Text: text.String(), Program: p, Config: config}, nil
}

// Machine returns a machine for the program, without data in its tensor memories.
func (p *Program) Machine(observers ...exec.Observer) (*exec.Machine, error) {
	c := p.Config
	c.Observers = observers
	return exec.New(p.Program, c)
}

// layout reserves space in the tensor memories, tensor by tensor. Its methods return the operands
// of the tensor's directive.
type layout struct {
	pents, bytes, sums int
	err                error
}

// reserve advances the end of a memory by size and returns the operands of the tensor's
// directive.
func (l *layout) reserve(end *int, rows, cols, size int64) string {
	at := *end
	if size > exec.MaxMemory-int64(at) && l.err == nil {
		l.err = fmt.Errorf("programs: tensors exceed a memory of %d", exec.MaxMemory)
	}
	if l.err == nil {
		*end += int(size)
	}
	return fmt.Sprintf("%d, %d, %d", at, rows, cols)
}

func (l *layout) matrix(rows, cols int) string {
	return l.reserve(&l.pents, int64(rows), int64(cols), int64(rows)*int64(packed.RowBytes(cols)))
}

func (l *layout) activations(rows, cols int) string {
	return l.reserve(&l.bytes, int64(rows), int64(cols), 4*int64(kernels.Quads(rows))*int64(cols))
}

func (l *layout) accumulators(rows, cols int) string {
	return l.reserve(&l.sums, int64(rows), int64(cols), int64(rows)*int64(cols))
}

// setMatrix stores a matrix in the machine's tensor with a name; getMatrix copies it back.
func setMatrix(m *exec.Machine, name string, w *packed.Matrix) error {
	t, err := m.Tensor(name)
	if err != nil {
		return err
	}
	return m.SetMatrix(t, w)
}

func getMatrix(m *exec.Machine, name string, w *packed.Matrix) error {
	t, err := m.Tensor(name)
	if err != nil {
		return err
	}
	now, err := m.Matrix(t)
	if err != nil {
		return err
	}
	copy(w.Bytes(), now.Bytes())
	return nil
}

// seedWords returns the two words of a seed in a noise descriptor.
func seedWords(seed uint64) string { return fmt.Sprintf("%d, %d", uint32(seed), uint32(seed>>32)) }
