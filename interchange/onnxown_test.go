package interchange

import (
	"bytes"
	"strings"
	"testing"

	"github.com/Kaleaon/pentary-go/packed"
)

func pentBytes(t testing.TB, f *packed.File) []byte {
	t.Helper()
	var b bytes.Buffer
	if _, err := f.WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// What WriteONNX writes of any model is read back as the same .pent file, byte for byte. A byte that
// has changed, wherever it is, is an error, unless it makes the file of another model.
func TestReadOwnONNX(t *testing.T) {
	for _, m := range append(sampleModels(t), digitModels()...) {
		for _, to := range []Format{FormatONNX, FormatONNXQDQ} {
			f := m.model.File(map[string]string{"task": m.name, "note": ""})
			var b bytes.Buffer
			if err := Write(&b, f, to, ""); err != nil {
				t.Fatal(err)
			}
			got, err := ReadOwnONNX(b.Bytes())
			if err != nil || got == nil {
				t.Fatalf("%s as %s: %v, %v", m.name, to, got, err)
			}
			if !bytes.Equal(pentBytes(t, got), pentBytes(t, f)) {
				t.Errorf("%s as %s: another file", m.name, to)
			}
			data := b.Bytes()
			for i := 0; i < len(data); i += 1 + len(data)/20 {
				data[i] ^= 1
				got, err := ReadOwnONNX(data)
				var again bytes.Buffer
				if got != nil {
					err = Write(&again, got, to, "")
				}
				if got != nil && (err != nil || !bytes.Equal(again.Bytes(), data)) || got == nil && err != nil && !strings.Contains(err.Error(), "changed since") {
					t.Errorf("%s as %s: byte %d changed: %v, %v", m.name, to, i, got, err)
				}
				data[i] ^= 1
			}
		}
	}
	_, foreign := sampleMLP(8, 4)
	if f, err := ReadOwnONNX(foreign); f != nil || err != nil {
		t.Errorf("of another program: %v, %v", f, err)
	}
}

func FuzzReadOwnONNX(f *testing.F) {
	for _, m := range sampleModels(f) {
		var b bytes.Buffer
		if err := WriteONNX(&b, m.model); err != nil {
			f.Fatal(err)
		}
		f.Add(b.Bytes())
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := ReadOwnONNX(data)
		if err != nil || got == nil {
			return
		}
		pentBytes(t, got)
	})
}
