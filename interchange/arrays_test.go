package interchange

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nlpodyssey/safetensors"

	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/lowrank"
	"github.com/Kaleaon/pentary-go/packed"
)

// shapes are those at which layouts begin to differ.
var shapes = [][2]int{{1, 1}, {1, 32}, {2, 31}, {3, 33}, {5, 256}, {2, 257}, {4, 320}, {1, 1000}, {0, 0}}

// sampleFile returns a file of random tensors of many shapes and scales.
func sampleFile() *packed.File {
	f := &packed.File{Meta: map[string]string{"model": "none", "text": "äöü \"quoted\" \n <&>", "empty": ""}}
	for i, s := range shapes {
		m := packed.NewMatrix(s[0], s[1])
		if s[0] > 0 {
			lowrank.Randomize(lowrank.Parameter{Number: uint32(i), W: m}, kernels.Binomial, 9)
		}
		f.Tensors = append(f.Tensors, packed.Tensor{Name: []string{"a", "1.2.forget", "ä", "x/y", "q\"", "e", "f", "g", "none"}[i], Matrix: m, Scale: []int32{0, -3, -30, 5, -12, 1, -1, -7, 0}[i]})
	}
	return f
}

// nlpodyssey/safetensors reads what WriteSafetensors writes.
func TestSafetensorsReader(t *testing.T) {
	f := sampleFile()
	for _, plain := range []bool{false, true} {
		var b bytes.Buffer
		if err := WriteSafetensors(&b, f, plain); err != nil {
			t.Fatal(err)
		}
		st, err := safetensors.Deserialize(b.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		for _, tensor := range f.Tensors {
			m := tensor.Matrix
			suffix, want := suffixPacked, m.Bytes()
			if plain {
				suffix, want = suffixWeight, int8Bytes(m)
			} else if shape, ok := st.Tensor(tensor.Name + suffixShape); !ok || !bytes.Equal(shape.Data(), le.AppendUint64(le.AppendUint64(nil, uint64(m.Rows())), uint64(m.Cols()))) {
				t.Errorf("%q: no shape of %d×%d", tensor.Name, m.Rows(), m.Cols())
			}
			w, ok := st.Tensor(tensor.Name + suffix)
			if !ok || !bytes.Equal(w.Data(), want) {
				t.Errorf("%q: other weights", tensor.Name)
			}
		}
		_, meta, err := safetensors.ReadMetadata(b.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		if !maps.Equal(meta.Metadata(), f.Meta) {
			t.Errorf("meta %q, want %q", meta.Metadata(), f.Meta)
		}
	}
}

func int8Bytes(m *packed.Matrix) []byte {
	var b bytes.Buffer
	writeInt8(&b, m)
	return b.Bytes()
}

// npz.py reads a NumPy archive with Python's zipfile and struct alone.
func TestNPZReader(t *testing.T) {
	f := sampleFile()
	path := filepath.Join(t.TempDir(), "f.npz")
	var b bytes.Buffer
	if err := WriteNPZ(&b, f); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b.Bytes(), 0o666); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(tool(t, "python3"), "testdata/clients/npz.py", path).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	var got map[string]struct {
		Shape  []int
		Values []float64
		Text   string
	}
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatal(err)
	}
	for _, tensor := range f.Tensors {
		w, scale := got[tensor.Name+suffixWeight], got[tensor.Name+suffixScale]
		m := tensor.Matrix
		if len(w.Shape) != 2 || w.Shape[0] != m.Rows() || w.Shape[1] != m.Cols() || len(scale.Values) != 1 {
			t.Fatalf("%q: shape %v, want %d×%d; scale %v", tensor.Name, w.Shape, m.Rows(), m.Cols(), scale.Values)
		}
		for i, v := range int8Bytes(m) {
			if w.Values[i] != float64(int8(v)) {
				t.Fatalf("%q: weight %d is %v, want %d", tensor.Name, i, w.Values[i], int8(v))
			}
		}
	}
	var meta map[string]string
	if err := json.Unmarshal([]byte(got[metadata].Text), &meta); err != nil || len(meta) != len(f.Meta) || meta["text"] != f.Meta["text"] {
		t.Errorf("meta %q: %v", meta, err)
	}
}

// A file that a format cannot hold is an error before anything is written.
func TestUnwritable(t *testing.T) {
	m := packed.NewMatrix(1, 1)
	for _, test := range []struct {
		want string
		file *packed.File
	}{
		{"scale 2^128", &packed.File{Tensors: []packed.Tensor{{Name: "a", Matrix: m, Scale: 128}}}},
		{"scale 2^-150", &packed.File{Tensors: []packed.Tensor{{Name: "a", Matrix: m, Scale: -150}}}},
		{"not UTF-8", &packed.File{Meta: map[string]string{"k": "\xff"}}},
		{"tensor 0", &packed.File{Tensors: []packed.Tensor{{Name: "a"}}}},
	} {
		var b bytes.Buffer
		if err := WriteSafetensors(&b, test.file, false); err == nil || !strings.Contains(err.Error(), test.want) || b.Len() > 0 {
			t.Errorf("safetensors: %v, want %q; %d bytes", err, test.want, b.Len())
		}
		if err := WriteNPZ(&b, test.file); err == nil || !strings.Contains(err.Error(), test.want) || b.Len() > 0 {
			t.Errorf("npz: %v, want %q; %d bytes", err, test.want, b.Len())
		}
	}
}
