package journal

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/es/journal/journaltest"
	"github.com/Kaleaon/pentary-go/lowrank"
)

// boundaries returns the offsets where the records of a journal begin, and its end.
func boundaries(data []byte) []int {
	at := []int{preambleSize}
	for last := preambleSize; last < len(data); at = append(at, last) {
		last += headSize + int(binary.LittleEndian.Uint32(data[last+12:]))
	}
	return at
}

// put makes data the content of a file. It removes the one before, for some file
// systems sync what is written over.
func put(t *testing.T, path string, data []byte) {
	t.Helper()
	os.Remove(path)
	check(t, os.WriteFile(path, data, 0o666))
}

// reopen replaces the run's journal by data and resumes it.
func reopen(t *testing.T, dir string, data []byte) (*Log, Restored, *journaltest.Trainer, error) {
	t.Helper()
	put(t, filepath.Join(dir, journalName), data)
	x := journaltest.New(codes)
	l, at, err := Resume(t.Context(), dir, header(t, x), x, quick)
	if err == nil {
		t.Cleanup(func() { l.Close() })
	}
	return l, at, x, err
}

func journalOf(t *testing.T, dir string) []byte {
	t.Helper()
	return must[[]byte](t)(os.ReadFile(filepath.Join(dir, journalName)))
}

// expectCut checks that a run came back at its generation n, without its later
// bytes, and goes on.
func expectCut(t *testing.T, dir string, data []byte, n int, want []Hash) {
	t.Helper()
	l, at, x, err := reopen(t, dir, data)
	if err != nil {
		t.Fatal(err)
	}
	if at.Generation != n || hashOf(t, x) != want[n] {
		t.Fatalf("at generation %d, want %d", at.Generation, n)
	}
	if cut := l.Truncated(); cut.Offset+cut.Bytes != int64(len(data)) && cut != (TornTail{}) {
		t.Fatalf("cut %v of %d bytes", cut, len(data))
	}
	train(t, l, x, len(want)-1-n)
	check(t, l.Close())
	y := journaltest.New(codes)
	check(t, Replay(t.Context(), dir, y))
	if hashOf(t, y) != want[len(want)-1] {
		t.Fatal("went on to other weights")
	}
}

// Cut at any point, a run is as it was after its last whole record.
func TestTruncations(t *testing.T) {
	const n = 4
	dir := write(t, n, -1, false)
	data := journalOf(t, dir)
	starts := boundaries(data)
	want := truth(t, journaltest.New(codes), n)
	for size := range len(data) + 1 {
		whole := -1 // generations
		for _, start := range starts[1:] {
			if start <= size {
				whole++
			}
		}
		if whole < 0 {
			_, _, _, err := reopen(t, dir, data[:size])
			if !errors.Is(err, ErrDamaged) || !bytes.Equal(journalOf(t, dir), data[:size]) {
				t.Fatalf("%d bytes: error %v", size, err)
			}
			continue
		}
		l, _, _, err := reopen(t, dir, data[:size])
		check(t, err)
		start := int64(starts[whole+1])
		tail := TornTail{start, int64(size) - start}
		if tail.Bytes == 0 {
			tail = TornTail{}
		}
		if l.Truncated() != tail {
			t.Fatalf("%d bytes: cut %v, want %v", size, l.Truncated(), tail)
		}
		check(t, l.Close())
		if !bytes.Equal(journalOf(t, dir), data[:start]) {
			t.Fatalf("%d bytes: the file has another beginning", size)
		}
		expectCut(t, dir, data[:size], whole, want)
	}
}

// Any flipped bit before the last record is an error that changes nothing, and one
// in the last record, which a torn write might have left, cuts that record.
func TestBitFlips(t *testing.T) {
	const n = 3
	dir := write(t, n, -1, false)
	data := journalOf(t, dir)
	starts := boundaries(data)
	last := starts[n]
	want := truth(t, journaltest.New(codes), n)
	for i := range 8 * len(data) {
		flipped := bytes.Clone(data)
		flipped[i/8] ^= 1 << (i % 8)
		if i/8 >= last {
			expectCut(t, dir, flipped, n-1, want)
			continue
		}
		_, _, _, err := reopen(t, dir, flipped)
		if !errors.Is(err, ErrDamaged) && !errors.Is(err, ErrVersion) {
			t.Fatalf("bit %d of byte %d: error %v", i%8, i/8, err)
		}
		if !strings.Contains(err.Error(), journalName) {
			t.Fatalf("error without the file: %v", err)
		}
		if !bytes.Equal(journalOf(t, dir), flipped) {
			t.Fatal("the file was changed")
		}
	}
}

// A checkpoint attests the records before it: then even the last is not cut.
func TestCheckpointAttests(t *testing.T) {
	const n = 3
	dir := write(t, n, n, false)
	data := journalOf(t, dir)
	last := boundaries(data)[n]
	for _, damage := range [][]byte{data[:len(data)-1], data[:last], flip(data, last+30)} {
		_, _, _, err := reopen(t, dir, damage)
		if !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), "checkpoint is of generation 3") {
			t.Errorf("error %v", err)
		}
		if !bytes.Equal(journalOf(t, dir), damage) {
			t.Fatal("the file was changed")
		}
	}
}

func flip(data []byte, at int) []byte {
	data = bytes.Clone(data)
	data[at] ^= 1
	return data
}

// Records of another run, or at another place, or twice, are no records.
func TestAlienRecords(t *testing.T) {
	const n = 3
	dir := write(t, n, -1, false)
	data := journalOf(t, dir)
	at := boundaries(data)
	record := func(i int) []byte { return data[at[i]:at[i+1]] }

	h := header(t, journaltest.New(codes))
	h.Seed++
	other := filepath.Join(t.TempDir(), "run")
	l := must[*Log](t)(Create(other, h, quick))
	train(t, l, journaltest.New(codes), n)
	check(t, l.Close())
	alien := journalOf(t, other)

	want := truth(t, journaltest.New(codes), n)
	upTo := func(i int, more ...[]byte) []byte {
		return bytes.Join(append([][]byte{data[:at[i]]}, more...), nil)
	}
	expectCut(t, dir, upTo(2, alien[at[2]:]), 1, want)
	expectCut(t, dir, upTo(2, record(1)), 1, want)
	expectCut(t, dir, upTo(2, record(0)), 1, want)
	expectCut(t, dir, upTo(2, make([]byte, 5000)), 1, want)
	for _, damage := range [][]byte{
		upTo(1, record(2), record(3)),            // one is missing
		upTo(2, record(1), record(2), record(3)), // one is there twice
		upTo(1, alien[at[1]:at[2]], record(2)),   // one is another's
		upTo(2, []byte{0}, record(2), record(3)), // one byte too many
		upTo(1, record(1)[1:], record(2)),        // one too few
	} {
		if _, _, _, err := reopen(t, dir, damage); !errors.Is(err, ErrDamaged) {
			t.Errorf("error %v", err)
		}
	}
}

// Without syncs a power cut may keep a later record and lose an earlier: all from
// there on was not acknowledged, and is cut. With a sync between them it is damage.
func TestHoles(t *testing.T) {
	const n = 5
	want := truth(t, journaltest.New(codes), n)
	for synced := range n + 1 {
		dir := filepath.Join(t.TempDir(), "run")
		x := journaltest.New(codes)
		l := must[*Log](t)(Create(dir, header(t, x), Options{Sync: SyncNever(), FS: quick.FS}))
		for i := range n {
			if i == synced {
				check(t, l.Sync())
			}
			train(t, l, x, 1)
		}
		check(t, l.Close())
		data := journalOf(t, dir)
		at := boundaries(data)
		for lost := 1; lost < n; lost++ {
			damage := bytes.Clone(data)
			clear(damage[at[lost]:at[lost+1]])
			if lost <= synced && synced < n {
				if _, _, _, err := reopen(t, dir, damage); !errors.Is(err, ErrDamaged) {
					t.Fatalf("lost %d of %d synced: error %v", lost, synced, err)
				}
				continue
			}
			expectCut(t, dir, damage, lost-1, want)
		}
	}
}

// u32 returns numbers as they are stored.
func u32(numbers ...uint32) string {
	var b []byte
	for _, n := range numbers {
		b = binary.LittleEndian.AppendUint32(b, n)
	}
	return string(b)
}

// version1 stands for a generation in a journal of version 1.
const version1 kind = 1 << 31

// downgrade makes the journal in a directory, which has no generations yet, one of
// version 1, and opens it.
func downgrade(t *testing.T, dir string) *Log {
	t.Helper()
	r := must[*Reader](t)(Read(dir))
	h := r.Header()
	check(t, r.Close())
	data := append([]byte(journalMagic), 1, 0, 0, 0) // version 1, no flags
	data = appendRecord(data, 0, 0, 0, headerKind, func(b []byte) []byte { return h.append(b, 1) })
	put(t, filepath.Join(dir, journalName), data)
	return must[*Log](t)(Open(dir, quick))
}

// A head that begins with a zero byte, as record 256's does, is found after a hole.
func TestHoleBeforeAZero(t *testing.T) {
	const n = 256
	dir := write(t, n, -1, false)
	data := journalOf(t, dir)
	at := boundaries(data)
	for hole := range 17 {
		damaged := slices.Concat(data[:at[n-1]], make([]byte, hole), data[at[n]:])
		if _, _, _, err := reopen(t, dir, damaged); !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), "when record 256 at offset") {
			t.Errorf("a hole of %d bytes: error %v", hole, err)
		}
	}
}

// Content that no run writes, under right checksums, is an error that says what.
func TestRejects(t *testing.T) {
	x := journaltest.New(codes)
	zero := make([]byte, 100)
	sum := string(zero[:32])
	for _, c := range []struct {
		kind    kind
		payload string
		want    string
	}{
		{0, "", "unknown kind"},
		{4, "", "unknown kind"},
		{headerKind, string(zero), "header"},
		{endKind, sum[1:], "end of 31 bytes"},
		{endKind, sum + "\xff", "UTF-8"},
		{generationKind, u32(0, 1) + "\x00\x00\x00", "generation of 11 bytes"},
		{generationKind, u32(0, 0, 0), "pairs of no codes"},
		{generationKind, u32(1<<31, 1<<31, 0) + "\x70", "2147483648 pairs of 2147483648 codes in 1 bytes"},
		{generationKind, u32(1<<16, 1<<6+1, 0) + string(make([]byte, 1<<12)), "65536 pairs of 65 codes in 4096 bytes"},
		{generationKind, u32(2049, 1, 0) + "\x70", "2049 pairs of 1 codes in 1 bytes"},
		{generationKind, u32(3, 1, 0) + "\x00\x00\x00", "codes end early"},
		{generationKind, u32(4, 8, 0) + "\x7f\xff\xff\xff", "codes end early"},
		{generationKind, u32(1, 1, 0) + "\x00\x00\x00\x01", "one encoding"},
		{generationKind, u32(1, 1, 0) + "\xff\xff\xff\xff", "one encoding"},
		{generationKind, u32(1, 1, 0) + "\x00\x00\x00\x00\x00", "1 bytes after"},
		{generationKind, u32(0, 1, 0) + "\x00", "1 bytes after"},
		{generationKind, u32(0, 1, 1<<31), "divided by 2^0"},
		{generationKind, u32(0, 1, 1<<31+es.MaxReductions+1), "divided by 2^17"},

		{version1, "\x04\x00\x00\x00\x00\x00\x00\x00", "generation of 8 bytes"},
		{version1, "\x05\x00\x00\x00\x00\x00\x00\x00\x00", "codes of 5 bits"},
		{version1, "\x08\x02\x00\x00\x00\x00\x00\x00\x00\x70", "2 codes of 8 bits in 1 bytes"},
		{version1, "\x04\xff\xff\xff\xff\x00\x00\x00\x00\x70", "codes of 4 bits in 1 bytes"},
		{version1, "\x08\x01\x00\x00\x00\x00\x00\x00\x00\x07", "fit 4"},
		{version1, "\x04\x01\x00\x00\x00\x00\x00\x00\x00\x17", "after the last"},
		{version1, "\x04\x00\x00\x00\x00\x00\x00\x00\x00\x00", "1 bytes after"},
	} {
		dir := filepath.Join(t.TempDir(), "run")
		l := must[*Log](t)(Create(dir, header(t, x), quick))
		if c.kind == version1 {
			check(t, l.Close())
			l = downgrade(t, dir)
			c.kind = generationKind
		}
		check(t, l.write(c.kind, func(b []byte) []byte { return append(b, c.payload...) }))
		check(t, l.Close())
		before := journalOf(t, dir)
		_, err := Open(dir, quick)
		if !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("kind %d, %q: error %v, want %q", c.kind, c.payload, err, c.want)
		}
		if !bytes.Equal(journalOf(t, dir), before) {
			t.Error("the file was changed")
		}
	}
}

// Nothing follows the end of a run.
func TestNothingAfterTheEnd(t *testing.T) {
	for _, next := range []kind{generationKind, endKind, headerKind} {
		dir := write(t, 2, -1, true)
		l := must[*Log](t)(Open(dir, quick))
		l.ended = false
		check(t, l.write(next, func(b []byte) []byte {
			return appendGeneration(b, &es.Record{Codes: make([]int8, codes)}, journalVersion)
		}))
		check(t, l.Close())
		_, err := Open(dir, quick)
		if !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), "record 4") {
			t.Errorf("kind %d: error %v", next, err)
		}
		if err := Replay(t.Context(), dir, journaltest.New(codes)); !errors.Is(err, ErrDamaged) {
			t.Errorf("kind %d: replay: error %v", next, err)
		}
	}
}

// A record of more than the format allows is refused by the writer, and by the reader
// under a right checksum.
func TestTooLongRecords(t *testing.T) {
	dir := write(t, 1, -1, false)
	data := journalOf(t, dir)
	run := binary.LittleEndian.Uint32(data[preambleSize+headSummed:])
	for length, damage := range map[uint32]bool{maxPayload: false, maxPayload + 1: true, 1<<32 - 1: true} {
		var b [headSize]byte
		head{sequence: 2, durable: 1, kind: generationKind, length: length}.put(b[:], run)
		long := append(bytes.Clone(data), b[:]...)
		l, at, _, err := reopen(t, dir, long)
		if damage {
			if !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), "at most 1073741824") {
				t.Errorf("length %d: error %v", length, err)
			}
			continue
		}
		check(t, err) // torn, as far as one can tell
		if at.Generation != 1 || l.Truncated().Bytes != headSize {
			t.Errorf("length %d: restored %+v, truncated %v", length, at, l.Truncated())
		}
		check(t, l.Close())
	}
	put(t, filepath.Join(dir, journalName), data)
	l := must[*Log](t)(Open(dir, quick))
	defer l.Close()
	for _, r := range []es.Record{
		{Codes: make([]int8, maxCodes+1)}, {Codes: make([]int8, 7), Samples: 2}, {Codes: []int8{0, -128}},
	} {
		r.Finished = l.Generation() + 1
		if err := l.Append(r); err == nil || l.Generation() != r.Finished-1 {
			t.Errorf("took %d codes of %d samples", len(r.Codes), r.Samples)
		}
	}
	if err := l.Append(es.Record{Finished: l.Generation() + 1, Codes: make([]int8, maxCodes), Samples: 4}); err != nil {
		t.Error(err)
	}
}

func TestVersions(t *testing.T) {
	dir := write(t, 2, 2, false)
	data := journalOf(t, dir)
	for _, at := range []int{4, 5} {
		other := bytes.Clone(data)
		other[at] = 9
		_, _, _, err := reopen(t, dir, other)
		if !errors.Is(err, ErrVersion) || !strings.Contains(err.Error(), "reads 1 to ") || !strings.Contains(err.Error(), []string{"is 9,", "is 2307,"}[at-4]) {
			t.Errorf("error %v, want both versions", err)
		}
	}
	path := filepath.Join(dir, checkpointName)
	c := must[[]byte](t)(os.ReadFile(path))
	c[4] = 2
	check(t, os.WriteFile(path, c, 0o666))
	_, at, _, err := reopen(t, dir, data)
	check(t, err)
	if !errors.Is(at.Ignored, ErrVersion) || at.Checkpoint != 0 || at.Generation != 2 {
		t.Errorf("restored %+v, want the checkpoint ignored for its version", at)
	}
}

// A checkpoint with any bit flipped, cut short at any point, or lengthened is
// reported, and the journal makes up for it.
func TestDamagedCheckpoints(t *testing.T) {
	const n = 3
	dir := write(t, n, 2, false)
	data := journalOf(t, dir)
	want := truth(t, journaltest.New(codes), n)[n]
	path := filepath.Join(dir, checkpointName)
	sound := must[[]byte](t)(os.ReadFile(path))
	try := func(c []byte, ignored bool) {
		t.Helper()
		put(t, path, c)
		l, at, x, err := reopen(t, dir, data)
		check(t, err)
		defer l.Close()
		checkpoint := 2
		if ignored {
			checkpoint = 0
		}
		if (at.Ignored != nil) != ignored || at.Checkpoint != checkpoint || at.Generation != n || hashOf(t, x) != want {
			t.Fatalf("restored %+v", at)
		}
		if ignored && !errors.Is(at.Ignored, ErrDamaged) && !errors.Is(at.Ignored, ErrVersion) {
			t.Fatalf("reported %v", at.Ignored)
		}
	}
	try(sound, false)
	step := 1
	if testing.Short() {
		step = 7
	}
	for i := 0; i < 8*len(sound); i += step {
		c := bytes.Clone(sound)
		c[i/8] ^= 1 << (i % 8)
		try(c, true)
	}
	for size := range sound {
		try(sound[:size], true)
	}
	try(append(bytes.Clone(sound), 0), true)
}

// A sound checkpoint that is of another run or other parameters is not loaded.
func TestAlienCheckpoints(t *testing.T) {
	const n = 2
	sound := journaltest.New(codes)
	for range n {
		sound.Step()
	}
	state := sound.AppendState(nil)
	params := func(change func([]lowrank.Parameter) []lowrank.Parameter) []lowrank.Parameter {
		return change(journaltest.New(codes).Parameters())
	}
	for _, c := range []struct {
		seed   uint64
		state  []byte
		params []lowrank.Parameter
		want   string
	}{
		{7, state, sound.Parameters(), ""},
		{8, state, sound.Parameters(), "another run"},
		{7, state[1:], sound.Parameters(), "state of 35 bytes"},
		{7, state, sound.Parameters()[:2], "2 parameters"},
		{7, state, params(func(p []lowrank.Parameter) []lowrank.Parameter { p[0], p[1] = p[1], p[0]; return p }), "matrix 0 is 1×5"},
		{7, state, params(func(p []lowrank.Parameter) []lowrank.Parameter { p[0] = p[2]; return p }), "70×2, want 3×40"},
	} {
		dir := write(t, n, -1, false)
		h := header(t, journaltest.New(codes))
		h.Seed = c.seed
		f, err := weights(c.params)
		check(t, err)
		var b bytes.Buffer
		check(t, (&checkpoint{checkpointHead{run: h.id(journalVersion), generation: n}, c.state, f}).writeTo(&b))
		check(t, os.WriteFile(filepath.Join(dir, checkpointName), b.Bytes(), 0o666))
		_, at, x, err := reopen(t, dir, journalOf(t, dir))
		check(t, err)
		if hashOf(t, x) != hashOf(t, sound) {
			t.Errorf("%s: restored other weights", c.want)
		}
		if (at.Ignored == nil) != (c.want == "") || at.Ignored != nil && !strings.Contains(at.Ignored.Error(), c.want) {
			t.Errorf("restored %+v, want %q", at, c.want)
		}
	}
}

// Records of generations that moved some rows only, which no network ever wrote, are
// refused by name: the file is not damaged, and is not changed.
func TestSparseRecords(t *testing.T) {
	x := journaltest.New(codes)
	for version, payload := range []string{
		1: "\x04\x02\x00\x00\x00\x01\x00\x00\x00\x17\x00",
		2: "\x00\x00\x00\x00\x01\x00\x00\x00\x02\x00\x00\x00\x00\x01\x07\x00\x00\x00\x00\x00\x00\x00",
	} {
		if version == 0 {
			continue
		}
		dir := filepath.Join(t.TempDir(), "run")
		l := must[*Log](t)(Create(dir, header(t, x), quick))
		if version == 1 {
			check(t, l.Close())
			l = downgrade(t, dir)
		}
		check(t, l.write(generationKind, func(b []byte) []byte { return append(b, payload...) }))
		check(t, l.Close())
		before := journalOf(t, dir)
		_, err := Open(dir, quick)
		if errors.Is(err, ErrDamaged) || !errors.Is(err, errSparse) || !strings.Contains(err.Error(), "generation 1: it moved some rows only") {
			t.Errorf("version %d: error %v", version, err)
		}
		if !bytes.Equal(journalOf(t, dir), before) {
			t.Errorf("version %d: the file was changed", version)
		}
	}
}

// Opening a run removes the rest of a checkpoint that a killed process left, and
// nothing else does.
func TestSweep(t *testing.T) {
	dir := write(t, 1, -1, false)
	temp := filepath.Join(dir, ".checkpoint.pentary-"+strings.Repeat("A", 26))
	mine := filepath.Join(dir, ".tmp-notes")
	for _, path := range []string{temp, mine} {
		check(t, os.WriteFile(path, []byte("half"), 0o666))
	}
	l := must[*Log](t)(Open(dir, quick))
	defer l.Close()
	if _, err := os.Stat(temp); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the temporary file is there: %v", err)
	}
	if _, err := os.Stat(mine); err != nil {
		t.Error(err)
	}
}
