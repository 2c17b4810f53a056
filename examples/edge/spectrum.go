package main

import "math/bits"

// sineBits counts the fraction bits of sine.
const sineBits = 14

// sines is a turn of the sine in windowSamples steps. Each step turns the one before
// by 2π/128, in 30 bits: integers, so that every CPU has the same table.
var sines = func() (table [windowSamples]int16) {
	const cos, sin = 1072448455, 52686014 // of 2π/128, in 2^-30
	x, y := int64(1)<<30, int64(0)
	for i := range table {
		table[i] = int16((y + 1<<15) >> (30 - sineBits))
		x, y = (x*cos-y*sin+1<<29)>>30, (x*sin+y*cos+1<<29)>>30
	}
	return table
}()

// sine returns the sine of a phase in 2^-32 turns.
func sine(phase uint32) int32 { return int32(sines[phase>>(32-7)]) }

// bands is the number of frequencies that a network sees of a window.
const bands = windowSamples / 2

// spectrum writes what a network sees of a window: the logarithm of the power at 1 to 64
// cycles a window, eight steps for each doubling, against the mean of all. How far the
// sensor is from the machine does not matter then.
func spectrum(dst []int8, window *[windowSamples]int32) {
	var logs [bands]int32
	mean := int32(0)
	for i := range logs {
		var re, im int64
		for t, v := range window {
			v := int64(v) * int64(sines[t/2]) // fades in and out, so that tones do not leak far
			re += v * int64(sines[((i+1)*t+windowSamples/4)%windowSamples])
			im += v * int64(sines[(i+1)*t%windowSamples])
		}
		re, im = re>>24, im>>24
		logs[i] = log2(uint64(re*re + im*im + 1))
		mean += logs[i]
	}
	mean /= bands
	for i, l := range logs {
		dst[i] = int8(min(max(2*(l-mean), 0), 127))
	}
}

// log2 returns the binary logarithm of v in eighths: exact for powers of two, and
// linear between them.
func log2(v uint64) int32 {
	e := bits.Len64(v) - 1
	return int32(8*e) + int32(v<<(63-e)>>60&7)
}
