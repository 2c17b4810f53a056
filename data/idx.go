package data

import (
	"bufio"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"math/bits"
)

// MaxIDXDims bounds the dimensions of an IDX array; MNIST's images have 3.
const MaxIDXDims = 8

// idxUint8 is the only element type that is read; the format has five more.
const idxUint8 = 0x08

// An IDXReader reads an array of unsigned bytes in the IDX format, in which MNIST and
// its successors are published:
//
//	0x00 0x00        two zero bytes
//	type             0x08, unsigned bytes
//	d                number of dimensions, 1 to MaxIDXDims
//	d × u32          dimensions, big-endian
//	bytes            as many as their product, the last dimension's next to one another
//
// It allocates only a buffer. Source: Y. LeCun, C. Cortes, C. J. C. Burges, "The MNIST
// database of handwritten digits", section "File formats".
type IDXReader struct {
	Dims []int

	r    io.Reader
	at   int64 // offset, after decompression
	left int64 // elements
}

// NewIDXReader reads the head of an array. It recognizes gzip by its first two bytes,
// and then reads the decompressed data; zeros may follow the last gzip member. Errors
// name the offset.
func NewIDXReader(r io.Reader) (*IDXReader, error) {
	r, err := gunzip(r)
	if err != nil {
		return nil, fmt.Errorf("idx: %w", err)
	}
	a := &IDXReader{r: r, left: 1}
	magic, err := a.head(4)
	switch {
	case err != nil:
		return nil, err
	case magic[0] != 0 || magic[1] != 0:
		return nil, fmt.Errorf("idx: offset 0: bytes %02x %02x, want two zeros", magic[0], magic[1])
	case magic[2] != idxUint8:
		return nil, fmt.Errorf("idx: offset 2: element type %#02x, want %#02x, unsigned bytes", magic[2], idxUint8)
	case magic[3] < 1 || magic[3] > MaxIDXDims:
		return nil, fmt.Errorf("idx: offset 3: %d dimensions, want 1 to %d", magic[3], MaxIDXDims)
	}
	sizes, err := a.head(4 * int(magic[3]))
	if err != nil {
		return nil, err
	}
	for i := range int(magic[3]) {
		d := binary.BigEndian.Uint32(sizes[4*i:])
		high, size := bits.Mul64(uint64(a.left), uint64(d))
		if high != 0 || size > math.MaxInt || uint64(d) > math.MaxInt {
			return nil, fmt.Errorf("idx: offset %d: dimension %d of %d makes more elements than memory can address", 4+4*i, i, d)
		}
		a.left = int64(size)
		a.Dims = append(a.Dims, int(d))
	}
	return a, nil
}

// head reads n bytes of the head.
func (a *IDXReader) head(n int) ([]byte, error) {
	b := make([]byte, n)
	got, err := io.ReadFull(a.r, b)
	a.at += int64(got)
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return nil, fmt.Errorf("idx: offset %d: the file ends within the head", a.at)
	} else if err != nil {
		return nil, fmt.Errorf("idx: offset %d: %w", a.at, err)
	}
	return b, nil
}

// Left returns the number of elements that have not been read yet.
func (a *IDXReader) Left() int { return int(a.left) }

// Read implements io.Reader. After the last element it returns io.EOF, or an error if
// bytes follow.
func (a *IDXReader) Read(p []byte) (int, error) {
	if a.left == 0 {
		var b [1]byte
		if n, err := io.ReadFull(a.r, b[:]); n > 0 {
			return 0, fmt.Errorf("idx: offset %d: bytes after the last element of %v", a.at, a.Dims)
		} else if err != io.EOF {
			return 0, fmt.Errorf("idx: offset %d: %w", a.at, err)
		}
		return 0, io.EOF
	}
	n, err := a.r.Read(p[:min(int64(len(p)), a.left)])
	a.at += int64(n)
	a.left -= int64(n)
	switch {
	case err == io.EOF && a.left > 0:
		return n, fmt.Errorf("idx: offset %d: the file ends %d elements before the last of %v", a.at, a.left, a.Dims)
	case err == io.EOF:
		return n, nil // the next Read says what follows
	case err != nil:
		return n, fmt.Errorf("idx: offset %d: %w", a.at, err)
	}
	return n, nil
}

// readElements reads the rest, each element converted. Memory grows with the data read, not
// with the size that the head claims; room is the number of elements known to exist.
func readElements[T any](a *IDXReader, room int64, convert func(uint8) T) ([]T, error) {
	all := make([]T, 0, max(room, min(a.left, 1<<16)))
	var converted [256]T
	for v := range converted {
		converted[v] = convert(uint8(v))
	}
	var buf [1 << 15]byte
	for {
		n, err := a.Read(buf[:])
		if len(all)+n > cap(all) {
			size := min(int64(len(all)+n)+a.left, 2*int64(cap(all)))
			if err := checkMemory(size); err != nil {
				return nil, fmt.Errorf("idx: %w", err)
			}
			all = append(make([]T, 0, size), all...)
		}
		to := all[len(all) : len(all)+n]
		for i, b := range buf[:n] {
			to[i] = converted[b]
		}
		all = all[:len(all)+n]
		if err == io.EOF {
			return all, nil
		} else if err != nil {
			return nil, err
		}
	}
}

// gunzip returns r, or a reader of its decompressed content if r is gzipped.
func gunzip(r io.Reader) (io.Reader, error) {
	br := bufio.NewReaderSize(r, 1<<16)
	if magic, _ := br.Peek(2); len(magic) < 2 || magic[0] != 0x1f || magic[1] != 0x8b {
		return br, nil
	}
	g := &members{in: br}
	var err error
	if g.z, err = gzip.NewReader(br); err != nil {
		return nil, fmt.Errorf("gzip: %w", err)
	}
	g.z.Multistream(false)
	return g, nil
}

// members reads gzip members one after another. Zeros may follow the last one, as in files
// padded to whole blocks; package gzip would return an error for them.
type members struct {
	in *bufio.Reader
	z  *gzip.Reader
}

func (g *members) Read(p []byte) (int, error) {
	for {
		n, err := g.z.Read(p)
		if err == io.EOF {
			err = g.next()
		} else if err != nil {
			err = fmt.Errorf("gzip: %w", err)
		}
		if n > 0 || err != nil || len(p) == 0 {
			return n, err
		}
	}
}

// next begins the next member, or returns io.EOF if only zeros are left.
func (g *members) next() error {
	for zeros := 0; ; zeros++ {
		b, err := g.in.ReadByte()
		switch {
		case err != nil:
			return err
		case b == 0:
			continue
		case zeros > 0 || b != 0x1f:
			return errors.New("gzip: the data are followed by other bytes than zeros")
		}
		g.in.UnreadByte()
		if err := g.z.Reset(g.in); err != nil {
			return fmt.Errorf("gzip: %w", err)
		}
		g.z.Multistream(false)
		return nil
	}
}
