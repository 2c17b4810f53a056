// Package roofline measures the physical bounds of kernels, on the same machine and in the same
// run as the kernels.
package roofline

import (
	"encoding/binary"
	"time"
)

// MultiplyAdd returns the multiply-adds per second of a loop of multiply-adds in registers, with
// the instructions of an implementation of package kernels: the best of several runs. It returns
// 0 for an implementation without such a loop.
func MultiplyAdd(impl string) float64 {
	m, ok := multiplyAdds[impl]
	if !ok {
		return 0
	}
	const turns = 200_000
	return best(func() { m.loop(turns) }) * turns * float64(m.macs)
}

// Read returns the bytes per second that one core reads from buf, front to back: the best of
// several runs. The length of buf, a multiple of 256 bytes, determines the level of memory.
func Read(buf []byte) float64 {
	if len(buf) == 0 || len(buf)%256 != 0 {
		panic("roofline: Read: want a positive multiple of 256 bytes")
	}
	repeat := max(1, 1<<22/len(buf))
	return best(func() {
		for range repeat {
			load(buf)
		}
	}) * float64(repeat*len(buf))
}

// best returns the highest number of runs per second of f in several measurements.
func best(f func()) float64 {
	fastest := time.Duration(1<<63 - 1)
	for range 9 {
		start := time.Now()
		f()
		fastest = min(fastest, time.Since(start))
	}
	return 1 / fastest.Seconds()
}

// sink keeps the loads of loadGo alive.
var sink uint64

// loadGo reads p, a multiple of 32 bytes, without vector registers.
func loadGo(p []byte) {
	var a, b, c, d uint64
	for ; len(p) >= 32; p = p[32:] {
		a |= binary.LittleEndian.Uint64(p)
		b |= binary.LittleEndian.Uint64(p[8:])
		c |= binary.LittleEndian.Uint64(p[16:])
		d |= binary.LittleEndian.Uint64(p[24:])
	}
	sink = a | b | c | d
}
