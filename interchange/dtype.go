package interchange

import (
	"encoding/binary"
	"math"
)

// A DType is the type of an array's elements, by the name that safetensors gives it.
type DType string

// The types of elements that are read and written. GGUF's blocks keep its names.
const (
	F64  DType = "F64"
	F32  DType = "F32"
	F16  DType = "F16"
	BF16 DType = "BF16"
	I64  DType = "I64"
	I32  DType = "I32"
	I16  DType = "I16"
	I8   DType = "I8"
	U8   DType = "U8"

	Q8_0  DType = "Q8_0"
	Q4_0  DType = "Q4_0"
	MXFP4 DType = "MXFP4"
)

// A dtypeInfo says how a type's elements are stored, in blocks of some elements.
type dtypeInfo struct {
	elements, bytes int
	numpy           string
	decode          func(dst []float32, block []byte)
}

// size returns the bytes of an element, 0 for types of blocks.
func (d DType) size() int {
	if t := dtypes[d]; t.elements == 1 {
		return t.bytes
	}
	return 0
}

// numpy returns NumPy's name of the type, empty if it has none.
func (d DType) numpy() string { return dtypes[d].numpy }

// half returns the value of an IEEE 754 binary16.
func half(h uint16) float32 {
	sign, exponent, fraction := float64(1-2*int(h>>15)), int(h>>10&31), float64(h&0x3ff)
	switch exponent {
	case 0:
		return float32(sign * math.Ldexp(fraction, -24))
	case 31:
		if fraction != 0 {
			return float32(math.NaN())
		}
		return float32(math.Inf(int(sign)))
	}
	return float32(sign * math.Ldexp(1024+fraction, exponent-25))
}

const blockSize = 32 // elements of GGUF's blocks

var dtypes = map[DType]dtypeInfo{
	F64:  {1, 8, "<f8", func(dst []float32, b []byte) { dst[0] = float32(math.Float64frombits(le.Uint64(b))) }},
	F32:  {1, 4, "<f4", func(dst []float32, b []byte) { dst[0] = math.Float32frombits(le.Uint32(b)) }},
	F16:  {1, 2, "<f2", func(dst []float32, b []byte) { dst[0] = half(le.Uint16(b)) }},
	BF16: {1, 2, "", func(dst []float32, b []byte) { dst[0] = math.Float32frombits(uint32(le.Uint16(b)) << 16) }},
	I64:  {1, 8, "<i8", func(dst []float32, b []byte) { dst[0] = float32(int64(le.Uint64(b))) }},
	I32:  {1, 4, "<i4", func(dst []float32, b []byte) { dst[0] = float32(int32(le.Uint32(b))) }},
	I16:  {1, 2, "<i2", func(dst []float32, b []byte) { dst[0] = float32(int16(le.Uint16(b))) }},
	I8:   {1, 1, "|i1", func(dst []float32, b []byte) { dst[0] = float32(int8(b[0])) }},
	U8:   {1, 1, "|u1", func(dst []float32, b []byte) { dst[0] = float32(b[0]) }},

	Q8_0: {blockSize, 2 + blockSize, "", func(dst []float32, b []byte) {
		scale := half(le.Uint16(b))
		for i, v := range b[2:] {
			dst[i] = scale * float32(int8(v))
		}
	}},
	Q4_0: {blockSize, 2 + blockSize/2, "", func(dst []float32, b []byte) {
		scale := half(le.Uint16(b))
		for i, v := range b[2:] {
			dst[i] = scale * float32(int(v&15)-8)
			dst[i+blockSize/2] = scale * float32(int(v>>4)-8)
		}
	}},
	MXFP4: {blockSize, 1 + blockSize/2, "", func(dst []float32, b []byte) {
		for i, v := range b[1:] {
			dst[i] = e2m1(v&15, b[0])
			dst[i+blockSize/2] = e2m1(v>>4, b[0])
		}
	}},
}

var le = binary.LittleEndian

// e2m1 returns the value of a 4-bit float of the OCP Microscaling formats with the scale
// of its block, an E8M0: a power of two, of which 255 is not a number.
func e2m1(code, scale byte) float32 {
	if scale == 255 {
		return float32(math.NaN())
	}
	magnitude := [8]float64{0, 0.5, 1, 1.5, 2, 3, 4, 6}[code&7]
	if code >= 8 {
		magnitude = -magnitude
	}
	return float32(math.Ldexp(magnitude, int(scale)-127))
}
