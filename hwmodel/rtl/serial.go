package rtl

import (
	"encoding/binary"
	"fmt"
	"io"

	"github.com/Kaleaon/pentary-go/packed"
)

// Commands of pent_top.
const (
	cmdLoad = iota + 1
	cmdMultiply
	cmdAccumulate
	cmdRead
	cmdActivate
)

// maxShift is the largest shift of requantize, as in kernels.Requantize.
const maxShift = 30

// Port is the host's side of pent_top, a tile behind a serial line with 8 data bits, no parity
// and one stop bit. The caller opens the line and sets its speed.
type Port struct {
	line       io.ReadWriter
	rows, cols int
}

// NewPort returns the port of a tile of rows × cols that answers on line. It panics unless
// rows is at least 3 and cols is a power of two of at least 8.
func NewPort(line io.ReadWriter, rows, cols int) *Port {
	if rows < 3 || cols < 8 || cols&(cols-1) != 0 {
		panic(fmt.Sprintf("rtl: NewPort: a tile of %d×%d, want at least 3 rows, and columns a power of two of at least 8", rows, cols))
	}
	return &Port{line: line, rows: rows, cols: cols}
}

// Load loads the weights of the tile. It panics if w does not have the tile's shape.
func (p *Port) Load(w *packed.Matrix) error {
	if w.Rows() != p.rows || w.Cols() != p.cols {
		panic(fmt.Sprintf("rtl: Port.Load: a matrix of %d×%d for a tile of %d×%d", w.Rows(), w.Cols(), p.rows, p.cols))
	}
	message := []byte{cmdLoad}
	for i := range p.rows {
		// Eight pents are three bytes.
		for j := 0; j < p.cols; j += 8 {
			group := uint32(0)
			for u := range 8 {
				group |= uint32(w.At(i, j+u).Code()) << (3 * u)
			}
			message = append(message, byte(group), byte(group>>8), byte(group>>16))
		}
	}
	return p.send("load", message)
}

// Multiply starts y = W·x. It panics unless x has one value per column.
func (p *Port) Multiply(x []int8) error { return p.product("multiply", cmdMultiply, x) }

// Accumulate starts y += W·x. A matrix with more columns than the tile is loaded and
// multiplied part by part. It panics unless x has one value per column.
func (p *Port) Accumulate(x []int8) error { return p.product("accumulate", cmdAccumulate, x) }

func (p *Port) product(name string, command byte, x []int8) error {
	if len(x) != p.cols {
		panic(fmt.Sprintf("rtl: Port: %s: %d values for %d columns", name, len(x), p.cols))
	}
	message := []byte{command}
	for _, v := range x {
		message = append(message, byte(v))
	}
	return p.send(name, message)
}

// Read reads y, one value per row. It panics if y has another length.
func (p *Port) Read(y []int32) error {
	if len(y) != p.rows {
		panic(fmt.Sprintf("rtl: Port.Read: %d elements for %d rows", len(y), p.rows))
	}
	answer := make([]byte, 4*p.rows)
	if err := p.ask("read", []byte{cmdRead}, answer); err != nil {
		return err
	}
	for i := range y {
		y[i] = int32(binary.LittleEndian.Uint32(answer[4*i:]))
	}
	return nil
}

// Activate reads the activations of y: kernels.Requantize without a bias. It panics unless dst
// has one element per row and shift is at most 30.
func (p *Port) Activate(dst []int8, shift uint, relu bool) error {
	if len(dst) != p.rows || shift > maxShift {
		panic(fmt.Sprintf("rtl: Port.Activate: %d elements for %d rows, shift %d; want one element per row and a shift of at most 30", len(dst), p.rows, shift))
	}
	how := byte(shift)
	if relu {
		how |= 0x80
	}
	answer := make([]byte, p.rows)
	if err := p.ask("activate", []byte{cmdActivate, how}, answer); err != nil {
		return err
	}
	for i, b := range answer {
		dst[i] = int8(b)
	}
	return nil
}

func (p *Port) ask(name string, message, answer []byte) error {
	if err := p.send(name, message); err != nil {
		return err
	}
	if n, err := io.ReadFull(p.line, answer); err != nil {
		return fmt.Errorf("rtl: %s: %d of %d bytes of the answer: %w", name, n, len(answer), err)
	}
	return nil
}

func (p *Port) send(name string, message []byte) error {
	if _, err := p.line.Write(message); err != nil {
		return fmt.Errorf("rtl: %s: %w", name, err)
	}
	return nil
}
