package exec

import (
	"fmt"

	"github.com/Kaleaon/pentary-go/internal/hw/isa"
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/packed"
)

// maxShift is the largest shift of an accumulator.
const maxShift = 30

// multiplied returns the tensors of a product: the accumulators, the weights and the activations.
func (m *Machine) multiplied(in isa.Instruction) (y, weights, x Tensor, err error) {
	if y, err = m.result(m.regs[in.Rd], isa.Accumulators); err != nil {
		return y, weights, x, err
	}
	if weights, err = m.operand(1, m.regs[in.Rs1], isa.Pents); err != nil {
		return y, weights, x, err
	}
	x, err = m.operand(2, m.regs[in.Rs2], isa.Bytes)
	return y, weights, x, err
}

// converted returns the activations that an instruction writes and its operand of a kind.
func (m *Machine) converted(in isa.Instruction, kind isa.Kind) (result, operand Tensor, err error) {
	if result, err = m.result(m.regs[in.Rd], isa.Bytes); err != nil {
		return result, operand, err
	}
	operand, err = m.operand(1, m.regs[in.Rs1], kind)
	return result, operand, err
}

func matVec(m *Machine, in isa.Instruction, e *Event) error {
	y, weights, x, err := m.multiplied(in)
	if err != nil {
		return err
	}
	if y.Rows != weights.Rows || y.Cols != x.Cols || weights.Cols != x.Rows || weights.Cols > kernels.MaxK {
		return fmt.Errorf("%v as the product of %v and %v, want matching shapes and at most %d columns of weights", y, weights, x, kernels.MaxK)
	}
	w, err := m.matrix(weights)
	if err != nil {
		return err
	}
	kernels.MatMul(m.accumulators(y), w, m.activations(x), x.Cols)
	e.M, e.K, e.N = weights.Rows, weights.Cols, x.Cols
	m.census(w)
	return nil
}

func relu(m *Machine, in isa.Instruction, e *Event) error {
	y, x, err := m.converted(in, isa.Bytes)
	if err != nil {
		return err
	}
	if err := firstError(same(y, x), apart(y, x, true)); err != nil {
		return err
	}
	dst, src := m.activations(y), m.activations(x)
	for i := range 4 * kernels.Quads(x.Rows) {
		for c := range x.Cols {
			at := x.quad(i, c)
			if i < x.Rows {
				dst[at] = max(0, src[at])
			} else {
				dst[at] = 0
			}
		}
	}
	e.M, e.N = x.Rows, x.Cols
	return nil
}

func quant(m *Machine, in isa.Instruction, e *Event) error {
	x, y, err := m.converted(in, isa.Accumulators)
	if err != nil {
		return err
	}
	if err := same(x, y); err != nil {
		return err
	}
	var bias []int32
	if in.Rs2 != isa.Zero {
		b, err := m.operand(2, m.regs[in.Rs2], isa.Accumulators)
		if err != nil {
			return err
		}
		if err := b.want(x.Rows, 1); err != nil {
			return fmt.Errorf("bias: %w", err)
		}
		bias = m.accumulators(b)
	}
	if in.Imm < 0 || in.Imm > maxShift {
		return fmt.Errorf("shift %d, want 0 to %d", in.Imm, maxShift)
	}
	kernels.Requantize(m.activations(x), m.accumulators(y), x.Rows, x.Cols, kernels.Output{Bias: bias, Shift: uint(in.Imm)})
	e.M, e.N = x.Rows, x.Cols
	return nil
}

func pool(m *Machine, in isa.Instruction, e *Event) error {
	y, x, err := m.converted(in, isa.Bytes)
	if err != nil {
		return err
	}
	size := int(in.Imm)
	if size < 1 || size > x.Height || size > x.Width {
		return fmt.Errorf("squares of side %d in planes of %d×%d", size, x.Height, x.Width)
	}
	channels := x.channels()
	if err := firstError(y.wantImage(channels, x.Height/size, x.Width/size, x.Cols), apart(y, x, false)); err != nil {
		return err
	}
	dst, src := m.activations(y), m.activations(x)
	clear(dst)
	for row := range y.Rows {
		channel, i, j := row/(y.Height*y.Width), row/y.Width%y.Height, row%y.Width
		for c := range y.Cols {
			best := int8(-128)
			for u := range size {
				for v := range size {
					best = max(best, src[x.quad(x.pixel(channel, i*size+u, j*size+v), c)])
				}
			}
			dst[y.quad(row, c)] = best
		}
	}
	e.M, e.K, e.N = y.Rows, size*size, y.Cols
	return nil
}

func conv(m *Machine, in isa.Instruction, e *Event) error {
	y, weights, x, err := m.multiplied(in)
	if err != nil {
		return err
	}
	stride := int(in.Imm)
	switch {
	case stride < 1:
		return fmt.Errorf("stride %d, want 1 or more", stride)
	case weights.Height > x.Height || weights.Width > x.Width:
		return fmt.Errorf("kernels of %d×%d in planes of %d×%d", weights.Height, weights.Width, x.Height, x.Width)
	case weights.Cols != x.channels()*weights.Height*weights.Width || weights.Cols > kernels.MaxK:
		return fmt.Errorf("%v for %d channels and kernels of %d×%d, want matching columns and at most %d",
			weights, x.channels(), weights.Height, weights.Width, kernels.MaxK)
	}
	height, width := (x.Height-weights.Height)/stride+1, (x.Width-weights.Width)/stride+1
	if err := y.wantImage(weights.Rows, height, width, x.Cols); err != nil {
		return err
	}
	w, err := m.matrix(weights)
	if err != nil {
		return err
	}
	c := convolution{m: m, w: w, weights: weights, x: x, y: y, stride: stride}
	places := max(1, maxPatches/(weights.Cols*x.Cols)) // places per product
	for i := range height {
		for lo := 0; lo < width; lo += places {
			c.multiply(i, lo, min(lo+places, width))
		}
	}
	e.M, e.K, e.N = weights.Rows, weights.Cols, height*width*x.Cols
	m.census(w)
	return nil
}

// maxPatches bounds the activations gathered at once, unless one place alone has more.
const maxPatches = 1 << 20

// convolution gathers patches of images as the columns of a batch and multiplies the weights by
// them.
type convolution struct {
	m             *Machine
	w             *packed.Matrix
	weights, x, y Tensor
	stride        int
}

// multiply computes places lo to hi of a row of the result.
func (c *convolution) multiply(row, lo, hi int) {
	n := c.x.Cols
	patches := Tensor{Kind: isa.Bytes, Rows: c.weights.Cols, Cols: (hi - lo) * n}
	batch := resize(&c.m.scratch.patch, int(patches.Size()))
	clear(batch)
	src := c.m.activations(c.x)
	for k := range patches.Rows {
		channel, u, v := k/(c.weights.Height*c.weights.Width), k/c.weights.Width%c.weights.Height, k%c.weights.Width
		for at := range patches.Cols {
			pixel := c.x.pixel(channel, row*c.stride+u, (lo+at/n)*c.stride+v)
			batch[patches.quad(k, at)] = src[c.x.quad(pixel, at%n)]
		}
	}
	product := resize(&c.m.scratch.y, c.weights.Rows*patches.Cols)
	kernels.MatMul(product, c.w, batch, patches.Cols)
	dst := c.m.accumulators(c.y)
	for o := range c.weights.Rows {
		copy(dst[c.y.pixel(o, row, lo)*n:], product[o*patches.Cols:(o+1)*patches.Cols])
	}
}

// channels returns the number of planes of an image.
func (t Tensor) channels() int { return t.Rows / (t.Height * t.Width) }

// pixel returns the row of the tensor that holds a pixel.
func (t Tensor) pixel(channel, i, j int) int { return (channel*t.Height+i)*t.Width + j }

// wantImage returns an error unless the tensor holds images of the given shape.
func (t Tensor) wantImage(channels, height, width, cols int) error {
	rows := int64(channels) * int64(height) * int64(width)
	if t.Height != height || t.Width != width || int64(t.Rows) != rows || t.Cols != cols {
		return fmt.Errorf("%v with planes of %d×%d, want %d×%d with planes of %d×%d",
			t, t.Height, t.Width, rows, cols, height, width)
	}
	return nil
}

// firstError returns the first error that is not nil.
func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
