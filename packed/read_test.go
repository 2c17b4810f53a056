package packed

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/Kaleaon/pentary-go/internal/durable"
)

// readers are the two ways to read a file.
var readers = map[string]func(path string) error{
	"ReadFile": func(path string) error { _, err := ReadFile(path); return err },
	"Open": func(path string) error {
		m, err := Open(path)
		if err == nil {
			m.Close()
		}
		return err
	},
}

// claim returns the head of a file with one tensor of 32 columns and the given rows.
func claim(rows uint64) []byte {
	le := binary.LittleEndian
	b := append([]byte(fileMagic), fileVersion, 0, 0, 0)
	b = le.AppendUint32(b, preambleSize+tensorEntrySize+1+checksumSize)
	b = le.AppendUint32(b, 1)
	b = le.AppendUint32(b, 0)
	b = append(le.AppendUint16(b, 1), 'w')
	for _, n := range []uint64{rows, 32} {
		b = le.AppendUint64(b, n)
	}
	b = le.AppendUint32(b, 0)
	b = le.AppendUint64(b, 128)
	b = le.AppendUint64(b, rows*SmallBytes)
	b = le.AppendUint32(b, 0)
	return le.AppendUint32(b, durable.Checksum(b))
}

// A file that claims gigabytes, or is as large and has nothing in it, is refused before
// it gets memory.
func TestReadersBeforeMemory(t *testing.T) {
	const large = 5 << 30
	limit := uint64(1 << 20)
	if runtime.GOOS == "js" { // every read of a file allocates there
		limit *= 8
	}
	dir := t.TempDir()
	longHeader := bytes.Clone(encodeFile(t, rejectFile()))
	binary.LittleEndian.PutUint32(longHeader[8:], 200<<20)
	manyRows := uint64(large-128) / SmallBytes
	for name, c := range map[string]struct {
		head []byte
		size int64
		want string
	}{
		"nothing":     {nil, large, "magic"},
		"more":        {encodeFile(t, rejectFile()), large, "after the end at offset 204"},
		"long header": {longHeader, large, "header checksum"},
		"too small":   {claim(manyRows), 1000, "truncated"},
		"holes":       {claim(200 << 20 / SmallBytes), 128 + 200<<20/SmallBytes*SmallBytes, "checksum"},
	} {
		path := filepath.Join(dir, "file")
		os.Remove(path)
		if err := os.WriteFile(path, c.head, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Truncate(path, c.size); err != nil {
			t.Skip(err) // no sparse files of this size
		}
		for reader, read := range readers {
			if name == "holes" && (testing.Short() || reader == "Open" && runtime.GOOS != "linux") {
				continue
			}
			var err error
			if n := allocated(func() { err = read(path) }); n > limit {
				t.Errorf("%s, %s: allocates %d bytes", name, reader, n)
			}
			mustFail(t, err, c.want)
			if !strings.HasPrefix(err.Error(), path+": ") {
				t.Errorf("%s, %s: error %v does not begin with the path", name, reader, err)
			}
		}
	}
}

func TestReadersRefuseOtherFiles(t *testing.T) {
	for path, want := range map[string]string{t.TempDir(): "directory", os.DevNull: "device"} {
		if info, err := os.Stat(path); err != nil || info.Mode().IsRegular() {
			continue
		}
		for reader, read := range readers {
			if err := read(path); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s of %s: error %v", reader, path, err)
			}
		}
	}
}
