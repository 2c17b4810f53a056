package packed

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	"github.com/Kaleaon/pentary-go/internal/durable"
)

// Offsets in the bytes of rejectFile, worked out from the format.
const (
	keyA, keyB     = 22, 30
	entryX, entryY = 37, 80
	headerEnd      = 127 // after its checksum
	dataX, dataY   = 128, 192
	fileEnd        = 204

	// Fields of a tensor entry whose name has one byte.
	nameAt, rowsAt, colsAt, offsetAt, lengthAt, sumAt = 2, 3, 11, 23, 31, 39
)

func rejectFile() *File {
	return &File{
		Meta:    map[string]string{"a": "1", "b": "22"},
		Tensors: []Tensor{{Name: "x", Matrix: NewMatrix(2, 33)}, {Name: "y", Matrix: NewMatrix(1, 1)}},
	}
}

// reseal makes the checksums right again, as far as the header can be read, so
// that a test reaches the checks behind them.
func reseal(data []byte) {
	if len(data) < preambleSize+checksumSize {
		return
	}
	le := binary.LittleEndian
	length := le.Uint32(data[8:])
	if length < preambleSize+checksumSize || uint64(length) > uint64(len(data)) {
		return
	}
	tensors, metas := le.Uint32(data[12:]), le.Uint32(data[16:])
	body := data[:length-checksumSize]
	c := cursor{data: body, at: preambleSize}
	for i := uint32(0); i < metas && c.err == nil; i++ {
		c.bytes(uint64(c.uint16()))
		c.bytes(uint64(c.uint32()))
	}
	for i := uint32(0); i < tensors && c.err == nil; i++ {
		c.bytes(uint64(c.uint16()))
		c.bytes(offsetAt - rowsAt)
		offset, size := c.uint64(), c.uint64()
		sum, n := c.bytes(checksumSize), uint64(len(data))
		if sum != nil && offset <= n && size <= n-offset {
			le.PutUint32(sum, durable.Checksum(data[offset:offset+size]))
		}
	}
	le.PutUint32(data[len(body):], durable.Checksum(body))
}

// allocated returns the bytes that f allocates.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

func TestDecodeRejects(t *testing.T) {
	le := binary.LittleEndian
	set := func(at int, b byte) func([]byte) []byte {
		return func(d []byte) []byte { d[at] = b; return d }
	}
	set32 := func(at int, v uint32) func([]byte) []byte {
		return func(d []byte) []byte { le.PutUint32(d[at:], v); return d }
	}
	set64 := func(at int, v uint64) func([]byte) []byte {
		return func(d []byte) []byte { le.PutUint64(d[at:], v); return d }
	}
	// unname removes the one byte of a name and its length, and widens the gap.
	unname := func(at int) func([]byte) []byte {
		return func(d []byte) []byte {
			d = slices.Insert(d, headerEnd, 0)
			d = slices.Delete(d, at, at+1)
			d[at-2]--
			d[8]--
			return d
		}
	}
	bits := func(i, j int, code uint8) func([]byte) []byte {
		return func(d []byte) []byte {
			drawCode(d[dataX+24*i:][:24], j, 33, code)
			return d
		}
	}
	for _, c := range []struct {
		name   string
		change func([]byte) []byte
		want   string
	}{
		{"magic", set(0, 'Q'), `pent file: magic at offset 0 is "QENT"`},
		{"version", set(4, 2), "pent file: version at offset 4 is 2, not 1"},
		{"version 0", set(4, 0), "pent file: version at offset 4 is 0, not 1"},
		{"flags", set(7, 1), "pent file: flags at offset 6 are 0x100, not 0"},
		{"no header", set32(8, 0), "pent file: header length at offset 8 is 0"},
		{"header below least", set32(8, 23), "header length at offset 8 is 23"},
		{"header above file", set32(8, fileEnd+1), "header length at offset 8 is 205, in a file of 204 bytes"},
		{"header of 4 GiB", set32(8, math.MaxUint32), "header length at offset 8 is 4294967295"},
		{"header shorter", set32(8, headerEnd-1), "tensor 1, entry at offset 80: header holds 3 bytes at offset 119, needs 4"},
		{"header longer", set32(8, headerEnd+1), "1 unused bytes at offset 123 of the header"},
		{"more tensors", set32(12, 3), "tensor 2, entry at offset 123: header holds 0 bytes at offset 123, needs 2"},
		{"most tensors", set32(12, math.MaxUint32), "tensor 2, entry at offset 123: header holds 0 bytes"},
		{"fewer tensors", set32(12, 1), "43 unused bytes at offset 80"},
		{"fewer metas", set32(16, 1), "tensor 1, entry at offset 71: empty name"},
		{"more metas", set32(16, 3), "tensor 0, entry at offset 46: empty name"},
		{"most metas", set32(16, math.MaxUint32), "meta entry"},

		{"meta value of 4 GiB", set32(keyA+1, math.MaxUint32), "meta entry 0 at offset 20: header holds 96 bytes at offset 27, needs 4294967295"},
		{"second key", set(keyB, 'a'), `meta entry 1 at offset 28: key "a" does not follow "a"`},
		{"unsorted keys", set(keyA, 'c'), `meta entry 1 at offset 28: key "b" does not follow "c"`},
		{"empty key", unname(keyA), "meta entry 0 at offset 20: empty name"},
		{"key not UTF-8", set(keyA, 0xff), "meta entry 0 at offset 20: name"},

		{"empty name", unname(entryY + nameAt), "tensor 1, entry at offset 80: empty name"},
		{"second name", set(entryY+nameAt, 'x'), `tensor 1, entry at offset 80: "x" is the second`},
		{"name not UTF-8", set(entryX+nameAt, 0x80), "tensor 0, entry at offset 37: name"},
		{"name beyond header", set(entryY+1, 0xff), "tensor 1, entry at offset 80: header holds 41 bytes at offset 82, needs 65281"},

		{"2^60 rows", set64(entryX+rowsAt, 1<<60), `tensor "x" at offset 128: `},
		{"2^60 columns", set64(entryX+colsAt, 1<<60), `tensor "x" at offset 128: `},
		{"2^63 rows", set64(entryX+rowsAt, 1<<63), `tensor "x" at offset 128: bad shape 9223372036854775808×33`},
		{"2^64-1 columns", set64(entryX+colsAt, math.MaxUint64), `tensor "x" at offset 128: bad shape 2×18446744073709551615`},
		{"2^63-1 columns", set64(entryX+colsAt, math.MaxInt64), `tensor "x" at offset 128: `},
		{"size that wraps to 48", set64(entryX+rowsAt, 2+1<<61), `tensor "x" at offset 128: `},
		{"no rows", set64(entryX+rowsAt, 0), `tensor "x" at offset 128: packed: bad shape 0×33`},
		{"more rows", set64(entryX+rowsAt, 3), `tensor "x" at offset 128: packed: a matrix of 3×33 takes 72 bytes, not 48`},
		{"more columns", set64(entryX+colsAt, 65), `tensor "x" at offset 128: packed: a matrix of 2×65 takes 72 bytes, not 48`},
		{"fewer columns", set64(entryX+colsAt, 32), `tensor "x" at offset 128: packed: a matrix of 2×32 takes 24 bytes, not 48`},

		{"data in header", set64(entryX+offsetAt, 64), `tensor "x" at offset 64: data belong at offset 128`},
		{"data later", set64(entryX+offsetAt, 192), `tensor "x" at offset 192: data belong at offset 128`},
		{"data not aligned", set64(entryX+offsetAt, 132), `tensor "x" at offset 132: data belong at offset 128`},
		{"data overlap", set64(entryY+offsetAt, 128), `tensor "y" at offset 128: data belong at offset 192`},
		{"data beyond", set64(entryY+offsetAt, math.MaxUint64-63), `tensor "y" at offset 18446744073709551552: data belong at offset 192`},
		{"data of 2^64-1", set64(entryY+lengthAt, math.MaxUint64), `tensor "y" at offset 192: 18446744073709551615 bytes of data in a file of 204: truncated`},
		{"data longer", set64(entryY+lengthAt, 13), `tensor "y" at offset 192: 13 bytes of data in a file of 204: truncated`},
		{"data shorter", set64(entryX+lengthAt, 47), `tensor "x" at offset 128: packed: a matrix of 2×33 takes 48 bytes, not 47`},
		{"no data", set64(entryX+lengthAt, 0), `tensor "y" at offset 192: data belong at offset 128`},
		{"gap after header", set(headerEnd, 1), `tensor "x" at offset 128: byte 0x01 in the gap before it, at offset 127`},
		{"gap after data", set(dataY-1, 0x80), `tensor "y" at offset 192: byte 0x80 in the gap before it, at offset 191`},

		{"code 5", bits(0, 0, 5), `tensor "x" at offset 128: packed: invalid code 5 at row 0, column 0 of 2×33`},
		{"code 6", bits(0, 31, 6), `tensor "x" at offset 128: packed: invalid code 6 at row 0, column 31 of 2×33`},
		{"code 7", bits(1, 32, 7), `tensor "x" at offset 128: packed: invalid code 7 at row 1, column 32 of 2×33`},
		{"padding", bits(1, 63, 3), `tensor "x" at offset 128: packed: invalid code 3 at row 1, column 63 of 2×33`},

		{"trailing byte", func(d []byte) []byte { return append(d, 0) }, "pent file: 1 bytes after the end at offset 204"},
		{"trailing zeros", func(d []byte) []byte { return append(d, make([]byte, 64)...) }, "64 bytes after the end at offset 204"},
		{"truncated data", func(d []byte) []byte { return d[:fileEnd-1] }, `tensor "y" at offset 192: 12 bytes of data in a file of 203: truncated`},
		{"truncated gap", func(d []byte) []byte { return d[:dataY-1] }, `tensor "y" at offset 192: 12 bytes of data in a file of 191: truncated`},
	} {
		t.Run(c.name, func(t *testing.T) {
			data := encodeFile(t, rejectFile())
			if len(data) != fileEnd {
				t.Fatalf("the sample has %d bytes, so the offsets are off", len(data))
			}
			data = c.change(data)
			reseal(data)
			var err error
			if n := allocated(func() { _, err = Decode(data) }); n > 1<<14 {
				t.Errorf("allocates %d bytes for an input of %d", n, len(data))
			}
			mustFail(t, err, c.want)
		})
	}
}

// TestResealIsNeutral makes sure that the cases above fail for their own change.
func TestResealIsNeutral(t *testing.T) {
	for name, f := range sampleFiles() {
		data := encodeFile(t, f)
		again := bytes.Clone(data)
		reseal(again)
		if !bytes.Equal(again, data) {
			t.Errorf("%s: reseal changes a sound file", name)
		}
	}
}

// TestDecodeRejectsFlips flips every bit of a file, and leaves the checksums.
func TestDecodeRejectsFlips(t *testing.T) {
	data := encodeFile(t, rejectFile())
	for i := range data {
		for bit := range 8 {
			data[i] ^= 1 << bit
			if _, err := Decode(data); err == nil {
				t.Errorf("accepts a flip of bit %d at offset %d", bit, i)
			}
			data[i] ^= 1 << bit
		}
	}
	sum := encodeFile(t, rejectFile())
	sum[dataX+1] ^= 1
	_, err := Decode(sum)
	mustFail(t, err, `tensor "x" at offset 128: checksum is`)
	sum = encodeFile(t, rejectFile())
	sum[entryX+rowsAt] ^= 1
	_, err = Decode(sum)
	mustFail(t, err, "header checksum at offset 123 is")
}

func TestDecodeRejectsTruncation(t *testing.T) {
	for _, f := range []*File{{}, rejectFile(), sampleFiles()["shapes"]} {
		data := encodeFile(t, f)
		for n := range data {
			if _, err := Decode(data[:n]); err == nil {
				t.Fatalf("accepts %d bytes of %d", n, len(data))
			}
		}
	}
}

// TestDecodeAllocation bounds memory where entries are as small as they get.
func TestDecodeAllocation(t *testing.T) {
	f := &File{Meta: make(map[string]string)}
	for i := range 20_000 {
		f.Meta[fmt.Sprintf("%x", i)] = ""
		f.Tensors = append(f.Tensors, Tensor{Name: fmt.Sprintf("%x", i), Matrix: NewMatrix(0, 0)})
	}
	data := encodeFile(t, f)
	limit := 32 * uint64(len(data))
	if n := allocated(func() { _, _ = Decode(data) }); n > limit {
		t.Errorf("allocates %d bytes for an input of %d", n, len(data))
	}
}

// checkDecode verifies that data is rejected or is the one encoding of what it
// holds.
func checkDecode(t *testing.T, data []byte) *File {
	t.Helper()
	f, err := Decode(data)
	if err != nil {
		return nil
	}
	if again := encodeFile(t, f); !bytes.Equal(again, data) {
		t.Fatalf("decodes, but to what is encoded\n%x, not\n%x", again, data)
	}
	return f
}

// corrupt returns a copy of data with a random fault of the kinds that disks,
// editors and half-finished copies make.
func corrupt(rng *rand.Rand, data []byte) []byte {
	data = bytes.Clone(data)
	i, j := rng.IntN(len(data)), rng.IntN(len(data))
	i, j = min(i, j), max(i, j)
	junk := make([]byte, 1+rng.IntN(70))
	for k := range junk {
		junk[k] = byte(rng.Uint32())
	}
	switch rng.IntN(6) {
	case 0: // flips
		for range 1 + rng.IntN(4) {
			data[rng.IntN(len(data))] ^= 1 << rng.IntN(8)
		}
		return data
	case 1: // junk over
		copy(data[i:], junk)
		return data
	case 2: // truncation
		return data[:i]
	case 3: // insertion
		return slices.Insert(data, i, junk...)
	case 4: // deletion
		return slices.Delete(data, i, j)
	default: // a part spliced in elsewhere
		return slices.Insert(data, rng.IntN(len(data)), data[i:j]...)
	}
}

func TestDecodeCorruption(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	file := rejectFile()
	file.Tensors = append(file.Tensors, Tensor{Name: "重み", Matrix: randomMatrix(rng, 3, 300), Scale: -4})
	sound := encodeFile(t, file)
	accepted := 0
	for range 10_000 {
		data := corrupt(rng, sound)
		if f := checkDecode(t, data); f != nil && !equalFiles(f, file) {
			t.Fatalf("accepts a corruption as another file: %x", data)
		}
		reseal(data) // now any file may come out, but only from its own encoding
		if checkDecode(t, data) != nil {
			accepted++
		}
	}
	if accepted == 0 {
		t.Error("no resealed corruption was sound: the test has lost its second half")
	}
}

func FuzzDecode(f *testing.F) {
	for _, file := range []*File{ // small ones, which mutate fast
		{},
		{Meta: map[string]string{"kind": "fuzz"}, Tensors: []Tensor{{Name: "重み", Matrix: NewMatrix(0, 0), Scale: -1}}},
		{Tensors: []Tensor{{Name: "w", Matrix: NewMatrix(2, 300)}}},
		rejectFile(),
	} {
		var buf bytes.Buffer
		if _, err := file.WriteTo(&buf); err != nil {
			f.Fatal(err)
		}
		f.Add(buf.Bytes())
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		checkDecode(t, data)
		data = bytes.Clone(data)
		reseal(data)
		checkDecode(t, data)
	})
}
