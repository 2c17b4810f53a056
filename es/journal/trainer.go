package journal

import (
	"crypto/sha256"
	"fmt"
	"math"
	"strconv"

	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/packed"
)

// Trainer is what a journal records, and what it brings back: *es.Optimizer.
type Trainer interface {
	// Generation returns the number of finished generations.
	Generation() int
	// Parameters returns the weights that are trained, in the order of the run.
	// Their memory is the trainer's own.
	Parameters() []es.Parameter
	// Record returns the record of the latest generation. Its memory is good until
	// the next.
	Record() es.Record
	// Replay moves the weights as the recorded generation did, which must be the
	// next.
	Replay(es.Record) (es.Stats, error)
	// AppendState appends everything that is not in the parameters, the number of
	// finished generations included.
	AppendState([]byte) []byte
	// RestoreState takes back what AppendState wrote, or returns an error and
	// changes nothing.
	RestoreState([]byte) error
}

// Hash is a SHA-256 hash.
type Hash [sha256.Size]byte

// HashWeights returns the hash of parameters: SHA-256 of the .pent file that a
// Checkpoint stores of them, header and padding included. In it parameter n is the
// tensor named n in decimal, with scale 0, or, if a vector, the meta entry n; so the
// hash depends on shapes, values and order, and not on the caller's names and
// scales. The hash of the packed weights alone, one matrix after another, is
// another.
func HashWeights(params []es.Parameter) (Hash, error) {
	f, err := weights(params)
	if err != nil {
		return Hash{}, err
	}
	h := sha256.New()
	if _, err := f.WriteTo(h); err != nil {
		return Hash{}, err
	}
	return Hash(h.Sum(nil)), nil
}

// weights returns parameters as a .pent file that shares the matrices. The
// parameter of number n is the tensor named n, or, if it is a vector, the bytes of
// the meta entry n.
func weights(params []es.Parameter) (*packed.File, error) {
	f := &packed.File{Meta: map[string]string{}}
	for i, p := range params {
		name := strconv.Itoa(i)
		switch {
		case (p.Matrix == nil) == (p.Vector == nil):
			return nil, fmt.Errorf("journal: parameter %d has not either a matrix or a vector", i)
		case p.Matrix != nil:
			f.Tensors = append(f.Tensors, packed.Tensor{Name: name, Matrix: p.Matrix})
		default:
			b := make([]byte, len(p.Vector))
			for j, v := range p.Vector {
				b[j] = byte(v)
			}
			f.Meta[name] = string(b)
		}
	}
	return f, nil
}

// checkWeights returns an error if f does not hold values for exactly these
// parameters.
func checkWeights(params []es.Parameter, f *packed.File) error {
	if n := len(f.Tensors) + len(f.Meta); n != len(params) {
		return fmt.Errorf("weights of %d parameters, for %d", n, len(params))
	}
	tensors := f.Tensors
	for i, p := range params {
		name := strconv.Itoa(i)
		if p.Matrix == nil {
			v, ok := f.Meta[name]
			if !ok || len(v) != len(p.Vector) {
				return fmt.Errorf("vector %d of %d elements, want %d", i, len(v), len(p.Vector))
			}
			for j := range len(v) {
				if int8(v[j]) == math.MinInt8 {
					return fmt.Errorf("vector %d is -128 at element %d, want ±127", i, j)
				}
			}
			continue
		}
		if len(tensors) == 0 || tensors[0].Name != name {
			return fmt.Errorf("no matrix for parameter %d", i)
		}
		m := tensors[0].Matrix
		if m.Rows() != p.Matrix.Rows() || m.Cols() != p.Matrix.Cols() {
			return fmt.Errorf("matrix %d is %d×%d, want %d×%d", i, m.Rows(), m.Cols(), p.Matrix.Rows(), p.Matrix.Cols())
		}
		tensors = tensors[1:]
	}
	return nil
}

// setWeights copies the weights of f, which checkWeights passed.
func setWeights(params []es.Parameter, f *packed.File) {
	tensors := f.Tensors
	for i, p := range params {
		if p.Matrix != nil {
			copy(p.Matrix.Bytes(), tensors[0].Matrix.Bytes())
			tensors = tensors[1:]
			continue
		}
		for j, b := range []byte(f.Meta[strconv.Itoa(i)]) {
			p.Vector[j] = int8(b)
		}
	}
}
