package cluster

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/bits"

	"github.com/klauspost/compress/fse"

	"github.com/Kaleaon/pentary-go/internal/reuse"
)

// A codec codes the fitness codes of records with many codes a pair by finite-state entropy
// (FSE) tables. The journal's adaptive coding takes as many bytes and ten times as long, most
// of it before the next generation can begin (docs/results/cluster.md). A codec reuses its
// memory.
//
// The magnitude of a sample's codes depends on how sure the network is of the sample.
// Samples whose codes have means in the same octave form a class, which has its own table:
//
//	the class of each sample    a block of bytes
//	for each class but 0        a block of the codes of its samples, pair by pair
//
// Class 0 has only codes of 0. A byte of a block is a code c as 2·|c|, less 1 if c is
// negative. A block begins with its form. Then follow, for n bytes, which the reader knows:
//
//	blockRaw    the n bytes
//	blockRun    the byte that all are
//	blockFSE    the size in bytes (u32), and a block of the fse package
type codec struct {
	fse     fse.Scratch
	sums    []uint32 // of the |codes| of each sample
	classes []byte   // of each sample
	order   []int32  // samples, by class
	block   []byte
}

const (
	blockRaw = iota
	blockRun
	blockFSE
)

const classes = 17

// classOf returns the class of a sample by the sum of the |codes| of its pairs: the octave of
// their mean, from 2^-9 on.
func classOf(sum uint32, pairs int) byte {
	if sum == 0 {
		return 0
	}
	return byte(max(1, bits.Len64(uint64(sum)<<12/uint64(pairs))-3))
}

// append appends codes, pair by pair, of the given samples each.
func (c *codec) append(b []byte, codes []int8, samples int) []byte {
	pairs := len(codes) / samples
	c.sums = reuse.Slice(c.sums, samples)
	clear(c.sums)
	for at := 0; at < len(codes); at += samples {
		for s, v := range codes[at : at+samples] {
			c.sums[s] += uint32(max(v, -v))
		}
	}
	c.classes = reuse.Slice(c.classes, samples)
	for s, sum := range c.sums {
		c.classes[s] = classOf(sum, pairs)
	}
	b = c.appendBlock(b, c.classes)
	for class := byte(1); class < classes; class++ {
		of := c.members(class)
		if len(of) == 0 {
			continue
		}
		c.block = reuse.Slice(c.block, pairs*len(of))
		at := 0
		for p := range pairs {
			row := codes[p*samples:][:samples]
			for _, s := range of {
				v := row[s]
				c.block[at] = byte(v<<1 ^ v>>7)
				at++
			}
		}
		b = c.appendBlock(b, c.block)
	}
	return b
}

// decode reads what append has appended of codes of the given samples a pair.
func (c *codec) decode(codes []int8, b []byte, samples int) (err error) {
	pairs := len(codes) / samples
	c.classes = reuse.Slice(c.classes, samples)
	if b, err = c.decodeBlock(c.classes, b); err != nil {
		return fmt.Errorf("classes of samples: %w", err)
	}
	for s, class := range c.classes {
		if class >= classes {
			return fmt.Errorf("sample %d of class %d, want less than %d", s, class, classes)
		}
	}
	clear(codes)
	for class := byte(1); class < classes; class++ {
		of := c.members(class)
		if len(of) == 0 {
			continue
		}
		c.block = reuse.Slice(c.block, pairs*len(of))
		if b, err = c.decodeBlock(c.block, b); err != nil {
			return fmt.Errorf("codes of class %d: %w", class, err)
		}
		at := 0
		for p := range pairs {
			row := codes[p*samples:][:samples]
			for _, s := range of {
				v := c.block[at]
				row[s] = int8(v>>1) ^ -int8(v&1)
				at++
			}
		}
	}
	if len(b) != 0 {
		return fmt.Errorf("%d bytes after the last code", len(b))
	}
	return nil
}

// members returns the samples of a class.
func (c *codec) members(class byte) []int32 {
	c.order = c.order[:0]
	for s, v := range c.classes {
		if v == class {
			c.order = append(c.order, int32(s))
		}
	}
	return c.order
}

func (c *codec) appendBlock(b, block []byte) []byte {
	coded, err := fse.Compress(block, &c.fse)
	switch {
	case errors.Is(err, fse.ErrUseRLE):
		return append(b, blockRun, block[0])
	case err != nil: // it takes as many bytes as it is
		return append(append(b, blockRaw), block...)
	}
	b = binary.LittleEndian.AppendUint32(append(b, blockFSE), uint32(len(coded)))
	return append(b, coded...)
}

// decodeBlock reads a block into its bytes, and returns what is after it.
func (c *codec) decodeBlock(block, b []byte) (rest []byte, err error) {
	if len(b) == 0 {
		return nil, errors.New("no bytes")
	}
	form, b := b[0], b[1:]
	switch {
	case form == blockRaw && len(b) >= len(block):
		copy(block, b)
		return b[len(block):], nil
	case form == blockRun && len(b) >= 1:
		for i := range block {
			block[i] = b[0]
		}
		return b[1:], nil
	case form == blockFSE && len(b) >= 4:
		n := binary.LittleEndian.Uint32(b)
		if b = b[4:]; uint64(n) > uint64(len(b)) {
			return nil, fmt.Errorf("a block of %d bytes in %d", n, len(b))
		}
		c.fse.DecompressLimit = len(block) + 1
		got, err := fse.Decompress(b[:n], &c.fse)
		if err != nil {
			return nil, err
		}
		if len(got) != len(block) {
			return nil, fmt.Errorf("a block of %d codes, want %d", len(got), len(block))
		}
		copy(block, got)
		return b[n:], nil
	}
	return nil, fmt.Errorf("a block of form %d in %d bytes", form, len(b))
}
