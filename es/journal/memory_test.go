package journal

import (
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/Kaleaon/pentary-go/es/journal/journaltest"
)

// Files that are large, or claim to be, and have holes instead of content take no
// memory to speak of: they are reported, or make up a torn tail.
func TestLargeFiles(t *testing.T) {
	const huge, large = 5 << 30, 200 << 20
	dir := write(t, 2, 1, false)
	sound := journalOf(t, dir)
	run := binary.LittleEndian.Uint32(sound[preambleSize+headSummed:])
	var claim [headSize]byte
	head{sequence: 3, durable: 2, kind: generationKind, length: large}.put(claim[:], run)
	saved := must[[]byte](t)(os.ReadFile(filepath.Join(dir, checkpointName)))
	h := checkpointHead{run: Hash{1}, generation: 1, stateSize: large / 2}

	for _, c := range []struct {
		name    string
		file    string
		content []byte
		size    int64
		want    string // of the error, or of the checkpoint's error
		slow    bool
	}{
		{"no journal", journalName, nil, huge, "magic", false},
		{"a header of holes", journalName, sound[:preambleSize], large, "no header record", true},
		{"a tail of holes", journalName, sound, large, "", true},
		{"a record of holes", journalName, append(sound[:len(sound):len(sound)], claim[:]...), int64(len(sound)) + headSize + large, "", true},
		{"no checkpoint", checkpointName, nil, huge, "magic", false},
		{"a checkpoint of holes", checkpointName, h.encode(), large, "checksum", true},
		{"a checkpoint and holes", checkpointName, saved, large, "checksum", true},
	} {
		if c.slow && testing.Short() {
			continue
		}
		put(t, filepath.Join(dir, journalName), sound)
		put(t, filepath.Join(dir, checkpointName), saved)
		path := filepath.Join(dir, c.file)
		put(t, path, c.content)
		if err := os.Truncate(path, c.size); err != nil {
			t.Skip(err) // no sparse files of this size
		}
		var at Restored
		var err error
		x := journaltest.New(codes)
		n := allocated(func() {
			var l *Log
			if l, at, err = Resume(t.Context(), dir, header(t, x), x, quick); err == nil {
				err = l.Close()
			}
		})
		if n > 2<<20 {
			t.Errorf("%s: allocated %d bytes", c.name, n)
		}
		switch {
		case c.file == checkpointName:
			check(t, err)
			err = at.Ignored
		case c.want == "":
			check(t, err)
			if at.Generation != 2 || len(journalOf(t, dir)) != len(sound) {
				t.Errorf("%s: restored %+v", c.name, at)
			}
			continue
		}
		if !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want %q", c.name, err, c.want)
		}
	}
}
