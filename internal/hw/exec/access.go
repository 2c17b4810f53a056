package exec

import (
	"fmt"

	"github.com/Kaleaon/pentary-go/packed"
)

// Access of a host to the machine's memories.

// Tensor returns the tensor whose descriptor is at a symbol of the program, as it is now.
func (m *Machine) Tensor(symbol string) (Tensor, error) {
	at, ok := m.program.Find(symbol)
	if !ok {
		return Tensor{}, fmt.Errorf("exec: no data symbol %q", symbol)
	}
	t, err := m.tensor(int64(at), 0)
	if err != nil {
		return Tensor{}, fmt.Errorf("exec: %s: %w", symbol, err)
	}
	return t, nil
}

// Matrix returns a tensor of pents as a matrix that shares the machine's memory. It returns an
// error that names the first invalid code, if any: initial memory is not zero weights.
func (m *Machine) Matrix(t Tensor) (*packed.Matrix, error) {
	w, err := m.matrix(t)
	if err != nil {
		return nil, fmt.Errorf("exec: %w", err)
	}
	return w, nil
}

// SetMatrix stores a matrix in a tensor of pents of the same shape.
func (m *Machine) SetMatrix(t Tensor, w *packed.Matrix) error {
	if err := t.want(w.Rows(), w.Cols()); err != nil {
		return fmt.Errorf("exec: %w", err)
	}
	copy(m.pents[t.Base:], w.Bytes())
	return nil
}

// Activations returns the activations of a tensor, in quads. The slice shares the machine's
// memory.
func (m *Machine) Activations(t Tensor) []int8 { return m.activations(t) }

// Accumulators returns the accumulators of a tensor, row by row. The slice shares the machine's
// memory.
func (m *Machine) Accumulators(t Tensor) []int32 { return m.accumulators(t) }

// Word returns a word of data memory.
func (m *Machine) Word(address int) (int64, error) {
	at, err := m.word(int64(address))
	if err != nil {
		return 0, fmt.Errorf("exec: %w", err)
	}
	return m.words[at], nil
}

// SetWord sets a word of data memory to v, wrapped modulo 5^16.
func (m *Machine) SetWord(address int, v int64) error {
	at, err := m.word(int64(address))
	if err != nil {
		return fmt.Errorf("exec: %w", err)
	}
	m.words[at] = wrap(v)
	return nil
}
