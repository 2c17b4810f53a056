package main

import (
	"encoding/binary"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/Kaleaon/pentary-go/packed"
)

// A file of tensors that is larger than the memory that the process may have is converted
// tensor by tensor: 384 MiB of float32 under 256 MiB.
func TestLargerThanMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("some seconds")
	}
	const tensors, rows, cols, limit = 12, 1024, 8192, 256 << 10 // KiB
	dir := t.TempDir()
	path, out := filepath.Join(dir, "large.safetensors"), filepath.Join(dir, "large.pent")
	var header strings.Builder
	for i := range tensors {
		fmt.Fprintf(&header, `,"t%d":{"dtype":"F32","shape":[%d,%d],"data_offsets":[%d,%d]}`, i, rows, cols, i*rows*cols*4, (i+1)*rows*cols*4)
	}
	text := "{" + header.String()[1:] + "}"
	data := append(binary.LittleEndian.AppendUint64(nil, uint64(len(text))), text...)
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	size := int64(len(data)) + tensors*rows*cols*4
	one := []byte{0, 0, 0x80, 0x3f} // as float32
	for at, b := range map[int64][]byte{0: data, int64(len(data)): one, size - 4: one} {
		if _, err := f.WriteAt(b, at); err != nil {
			t.Fatal(err)
		}
	}
	if size/1024 < limit {
		t.Fatalf("%d bytes, want more than %d KiB", size, limit)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(dir, "pentary") // by which the test binary is the command
	if err := os.Symlink(self, name); err != nil {
		t.Fatal(err)
	}
	limited := exec.Command("sh", "-c", fmt.Sprintf(`ulimit -d %d; exec "$@"`, limit), "sh", name, "convert", path, "--from", "safetensors", "--method", "nearest", "--out", out)
	limited.Env = append(os.Environ(), "GOMEMLIMIT=64MiB")
	if text, err := limited.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	got, err := packed.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(got.Tensors); n != tensors || got.Tensors[0].Matrix.At(0, 0) != 2 || got.Tensors[n-1].Matrix.At(rows-1, cols-1) != 2 || got.Tensors[1].Matrix.Histogram()[2] != rows*cols {
		t.Errorf("%d tensors, %v and %v, want %d from 2 to 2", n, got.Tensors[0].Matrix.At(0, 0), got.Tensors[n-1].Matrix.At(rows-1, cols-1), tensors)
	}
}
