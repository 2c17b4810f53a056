package journal

import (
	"crypto/sha256"
	"fmt"
	"strconv"

	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/lowrank"
	"github.com/Kaleaon/pentary-go/packed"
)

// Trainer is what a journal records and restores, such as an *es.Optimizer.
type Trainer interface {
	// Generation returns the number of finished generations.
	Generation() int
	// Parameters returns the weights that are trained, in the order of the run.
	// Their memory is the trainer's own.
	Parameters() []lowrank.Parameter
	// Record returns the record of the latest generation, which is valid until the next
	// generation.
	Record() es.Record
	// Replay moves the weights as the recorded generation did, which must be the
	// next.
	Replay(es.Record) (es.Stats, error)
	// AppendState appends everything that is not in the parameters, the number of
	// finished generations included.
	AppendState([]byte) []byte
	// RestoreState restores what AppendState wrote, or returns an error and
	// changes nothing.
	RestoreState([]byte) error
}

// Hash is a SHA-256 hash.
type Hash [sha256.Size]byte

// HashWeights returns the hash of parameters: SHA-256 of the .pent file that a
// Checkpoint stores of them, header and padding included. In it parameter n is the
// tensor named n in decimal, with scale 0; so the hash depends on shapes, values and
// order, and not on the caller's names and scales. It differs from the hash of the packed
// weights alone, which the command prints.
func HashWeights(params []lowrank.Parameter) (Hash, error) {
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

// weights returns parameters as a .pent file that shares the matrices. The parameter of
// number n is the tensor named n.
func weights(params []lowrank.Parameter) (*packed.File, error) {
	f := new(packed.File)
	for i, p := range params {
		if p.W == nil {
			return nil, fmt.Errorf("journal: parameter %d has no matrix", i)
		}
		f.Tensors = append(f.Tensors, packed.Tensor{Name: strconv.Itoa(i), Matrix: p.W})
	}
	return f, nil
}

// checkWeights returns an error if f does not hold values for exactly these
// parameters.
func checkWeights(params []lowrank.Parameter, f *packed.File) error {
	if n := len(f.Tensors) + len(f.Meta); n != len(params) {
		return fmt.Errorf("weights of %d parameters, for %d", n, len(params))
	}
	for i, p := range params {
		if len(f.Tensors) <= i || f.Tensors[i].Name != strconv.Itoa(i) {
			return fmt.Errorf("no matrix for parameter %d", i)
		}
		if m := f.Tensors[i].Matrix; m.Rows() != p.W.Rows() || m.Cols() != p.W.Cols() {
			return fmt.Errorf("matrix %d is %d×%d, want %d×%d", i, m.Rows(), m.Cols(), p.W.Rows(), p.W.Cols())
		}
	}
	return nil
}

// setWeights copies the weights of f, which checkWeights passed.
func setWeights(params []lowrank.Parameter, f *packed.File) {
	for i, p := range params {
		copy(p.W.Bytes(), f.Tensors[i].Matrix.Bytes())
	}
}
