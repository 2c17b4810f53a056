package journal

import (
	"bytes"
	"encoding/binary"
	"io"
	"io/fs"
	"os"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/es/journal/journaltest"
	"github.com/Kaleaon/pentary-go/internal/durable"
	"github.com/Kaleaon/pentary-go/internal/race"
	"github.com/Kaleaon/pentary-go/lowrank"
)

// content is a file of given bytes.
type content struct {
	durable.File
	bytes.Reader
}

func (c *content) ReadAt(b []byte, at int64) (int, error) { return c.Reader.ReadAt(b, at) }
func (c *content) Write([]byte) (int, error)              { panic("written to") }
func (c *content) Stat() (fs.FileInfo, error)             { return info{size: c.Reader.Size()}, nil }
func (c *content) Close() error                           { return nil }

type info struct {
	fs.FileInfo
	size int64
}

func (i info) Size() int64        { return i.size }
func (i info) ModTime() time.Time { return time.Time{} }

func fileOf(data []byte) *content { return &content{Reader: *bytes.NewReader(data)} }

// allocated returns the bytes that f allocates.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// checkAllocated fails if reading n bytes allocated out of proportion.
func checkAllocated(t *testing.T, n int, allocated uint64) {
	t.Helper()
	if most := uint64(1<<17 + 2*maxCodesPerByte*n); allocated > most && !race.Enabled {
		t.Errorf("allocated %d bytes for %d, want at most %d", allocated, n, most)
	}
}

// resealJournal makes the checksums right, as far as there are records, so that a
// fuzzer reaches what is behind them.
func resealJournal(data []byte) []byte {
	data = bytes.Clone(data)
	run := uint32(0)
	if len(data) >= preambleSize {
		run = preambleChecksum(data)
	}
	for at := preambleSize; at+headSize <= len(data); {
		h := parseHead(data[at:])
		if int64(h.length) > int64(len(data)-at-headSize) {
			break
		}
		end := at + headSize + int(h.length)
		h.checksum = durable.Checksum(data[at+headSize : end])
		h.put(data[at:], run)
		if at == preambleSize {
			run = binary.LittleEndian.Uint32(data[at+headSummed:])
		}
		at = end
	}
	return data
}

// readAll reads a journal and returns the encoding of what it held, and where the
// records ended.
func readAll(data []byte) (encoded []byte, end int64, err error) {
	r, err := newReader(fileOf(data), int64(len(data)), "journal.pej")
	if err != nil {
		return nil, 0, err
	}
	encoded = append(encoded, data[:preambleSize]...)
	at := int64(preambleSize)
	encode := func(k kind, payload func([]byte) []byte) {
		h := parseHead(data[at:])
		run := r.run
		if h.sequence == 0 {
			run = preambleChecksum(data)
		}
		encoded = appendRecord(encoded, run, h.sequence, h.durable, k, payload)
		at = r.at
	}
	encode(headerKind, func(b []byte) []byte { return r.header.append(b, r.version) })
	for record, err := range r.Records() {
		if err != nil {
			return nil, 0, err
		}
		encode(generationKind, func(b []byte) []byte { return appendGeneration(b, &record, r.version) })
	}
	if r.ended {
		encode(endKind, r.end.append)
	}
	if r.tail.Bytes != 0 && r.tail != (TornTail{r.at, int64(len(data)) - r.at}) {
		panic("the tail is not what follows the records")
	}
	return encoded, r.at, nil
}

func FuzzJournal(f *testing.F) {
	for _, wide := range []bool{false, true} {
		x := journaltest.New(codes)
		x.Wide = wide
		l, err := Create(f.TempDir(), header(f, x), quick)
		check(f, err)
		for range 3 {
			train(f, l, x, 1)
			data, err := os.ReadFile(l.path(journalName))
			check(f, err)
			f.Add(data)
			f.Add(data[:len(data)-1])
		}
		check(f, l.Append(es.Record{Finished: 4, Codes: []int8{1, 2, 3}}))
		check(f, l.write(endKind, (&End{Reason: "done"}).append))
		data, err := os.ReadFile(l.path(journalName))
		check(f, err)
		f.Add(data)
		check(f, l.Close())
	}
	for _, run := range []string{"activations", "weights"} {
		data, err := os.ReadFile("testdata/version1/" + run + "/" + journalName)
		check(f, err)
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, data := range [][]byte{data, resealJournal(data)} {
			checkAllocated(t, len(data), allocated(func() {
				if r, err := newReader(fileOf(data), int64(len(data)), ""); err == nil {
					for r.next() == nil {
					}
					if r.err != io.EOF && r.tail != (TornTail{}) {
						t.Errorf("error %v, and a tail", r.err)
					}
				}
			}))
			encoded, end, err := readAll(data)
			if err == nil && !bytes.Equal(encoded, data[:end]) {
				t.Errorf("other bytes than those read:\n%x\n%x", encoded, data[:end])
			}
		}
	})
}

// resealCheckpoint makes the checksums right.
func resealCheckpoint(data []byte) []byte {
	data = bytes.Clone(data)
	if len(data) < checkpointHeadSize+checksumSize {
		return data
	}
	le := binary.LittleEndian
	head, end := checkpointHeadSize-checksumSize, len(data)-checksumSize
	le.PutUint32(data[head:], durable.Checksum(data[:head]))
	le.PutUint32(data[end:], durable.Checksum(data[checkpointHeadSize:end]))
	return data
}

func FuzzCheckpoint(f *testing.F) {
	x := journaltest.New(codes)
	for _, params := range [][]lowrank.Parameter{nil, x.Parameters()[1:2], x.Parameters()} {
		w, err := weights(params)
		check(f, err)
		c := checkpoint{checkpointHead{run: Hash{1}, generation: 3}, x.AppendState(nil), w}
		var b bytes.Buffer
		check(f, c.writeTo(&b))
		f.Add(b.Bytes())
		f.Add(slices.Clone(b.Bytes()[:b.Len()-1]))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, data := range [][]byte{data, resealCheckpoint(data)} {
			var c *checkpoint
			var err error
			checkAllocated(t, len(data), allocated(func() { c, err = readCheckpoint(bytes.NewReader(data), int64(len(data)), "checkpoint") }))
			if err != nil {
				continue
			}
			var b bytes.Buffer
			check(t, c.writeTo(&b))
			if !bytes.Equal(b.Bytes(), data) {
				t.Errorf("other bytes than those read:\n%x\n%x", b.Bytes(), data)
			}
			if err := checkWeights(journaltest.New(codes).Parameters(), c.weights); err == nil {
				setWeights(journaltest.New(codes).Parameters(), c.weights)
			}
		}
	})
}
