package journal

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"slices"

	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/internal/durable"
)

// The files of a run.
const (
	journalName    = "journal.pej"
	checkpointName = "checkpoint"
	lockName       = "lock"
)

// TornTail describes the bytes after the last whole record: writes that a crash interrupted.
// None of them was acknowledged.
type TornTail struct {
	Offset, Bytes int64
}

// Reader reads a journal record by record. It takes no lock and changes nothing. If the run
// is in progress, it reads the records that existed when it was opened. It is not safe for
// concurrent use.
type Reader struct {
	file durable.File
	path string
	in   *bufio.Reader
	at   int64 // offset of what in reads next
	size int64 // of the file, when it was opened

	version    uint16
	header     Header
	run        uint32 // checksum of the header record's head
	sequence   uint32 // of the next record
	payload    []byte
	generation es.Record
	ended      bool
	end        End
	tail       TornTail
	err        error // the error of next, from then on
}

// Read opens the journal of the run in a directory.
func Read(dir string) (*Reader, error) { return read(durable.OS, dir) }

func read(fsys durable.FS, dir string) (*Reader, error) {
	path := filepath.Join(dir, journalName)
	f, size, err := durable.OpenRegular(fsys, path, os.O_RDONLY)
	if err != nil {
		return nil, err
	}
	r, err := newReader(f, size, path)
	if err != nil {
		f.Close()
		return nil, err
	}
	return r, nil
}

// newReader reads the beginning of a journal of size bytes. Close closes the file.
func newReader(f durable.File, size int64, path string) (*Reader, error) {
	r := &Reader{file: f, path: path, size: size}
	r.in = bufio.NewReaderSize(io.NewSectionReader(f, 0, r.size), 1<<16)
	if err := r.readPreamble(); err != nil {
		return nil, err
	}
	if err := r.next(); err != nil {
		if err == io.EOF { // the file is created with the whole header record
			err = damaged(path, preambleSize, "no header record")
		}
		return nil, err
	}
	return r, nil
}

func (r *Reader) readPreamble() error {
	var b [preambleSize]byte
	if _, err := io.ReadFull(r.in, b[:]); err == io.EOF || err == io.ErrUnexpectedEOF {
		return damaged(r.path, 0, "no journal: %d bytes", r.size)
	} else if err != nil {
		return err
	}
	r.at = preambleSize
	if magic := b[:len(journalMagic)]; string(magic) != journalMagic {
		return damaged(r.path, 0, "magic is %q, not %q", magic, journalMagic)
	}
	var err error
	r.version, err = checkVersion(r.path, b[len(journalMagic):], journalVersion)
	r.run = preambleChecksum(b[:])
	return err
}

// checkVersion checks the version and flags that follow a magic: versions 1 to latest
// are known.
func checkVersion(path string, b []byte, latest uint16) (version uint16, err error) {
	le := binary.LittleEndian
	version = le.Uint16(b)
	if version < 1 || version > latest {
		return 0, fmt.Errorf("%s: %w: it is %d, and this program reads 1 to %d", path, ErrVersion, version, latest)
	}
	if flags := le.Uint16(b[2:]); flags != 0 {
		return 0, damaged(path, 6, "flags %#x, not 0", flags)
	}
	return version, nil
}

// Header returns what the run is.
func (r *Reader) Header() Header { return r.header }

// Records returns the remaining generations in order. It holds one record in memory, which is
// valid until the next one. After an error it returns no more.
func (r *Reader) Records() iter.Seq2[es.Record, error] {
	return func(yield func(es.Record, error) bool) {
		for {
			err := r.next()
			switch {
			case err == io.EOF:
				return
			case err != nil:
				yield(es.Record{}, err)
				return
			case !r.ended && !yield(r.generation, nil):
				return
			}
		}
	}
}

// Generation returns the number of the latest generation read.
func (r *Reader) Generation() int { return generations(r.sequence, r.ended) }

// generations returns how many of the records before sequence are generations.
func generations(sequence uint32, ended bool) int {
	n := int(sequence) - 1 // one is the header
	if ended {
		n--
	}
	return n
}

// End returns the end of the run and whether there is one. Call it after Records.
func (r *Reader) End() (End, bool) { return r.end, r.ended }

// TornTail returns what follows the last whole record. Call it after Records.
func (r *Reader) TornTail() TornTail { return r.tail }

// Close closes the file.
func (r *Reader) Close() error { return r.file.Close() }

// next reads a record. It returns io.EOF after the last whole one.
func (r *Reader) next() error {
	if r.err == nil {
		r.err = r.read()
	}
	return r.err
}

func (r *Reader) read() error {
	if r.at == r.size {
		return io.EOF
	}
	start := r.at
	h, err := r.readFrame()
	if errors.Is(err, errNoFrame) {
		return r.validateTail(start)
	}
	if err != nil {
		return err
	}
	if err := r.decode(h); errors.Is(err, errSparse) {
		return fmt.Errorf("%s: generation %d: %w", r.path, h.sequence, err)
	} else if err != nil {
		return damaged(r.path, start, "record %d: %v", h.sequence, err)
	}
	r.sequence++
	return nil
}

// largePayload is the size above which a payload's checksum is checked before memory is
// allocated for it: a damaged head may claim a gigabyte.
const largePayload = 1 << 20

// errNoFrame says that the next bytes are not the next record.
var errNoFrame = errors.New("no frame")

// readFrame reads the head and payload of the next record.
func (r *Reader) readFrame() (head, error) {
	b, err := r.in.Peek(headSize)
	if err == io.EOF {
		return head{}, errNoFrame
	}
	if err != nil {
		return head{}, err
	}
	h := parseHead(b)
	if !valid(b, r.run) || h.sequence != r.sequence {
		return head{}, errNoFrame
	}
	if h.length > maxPayload { // which is no torn write
		return head{}, damaged(r.path, r.at, "record %d of %d bytes, want at most %d", h.sequence, h.length, maxPayload)
	}
	if int64(h.length) > r.size-r.at-headSize {
		return head{}, errNoFrame
	}
	if r.sequence == 0 {
		r.run = binary.LittleEndian.Uint32(b[headSummed:])
	}
	if h.length > largePayload {
		sum, err := durable.ChecksumOf(r.file, r.at+headSize, int64(h.length))
		if err != nil {
			return head{}, err
		}
		if sum != h.checksum {
			return head{}, errNoFrame
		}
	}
	r.in.Discard(headSize)
	r.payload = slices.Grow(r.payload[:0], int(h.length))[:h.length]
	if _, err := io.ReadFull(r.in, r.payload); err != nil {
		return head{}, err
	}
	if durable.Checksum(r.payload) != h.checksum {
		return head{}, errNoFrame
	}
	r.at += headSize + int64(h.length)
	return h, nil
}

func (r *Reader) decode(h head) error {
	switch {
	case (h.sequence == 0) != (h.kind == headerKind):
		return errors.New("the header is not the first record, or not the only header")
	case h.durable > h.sequence:
		return errors.New("claims that later records are durable")
	case r.ended:
		return errors.New("follows the end of the run")
	case h.kind == headerKind:
		return r.header.decode(r.payload, r.version)
	case h.kind == endKind:
		r.ended = true
		return r.end.decode(r.payload)
	case h.kind != generationKind:
		return errors.New("unknown kind")
	}
	r.generation.Finished = int(h.sequence)
	return decodeGeneration(&r.generation, r.payload, r.version)
}

// validateTail decides whether the bytes from start on, which are not the next record, are
// damage or a torn tail. They are damage if a valid head among them says that the next record
// was durable. In a torn tail the disk may have kept a later block and lost an earlier one.
func (r *Reader) validateTail(start int64) error {
	r.in.Reset(io.NewSectionReader(r.file, start, r.size-start))
	for at := start; ; {
		b, err := r.in.Peek(headSize)
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		if n := r.skipZeros(); n > 0 {
			at += int64(n)
			continue
		}
		h := parseHead(b)
		if h.durable > r.sequence && h.durable <= h.sequence && valid(b, r.run) {
			return damaged(r.path, start, "no record %d, which was complete when record %d at offset %d was written",
				r.sequence, h.sequence, at)
		}
		r.in.Discard(1)
		at++
	}
	if r.sequence == 0 {
		return damaged(r.path, start, "no header record")
	}
	r.tail = TornTail{start, r.size - start}
	return io.EOF
}

// skipZeros skips to the next offset at which a head may begin that makes something
// durable: its first 8 bytes are not all zero, as they are in the holes of a file.
func (r *Reader) skipZeros() int {
	b, _ := r.in.Peek(r.in.Buffered())
	n := 0
	for n+8 <= len(b) && binary.LittleEndian.Uint64(b[n:]) == 0 {
		n += 8
	}
	if n == 0 {
		return 0
	}
	n -= 7
	r.in.Discard(n)
	return n
}
