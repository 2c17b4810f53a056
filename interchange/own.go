package interchange

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"github.com/Kaleaon/pentary-go/packed"
)

// An ownTensor is a tensor that a writer of this package may have made.
type ownTensor struct {
	part   bool   // of another tensor: its scale or shape
	name   string // in the .pent file
	scale  int32
	packed bool // in the 332 layout
	rows   int  // of a packed one
	cols   int
}

// own finds the tensors that a writer of this package may have made, by their names.
func (a *Archive) own() (map[string]ownTensor, error) {
	own := map[string]ownTensor{}
	if a.scales != nil {
		for i, t := range a.Tensors {
			own[t.Name] = ownTensor{name: t.Name, scale: a.scales[i]}
		}
		return own, nil
	}
	byName := map[string]*Tensor{}
	for i := range a.Tensors {
		byName[a.Tensors[i].Name] = &a.Tensors[i]
	}
	for _, scale := range a.Tensors {
		name, ok := strings.CutSuffix(scale.Name, suffixScale)
		if !ok || scale.Type != F32 || !slices.Equal(scale.Shape, []int{1}) {
			continue
		}
		b, err := scale.bytes()
		if err != nil {
			return nil, err
		}
		fraction, e := math.Frexp(float64(math.Float32frombits(le.Uint32(b))))
		if fraction != 0.5 {
			continue
		}
		o := ownTensor{name: name, scale: int32(e - 1)}
		if w := byName[name+suffixWeight]; w != nil && w.Type == I8 && len(w.Shape) == 2 {
			own[w.Name], own[scale.Name] = o, ownTensor{part: true}
			continue
		}
		w, shape := byName[name+suffixPacked], byName[name+suffixShape]
		if w == nil || shape == nil || w.Type != U8 || len(w.Shape) != 2 || shape.Type != I64 || !slices.Equal(shape.Shape, []int{2}) {
			continue
		}
		if b, err = shape.bytes(); err != nil {
			return nil, err
		}
		rows, cols := le.Uint64(b), le.Uint64(b[8:])
		if rows != uint64(w.Rows()) || cols > uint64(w.Cols())*8/3 || packed.RowBytes(int(cols)) != w.Cols() {
			return nil, shape.errorf(0, "%d×%d, and %q is %v", rows, cols, w.Name, w.Shape)
		}
		o.packed, o.rows, o.cols = true, int(rows), int(cols)
		own[w.Name], own[scale.Name], own[shape.Name] = o, ownTensor{part: true}, ownTensor{part: true}
	}
	return own, nil
}

// bytes returns the data.
func (t *Tensor) bytes() ([]byte, error) {
	r, err := t.open()
	if err != nil {
		return nil, t.errorf(0, "%w", err)
	}
	b := make([]byte, t.Size)
	if _, err := io.ReadFull(r, b); err != nil {
		return nil, t.errorf(0, "%w", err)
	}
	return b, nil
}

// read returns the tensor, which pents and the scale hold exactly. Other values than
// pents are an error.
func (o ownTensor) read(t *Tensor) (tensor packed.Tensor, r Report, err error) {
	tensor = packed.Tensor{Name: o.name, Scale: o.scale}
	if o.packed {
		b, err := t.bytes()
		if err != nil {
			return tensor, r, err
		}
		if tensor.Matrix, err = packed.MatrixOver(o.rows, o.cols, b); err != nil {
			return tensor, r, t.errorf(0, "%w", err)
		}
	} else if tensor.Matrix, err = o.pents(t); err != nil {
		return tensor, r, err
	}
	return tensor, exactReport(o.name, tensor.Matrix), nil
}

// pents reads a tensor of integers, or of values that are pents times the scale.
func (o ownTensor) pents(t *Tensor) (*packed.Matrix, error) {
	unit := 1.0
	if t.Type != I8 {
		unit = math.Ldexp(1, int(o.scale))
	}
	rows, cols := t.Rows(), t.Cols()
	if rows == 0 || cols == 0 {
		return packed.NewMatrix(0, 0), nil
	}
	m := packed.NewMatrix(rows, cols)
	pents := make([]int8, cols)
	return m, t.Read(func(i int, values []float32) error {
		for j, v := range values {
			p := roundPent(float64(v) / unit)
			if float64(p)*unit != float64(v) {
				return fmt.Errorf("element %d of row %d is %v, want a pent times %v", j, i, v, unit)
			}
			pents[j] = p
		}
		m.Row(i).Pack(pents)
		return nil
	})
}
