package interchange

import (
	"bytes"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/Kaleaon/pentary-go/packed"
)

// ggufFile returns sampleFile without what GGUF does not hold, and with a scale for F32.
func ggufFile() *packed.File {
	f := sampleFile()
	f.Tensors = f.Tensors[:len(f.Tensors)-1]
	f.Tensors = append(f.Tensors, packed.Tensor{Name: strings.Repeat("n", 63), Matrix: f.Tensors[3].Matrix, Scale: -40})
	for i := range f.Tensors {
		if f.Tensors[i].Matrix.Cols()%32 == 0 {
			f.Tensors[i].Scale = max(f.Tensors[i].Scale, -24)
		}
	}
	return f
}

// @huggingface/gguf finds every tensor, whose data are the weights by the definitions of
// the types.
func TestGGUFReader(t *testing.T) {
	dir := clients(t)
	f := ggufFile()
	var paths []string
	var files [][]byte
	for _, blocks := range []DType{MXFP4, Q4_0} {
		var b bytes.Buffer
		if err := WriteGGUF(&b, f, blocks); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), "f.gguf")
		if err := os.WriteFile(path, b.Bytes(), 0o666); err != nil {
			t.Fatal(err)
		}
		paths, files = append(paths, path), append(files, b.Bytes())
	}
	var found []struct {
		Metadata map[string]string
		Tensors  []struct {
			Name     string
			Shape    []int
			Type, At int
		}
	}
	if err := json.Unmarshal(node(t, dir, "gguf.mjs", paths), &found); err != nil {
		t.Fatal(err)
	}
	for i, file := range found {
		for key, value := range f.Meta {
			if file.Metadata["pentary."+key] != value {
				t.Errorf("meta %q is %q, want %q", key, file.Metadata["pentary."+key], value)
			}
		}
		if len(file.Tensors) != len(f.Tensors) {
			t.Fatalf("%d tensors, want %d", len(file.Tensors), len(f.Tensors))
		}
		for j, got := range file.Tensors {
			want := f.Tensors[j]
			m := want.Matrix
			if got.Name != want.Name || len(got.Shape) != 2 || got.Shape[0] != m.Cols() || got.Shape[1] != m.Rows() {
				t.Fatalf("tensor %d is %q of %v, want %q of %d×%d, columns first", j, got.Name, got.Shape, want.Name, m.Rows(), m.Cols())
			}
			for k, w := range int8Bytes(m) {
				if v := ggufValue(files[i][got.At:], got.Type, k); v != math.Ldexp(float64(int8(w)), int(want.Scale)) {
					t.Fatalf("%q, type %d: element %d is %v, want %d·2^%d", got.Name, got.Type, k, v, int8(w), want.Scale)
				}
			}
		}
	}
}

// ggufValue returns element k of data of a type, by ggml's own way to count: MXFP4's
// values are twice E2M1's, and so is half of its scale.
func ggufValue(data []byte, kind, k int) float64 {
	half := func(b []byte) float64 {
		h := int(b[0]) | int(b[1])<<8
		sign := float64(1)
		if h >= 1<<15 {
			sign = -1
		}
		if e := h >> 10 & 31; e > 0 {
			return sign * (1 + float64(h&1023)/1024) * math.Pow(2, float64(e-15))
		}
		return sign * float64(h&1023) / 1024 * math.Pow(2, -14)
	}
	nibble := func(b []byte) int { return int(b[k%32%16] >> (k % 32 / 16 * 4) & 15) }
	switch kind {
	case 0:
		return float64(math.Float32frombits(le.Uint32(data[4*k:])))
	case 1:
		return half(data[2*k:])
	case 2:
		block := data[k/32*18:]
		return half(block) * float64(nibble(block[2:])-8)
	case 39:
		block := data[k/32*17:]
		values := [16]float64{0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12}
		return values[nibble(block[1:])] * math.Pow(2, float64(block[0])-128)
	}
	return math.NaN()
}

// What GGUF cannot hold is an error before anything is written.
func TestUnwritableGGUF(t *testing.T) {
	wide, narrow := packed.NewMatrix(1, 32), packed.NewMatrix(1, 31)
	for _, test := range []struct {
		want   string
		tensor packed.Tensor
		blocks DType
	}{
		{"Q4_0 holds", packed.Tensor{Name: "a", Matrix: wide, Scale: -25}, Q4_0},
		{"Q4_0 holds", packed.Tensor{Name: "a", Matrix: wide, Scale: 16}, Q4_0},
		{"MXFP4 holds", packed.Tensor{Name: "a", Matrix: wide, Scale: 128}, MXFP4},
		{"MXFP4 holds", packed.Tensor{Name: "a", Matrix: wide, Scale: -128}, MXFP4},
		{"a float32 holds", packed.Tensor{Name: "a", Matrix: narrow, Scale: 127}, MXFP4},
		{"64 bytes", packed.Tensor{Name: strings.Repeat("a", 64), Matrix: wide}, Q4_0},
		{"no elements", packed.Tensor{Name: "a", Matrix: packed.NewMatrix(0, 0)}, Q4_0},
		{"blocks of F16", packed.Tensor{Name: "a", Matrix: wide}, F16},
	} {
		var b bytes.Buffer
		err := WriteGGUF(&b, &packed.File{Tensors: []packed.Tensor{test.tensor}}, test.blocks)
		if err == nil || !strings.Contains(err.Error(), test.want) || b.Len() > 0 {
			t.Errorf("%v, want %q; %d bytes", err, test.want, b.Len())
		}
	}
}
