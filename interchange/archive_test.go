package interchange

import (
	"bytes"
	"encoding/binary"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/nlpodyssey/safetensors"

	"github.com/Kaleaon/pentary-go/packed"
)

// archives are the formats that are written and read again.
var archives = []struct {
	write, read Format
	file        func() *packed.File
}{
	{FormatSafetensors, FormatSafetensors, sampleFile},
	{FormatSafetensorsInt8, FormatSafetensors, sampleFile},
	{FormatNPZ, FormatNPZ, sampleFile},
	{FormatGGUFMXFP4, FormatGGUF, ggufFile},
	{FormatGGUFQ4, FormatGGUF, ggufFile},
}

func encode(t testing.TB, f *packed.File, to Format) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, f, to, "model"); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func open(b []byte, format Format) (*Archive, error) {
	return NewArchive(bytes.NewReader(b), int64(len(b)), format)
}

// What is written comes back: the same .pent file, to the byte.
func TestRoundTrip(t *testing.T) {
	for _, format := range archives {
		f := format.file()
		a, err := open(encode(t, f, format.write), format.read)
		if err != nil {
			t.Fatalf("%s: %v", format.write, err)
		}
		got, reports, err := a.File(LeastSquares)
		if err != nil {
			t.Fatalf("%s: %v", format.write, err)
		}
		var want, have bytes.Buffer
		if _, err := f.WriteTo(&want); err != nil {
			t.Fatal(err)
		}
		if _, err := got.WriteTo(&have); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(have.Bytes(), want.Bytes()) {
			t.Errorf("%s: another file comes back", format.write)
		}
		for i, r := range reports {
			if m := f.Tensors[i].Matrix; !r.Exact || r.SNR != MaxSNR || r.Saturated != 0 || r.Levels != m.Histogram() {
				t.Errorf("%s: report %+v of exact pents", format.write, r)
			}
		}
		t.Logf("%s: %d tensors equal", format.write, len(reports))
	}
}

// Every part of a file that is cut off, and every byte that is another, is an error or
// another file: no panic, and nothing allocated that the file does not hold.
func TestTruncated(t *testing.T) {
	for _, format := range archives {
		whole := encode(t, format.file(), format.write)
		for n := range whole {
			a, err := open(whole[:n], format.read)
			if err == nil {
				_, _, err = a.File(Nearest)
			}
			// Padding ends a GGUF file.
			if err == nil && n < len(whole)-ggufAlignment {
				t.Errorf("%s: %d of %d bytes are read", format.write, n, len(whole))
			}
		}
	}
}

// foreign are values of many sizes, some of which no pent is near.
func foreign(rows, cols int) []float32 {
	rng := rand.New(rand.NewPCG(5, 6))
	v := make([]float32, rows*cols)
	for i := range v {
		v[i] = float32(rng.NormFloat64() * math.Ldexp(1, i/cols%7-9))
	}
	return v
}

// check compares a file of one tensor of foreign values with a loop over them.
func checkForeign(t *testing.T, what string, f *packed.File, r Report, values []float32, rows, cols int) {
	t.Helper()
	if len(f.Tensors) != 2 || f.Tensors[0].Name != "w" || f.Tensors[1].Name != "w.exponents" {
		t.Fatalf("%s: %d tensors", what, len(f.Tensors))
	}
	m, exponents := f.Tensors[0].Matrix, f.Tensors[1].Matrix
	signal, noise := 0.0, 0.0
	for i := range rows {
		e, power := 0, 1
		for d := range exponents.Rows() {
			e += int(exponents.At(d, i)) * power
			power *= 5
		}
		for j := range cols {
			v, scale := float64(values[i*cols+j]), math.Ldexp(1, e)
			got := float64(m.At(i, j))
			for p := -2.0; p <= 2; p++ {
				if math.Abs(v-p*scale) < math.Abs(v-got*scale) {
					t.Fatalf("%s: element %d, %d is %v·2^%d, and %v is nearer to %v", what, i, j, got, e, p, v)
				}
			}
			signal, noise = signal+v*v, noise+(v-got*scale)*(v-got*scale)
		}
	}
	if want := 10 * math.Log10(signal/noise); math.Abs(want-r.SNR) > 1e-6 {
		t.Errorf("%s: SNR %v, want %v", what, r.SNR, want)
	}
	t.Logf("%s: SNR %.2f dB, %d saturated", what, r.SNR, r.Saturated)
}

func float32Bytes(v []float32) []byte {
	b, err := binary.Append(nil, binary.LittleEndian, v)
	if err != nil {
		panic(err)
	}
	return b
}

// Files that others write are read: nlpodyssey/safetensors', and Python's zipfile's,
// stored and compressed. Least squares have a better SNR than nearest.
func TestForeign(t *testing.T) {
	const rows, cols = 37, 45
	values := foreign(rows, cols)
	view, err := safetensors.NewTensorView(safetensors.F32, []uint64{rows, cols}, float32Bytes(values))
	if err != nil {
		t.Fatal(err)
	}
	st, err := safetensors.Serialize(map[string]safetensors.TensorView{"w": view}, map[string]string{"by": "others"})
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{"safetensors": st}
	if python, err := exec.LookPath("python3"); err == nil {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "data"), float32Bytes(values), 0o666); err != nil {
			t.Fatal(err)
		}
		for _, how := range []string{"stored", "deflated"} {
			path := filepath.Join(dir, how)
			if out, err := exec.Command(python, "testdata/clients/writenpz.py", path, filepath.Join(dir, "data"), "37", "45").CombinedOutput(); err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			if files["npz "+how], err = os.ReadFile(path); err != nil {
				t.Fatal(err)
			}
		}
	}
	for what, b := range files {
		snr := map[Method]float64{}
		for _, method := range []Method{Nearest, LeastSquares} {
			format, _, _ := strings.Cut(what, " ")
			a, err := open(b, Format(format))
			if err != nil {
				t.Fatalf("%s: %v", what, err)
			}
			f, reports, err := a.File(method)
			if err != nil {
				t.Fatalf("%s: %v", what, err)
			}
			checkForeign(t, what+" "+string(method), f, reports[0], values, rows, cols)
			snr[method] = reports[0].SNR
		}
		if snr[Nearest] >= snr[LeastSquares] {
			t.Errorf("%s: SNR %v", what, snr)
		}
	}
}

// Blocks of GGUF are the values that ggml's definitions give them.
func TestGGUFTypes(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	for number, d := range map[uint32]DType{0: F32, 1: F16, 2: Q4_0, 39: MXFP4} {
		kind := dtypes[d]
		data := make([]byte, 64/kind.elements*kind.bytes)
		for i := range data {
			data[i] = byte(rng.Uint32()) & 0x3f // no infinities
		}
		tensor := Tensor{Name: "w", Shape: []int{2, 32}, Type: d, Size: int64(len(data))}
		tensor.section(bytes.NewReader(data))
		err := tensor.Read(func(row int, values []float32) error {
			for j, v := range values {
				if want := ggufValue(data, int(number), row*32+j); float64(v) != want {
					t.Fatalf("%s: element %d of row %d is %v, want %v", d, j, row, v, want)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	block := append(le.AppendUint16(nil, 0x3800), make([]byte, 32)...) // 0.5
	block[2], block[33] = 0x80, 127
	tensor := Tensor{Name: "w", Shape: []int{32}, Type: Q8_0, Size: 34}
	tensor.section(bytes.NewReader(block))
	tensor.Read(func(_ int, values []float32) error {
		if values[0] != -64 || values[1] != 0 || values[31] != 63.5 {
			t.Errorf("Q8_0: %v", values)
		}
		return nil
	})
	for h := range 1 << 16 {
		got, want := float64(half(uint16(h))), ggufValue(le.AppendUint16(nil, uint16(h)), 1, 0)
		if h&0x7c00 != 0x7c00 && got != want || h == 0x7c00 && !math.IsInf(got, 1) || h == 0xfe00 && !math.IsNaN(got) {
			t.Fatalf("half %#x is %v, want %v", h, got, want)
		}
	}
}

// Errors name the tensor and the offset.
func TestHostileArchives(t *testing.T) {
	header := func(json string, data int) []byte {
		return append(append(le.AppendUint64(nil, uint64(len(json))), json...), make([]byte, data)...)
	}
	gguf := func(parts ...any) []byte {
		b := []byte("GGUF")
		for _, p := range parts {
			if s, ok := p.(string); ok {
				b = append(le.AppendUint64(b, uint64(len(s))), s...)
			} else {
				b, _ = binary.Append(b, le, p)
			}
		}
		return b
	}
	u32 := func(v uint32) uint32 { return v }
	u64 := func(v uint64) uint64 { return v }
	for _, test := range []struct {
		format Format
		data   []byte
		want   string
	}{
		{FormatSafetensors, le.AppendUint64(nil, math.MaxUint64), "header of 18446744073709551615 bytes"},
		{FormatSafetensors, le.AppendUint64(nil, 1<<63), "header of"},
		{FormatSafetensors, header(`{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}`, 4), `tensor "a" at offset 62: shape [2] of type F32 takes 8 bytes, and there are 4`},
		{FormatSafetensors, header(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, 3), `tensor "a": data from 0 to 4, and there are 3`},
		{FormatSafetensors, header(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}`, 8), `at offset 66, want 62`},
		{FormatSafetensors, header(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, 8), `data end at offset 66, in a file of 70`},
		{FormatSafetensors, header(`{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}`, 4), `shape [-1]`},
		{FormatSafetensors, header(`{"a":{"dtype":"F32","shape":[4294967296,4294967296,4294967296],"data_offsets":[0,0]}}`, 0), `out of range`},
		{FormatSafetensors, header(`{"a":{"dtype":"F32","shape":[9223372036854775807,0],"data_offsets":[0,0]}}`, 0), `out of range`},
		{FormatSafetensors, header(`{"a":{"dtype":"F32","shape":[1,1,1,1,1,1,1,1,1],"data_offsets":[0,4]}}`, 4), `9 dimensions`},
		{FormatSafetensors, header(`{"a":{"dtype":"F8_E4M3","shape":[1],"data_offsets":[0,1]}}`, 1), `type "F8_E4M3"`},
		{FormatSafetensors, header(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,-4]}}`, 4), `data from 0 to -4`},
		{FormatGGUF, []byte("GGML"), `begins with "GGML"`},
		{FormatGGUF, gguf(u32(1)), "version 1"},
		{FormatGGUF, gguf(u32(3), u64(math.MaxUint64), u64(0)), "offset 24"},
		{FormatGGUF, gguf(u32(3), u64(0), u64(1), u64(math.MaxUint64)), "18446744073709551615 bytes at offset 32"},
		{FormatGGUF, gguf(u32(3), u64(0), u64(1), "k", u32(9), u32(9), u64(math.MaxUint64)), "offset"},
		{FormatGGUF, gguf(u32(3), u64(0), u64(1), "k", u32(9), u32(8), u64(1<<60)), "offset"},
		{FormatGGUF, gguf(u32(3), u64(0), u64(1), "k", u32(9), u32(4), u64(1<<62)), "elements of 4 bytes"},
		{FormatGGUF, gguf(u32(3), u64(0), u64(1), "k", u32(77), u64(1)), "value of type 77"},
		{FormatGGUF, gguf(u32(3), u64(0), u64(1), "general.alignment", u32(4), u32(0)), "alignment of 0"},
		{FormatGGUF, gguf(u32(3), u64(1), u64(0), "t", u32(1), u64(1<<62), u32(0), u64(0)), `tensor "t": dimension`},
		{FormatGGUF, gguf(u32(3), u64(1), u64(0), "t", u32(5)), "5 dimensions"},
		{FormatGGUF, gguf(u32(3), u64(1), u64(0), "t", u32(1), u64(31), u32(2), u64(0)), `tensor "t" at offset 0: rows of 31 elements, want a multiple of 32`},
		{FormatGGUF, gguf(u32(3), u64(1), u64(0), "t", u32(1), u64(32), u32(34), u64(0)), "type number 34"},
		{FormatGGUF, gguf(u32(3), u64(1), u64(0), "t", u32(1), u64(8), u32(0), u64(32), make([]byte, 60)), `tensor "t": 32 bytes at 32`},
		{FormatGGUF, gguf(u32(3), u64(1), u64(0), "t", u32(1), u64(8), u32(0), u64(math.MaxUint64-31), make([]byte, 100)), `tensor "t": 32 bytes at`},
		{FormatGGUF, gguf(u32(3), u64(2), u64(0), "t", u32(1), u64(8), u32(0), u64(0), "t", u32(1), u64(8), u32(0), u64(0)), "two tensors"},
		{FormatNPZ, []byte("PK"), "zip"},
		{FormatONNX, nil, "no archives"},
	} {
		_, err := open(test.data, test.format)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %q", test.format, err, test.want)
		}
	}
	// Values that are no numbers.
	a, err := open(header(`{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}`, 0), FormatSafetensors)
	if err == nil {
		t.Errorf("%v", a)
	}
	nan := append(header(`{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}`, 4), 0, 0, 0xc0, 0x7f)
	if a, err = open(nan, FormatSafetensors); err == nil {
		_, _, err = a.File(Nearest)
	}
	if err == nil || !strings.Contains(err.Error(), `tensor "a" at offset 66: element 1 of row 0 is NaN`) {
		t.Errorf("a NaN: %v", err)
	}
}

// A reader's counts and sizes do not make it allocate more than the file has.
func FuzzArchive(f *testing.F) {
	formats := []Format{FormatSafetensors, FormatNPZ, FormatGGUF, FormatLlama2C}
	f.Add(uint8(3), checkpoint(4, 3, 1, 2, 1, 3, 2))
	for _, a := range archives {
		f.Add(uint8(slices.Index(formats, a.read)), encode(f, a.file(), a.write))
	}
	f.Fuzz(func(t *testing.T, kind uint8, b []byte) {
		a, err := open(b, formats[int(kind)%len(formats)])
		if err != nil {
			return
		}
		a.Tokenizer()
		for _, tensor := range a.Tensors {
			if tensor.Size > maxDeflate*int64(len(b)) || tensor.Offset < 0 {
				t.Fatalf("%q of %d bytes at %d in a file of %d", tensor.Name, tensor.Size, tensor.Offset, len(b))
			}
		}
		for _, method := range []Method{Nearest, LeastSquares} {
			file, _, err := a.File(method)
			if err != nil {
				continue
			}
			for _, tensor := range file.Tensors {
				m := tensor.Matrix
				if _, err := packed.MatrixOver(m.Rows(), m.Cols(), m.Bytes()); err != nil {
					t.Fatal(err)
				}
			}
		}
	})
}

// zeros is a file of a header and then nothing but zeros.
type zeros []byte

func (z zeros) ReadAt(p []byte, at int64) (int, error) {
	clear(p)
	if at < int64(len(z)) {
		copy(p, z[at:])
	}
	return len(p), nil
}

// A tensor is not in memory when it is read: 64 MB of float32 take the memory of their
// pents, 6 MB, and a row.
func TestStreams(t *testing.T) {
	const size = 64 << 20
	json := `{"a":{"dtype":"F32","shape":[4096,4096],"data_offsets":[0,67108864]}}`
	header := zeros(append(le.AppendUint64(nil, uint64(len(json))), json...))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	a, err := NewArchive(header, int64(len(header))+size, FormatSafetensors)
	if err == nil {
		_, _, err = a.File(Nearest)
	}
	if err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if n := after.TotalAlloc - before.TotalAlloc; n > 8<<20 {
		t.Errorf("%d bytes allocated for a tensor of %d", n, size)
	}
}
