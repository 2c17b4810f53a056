package journal

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/internal/durable"
)

// Options configure how a run is kept.
type Options struct {
	Sync Sync // when records become durable; default with every one
	FS   FS   // file system; default the operating system's
}

// Log is the journal of a run, open to continue it. It holds the run's lock. It is not safe
// for concurrent use.
//
// After an error of the file system a Log accepts no more records and returns the same error
// again. Open the run again to continue: it has all acknowledged records.
//
// # Format
//
// Version 3. Integers are little-endian and follow one another without gaps. A
// checksum is CRC-32C, as in the .pent format.
//
//	magic       4 bytes  "PEJL"
//	version     u16      3
//	flags       u16      0
//	records, until the end of the file:
//	    sequence          u32  0, 1, 2, …
//	    durable           u32  see below
//	    kind              u32
//	    payload length    u32  at most 2^30
//	    payload checksum  u32
//	    head checksum     u32
//	    payload
//
// The head checksum is of the 20 bytes before it. In the first record it is of the 8
// bytes of magic, version and flags followed by these; in all others, of the 20 bytes at
// the first record's start, whose checksum continues the checksum of those 8, followed by
// these. So no record of another run passes, nor one at another place of this.
//
// All records before number durable were known to be durable when the record was
// written. A reader that finds a record broken looks for a valid head after it that
// counts the broken one among them: then the file is damaged. If there is none, the
// broken record and all after it are what a crash tore.
//
// The first record, and it alone, is of kind 1, the header. It is created with the
// file, by renaming.
//
//	seed             u64
//	data             32 bytes  SHA-256
//	initial weights  32 bytes  SHA-256, see HashWeights
//	generator        u32       of the noise: 0 for Philox4x32-10, 1 for ARS4x32-7
//	configuration    UTF-8, to the end of the payload
//
// Kind 2 is a generation, whose number is the record's sequence number.
//
//	pairs            u32
//	samples          u32  codes of each pair, 1 with noise in weights
//	flags            u32  0, or 2^31 + n if the rate was divided by 2^n, plus 2^30 if pairs
//	                      have no scores; less than 2^31 and not 0 marks rows of
//	                      sparse parameters, which are refused
//	missing          with the flag 2^30: ⌈pairs/8⌉ bytes, bit p mod 8 of byte ⌊p/8⌋ set if
//	                      pair p has no scores; its codes are 0
//	codes            range-coded, see below; nothing if there are no pairs
//
// Kind 3 is the end of the run. Nothing follows it.
//
//	final weights    32 bytes  SHA-256, see HashWeights
//	reason           UTF-8, to the end of the payload
//
// # Codes
//
// The code c of pair p and sample s, in ±127, is coded sample by sample, and of each
// sample pair by pair. Its size is the length of |c| in bits, 0 to 7. With sum, the sum
// of |c| of the sample's p codes before, its context is the half octave of
// mean = ⌊16·(sum + 4)/(p + 1)⌋: with l the length of mean in bits, 2·l, plus bit l-2
// of mean if l ≥ 2. What is coded, in this order:
//
//	size        its three bits, from the high one on, each by the probability of its
//	            context and node: nodes 1, 2 and 3, 4 to 7 as in a binary heap, where a
//	            bit b leads from node n to 2n + b
//	first       if size ≥ 2: the bit of |c| below the highest, by context and node
//	            8 + size
//	second      if size ≥ 3: the bit below that, by context and node
//	            16 + 2·size + first
//	rest        if size ≥ 1: the n = max(size-3, 0) bits of |c| below, then 1 if c < 0,
//	            as one number of n + 1 bits of even chances
//
// A probability P is the probability of a 0 in units of 2^-15. It begins at 2^14; its
// i-th bit, with k = min(i, 5), then adds ⌊(2^15 - P)/2^k⌋ if 0 and subtracts ⌊P/2^k⌋ if 1.
//
// The coder narrows the interval [low, low + width), which begins as [0, 2^32 - 1). A
// bit splits it at ⌊width/2^15⌋·P: 0 takes the lower part, 1 the upper. A number v of n
// even bits divides width by 2^n, rounding down, and adds v·width to low. While width is
// below 2^24, the high byte of low's 32 bits is written, and both are multiplied by 256;
// a carry out of these 32 bits goes into the bytes written before. At the end the 4
// bytes of low are written, the high one first. So codes have one encoding: a reader
// that follows low finds it 0 in the end.
//
// # Versions 1 and 2
//
// Journals of versions 1 and 2 are read and continued. In them the header has no
// generator, which is Philox4x32-10, and the head checksum of the first record is of its
// own 20 bytes alone. In version 1 a generation is
//
//	bits             u8   of a code: 4 if all are in [-8, 7], else 8
//	codes            u32
//	flags            u32  as above, without 2^30
//	the codes in two's complement; of 4 bits two in a byte, the first in its low
//	    half, and a half that is left over is 0
type Log struct {
	fsys durable.FS
	dir  string
	lock io.Closer
	file durable.File

	version uint16
	header  Header
	run     uint32 // checksum of the header record's head
	end     End
	ended   bool
	torn    TornTail

	size     int64  // of the file
	sequence uint32 // of the next record
	durable  uint32 // records known to be durable
	sync     Sync
	synced   time.Time
	buf      []byte
	err      error // of the file system, or of a closed Log
}

var errClosed = fmt.Errorf("journal: %w", fs.ErrClosed)

// Create begins the journal of a new run in a directory, which is created if it does not
// exist. The error is fs.ErrExist if the directory has a run.
func Create(dir string, h Header, o Options) (*Log, error) {
	if err := h.check(); err != nil {
		return nil, fmt.Errorf("journal: %w", err)
	}
	if headerSize+len(h.Config) > maxPayload {
		return nil, fmt.Errorf("journal: configuration of %d bytes", len(h.Config))
	}
	l := newLog(dir, o)
	if err := durable.MakeDir(l.fsys, dir); err != nil {
		return nil, err
	}
	if err := l.take(); err != nil {
		return nil, err
	}
	if err := l.create(h); err != nil {
		l.release()
		return nil, err
	}
	return l, nil
}

// Open opens the run in a directory to continue it. It reads and checks the whole journal
// and truncates a torn tail. The error is fs.ErrNotExist if there is no run.
func Open(dir string, o Options) (*Log, error) {
	l := newLog(dir, o)
	if _, err := l.fsys.Lstat(l.path(journalName)); err != nil {
		return nil, err // and no lock file is left where there is no run
	}
	if err := l.take(); err != nil {
		return nil, err
	}
	if err := l.open(); err != nil {
		l.release()
		return nil, err
	}
	return l, nil
}

func newLog(dir string, o Options) *Log {
	return &Log{fsys: o.onDisk(), dir: dir, sync: o.Sync}
}

func (l *Log) path(name string) string { return filepath.Join(l.dir, name) }

// take locks the run and removes temporary files of killed processes.
func (l *Log) take() (err error) {
	if l.lock, err = lock(l.fsys, l.path(lockName)); err != nil {
		return err
	}
	durable.Sweep(l.fsys, l.dir, journalName, checkpointName)
	return nil
}

// release closes what is open.
func (l *Log) release() error {
	var err error
	if l.file != nil {
		err = l.file.Close()
	}
	return errors.Join(err, l.lock.Close())
}

func (l *Log) create(h Header) error {
	for _, name := range []string{journalName, checkpointName} {
		path := l.path(name)
		if _, err := l.fsys.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
			if err == nil {
				err = fmt.Errorf("%s: %w", path, fs.ErrExist)
			}
			return err
		}
	}
	b := append(l.buf, journalMagic...)
	b = binary.LittleEndian.AppendUint16(b, journalVersion)
	b = binary.LittleEndian.AppendUint16(b, 0)
	b = appendRecord(b, preambleChecksum(b), 0, 0, headerKind, func(b []byte) []byte { return h.append(b, journalVersion) })
	err := durable.WriteOn(l.fsys, l.path(journalName), func(w io.Writer) error {
		_, err := w.Write(b)
		return err
	})
	if err != nil {
		return err
	}
	return l.open()
}

// open reads the journal through and leaves the Log ready for its next record.
func (l *Log) open() error {
	path := l.path(journalName)
	f, size, err := durable.OpenRegular(l.fsys, path, os.O_RDWR)
	if err != nil {
		return err
	}
	l.file = f
	r, err := newReader(f, size, path)
	if err != nil {
		return err
	}
	for _, err := range r.Records() {
		if err != nil {
			return err
		}
	}
	l.version, l.header, l.run, l.sequence = r.version, r.header, r.run, r.sequence
	l.end, l.ended, l.torn, l.size = r.end, r.ended, r.tail, r.at
	if err := l.checkAttested(); err != nil {
		return err
	}
	if l.torn.Bytes > 0 {
		if err := f.Truncate(l.size); err != nil {
			return err
		}
	}
	return l.settle()
}

// settle makes the existing records durable: an earlier process may have been killed before
// it synced them.
func (l *Log) settle() error {
	if err := l.fsys.SyncDir(l.dir); err != nil {
		return err
	}
	return l.Sync()
}

// id returns what the run's checkpoints name it by.
func (l *Log) id() Hash { return l.header.id(l.version) }

// Header returns what the run is.
func (l *Log) Header() Header { return l.header }

// Generation returns the number of the latest generation in the journal, and 0 if
// there is none.
func (l *Log) Generation() int { return generations(l.sequence, l.ended) }

// End returns how the run ended, and whether it has.
func (l *Log) End() (End, bool) { return l.end, l.ended }

// Truncated returns the torn tail that was cut off when the run was opened.
func (l *Log) Truncated() TornTail { return l.torn }

// Append writes the record of the next generation, and makes it durable if the
// policy of Options.Sync says so.
func (l *Log) Append(r es.Record) error {
	if err := l.ready(); err != nil {
		return err
	}
	if want := l.Generation() + 1; r.Finished != want {
		return fmt.Errorf("journal: record of generation %d, want %d", r.Finished, want)
	}
	err := checkCodes(&r)
	if err == nil && l.version == 1 && len(r.Missing) > 0 {
		err = errMissing1
	}
	if err != nil {
		return fmt.Errorf("journal: generation %d: %w", r.Finished, err)
	}
	if err := l.write(generationKind, func(b []byte) []byte { return appendGeneration(b, &r, l.version) }); err != nil {
		return err
	}
	if l.sync.due(int(l.sequence-l.durable), time.Since(l.synced)) {
		return l.Sync()
	}
	return nil
}

// ready returns nil, or the reason why the Log accepts no record.
func (l *Log) ready() error {
	if l.err == nil && l.ended {
		return ErrEnded
	}
	return l.err
}

// write appends a record to the file.
func (l *Log) write(k kind, payload func([]byte) []byte) error {
	l.buf = appendRecord(l.buf[:0], l.run, l.sequence, l.durable, k, payload)
	if n := len(l.buf) - headSize; n > maxPayload {
		return fmt.Errorf("journal: record of %d bytes, want at most %d", n, maxPayload)
	}
	if _, err := l.file.WriteAt(l.buf, l.size); err != nil {
		l.err = err
		return err
	}
	l.size += int64(len(l.buf))
	l.sequence++
	return nil
}

// Sync makes durable all that has been appended.
func (l *Log) Sync() error {
	if l.err != nil {
		return l.err
	}
	if err := l.file.Sync(); err != nil {
		l.err = err // what the file holds is not known any more
		return err
	}
	l.durable, l.synced = l.sequence, time.Now()
	return nil
}

// Finish saves a checkpoint and ends the run: the journal accepts no more records. The trainer
// must be at the journal's last generation.
func (l *Log) Finish(t Trainer, reason string) error {
	if err := l.ready(); err != nil {
		return err
	}
	if err := l.Checkpoint(t); err != nil {
		return err
	}
	sum, err := HashWeights(t.Parameters())
	if err != nil {
		return err
	}
	end := End{reason, sum}
	if err := end.check(); err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	if err := l.write(endKind, end.append); err != nil {
		return err
	}
	l.end, l.ended = end, true
	return l.Sync()
}

// Close syncs the journal, closes it and releases the run. A closed Log accepts no more
// records.
func (l *Log) Close() error {
	if l.err == errClosed {
		return nil
	}
	err := l.Sync()
	l.err = errClosed
	return errors.Join(err, l.release())
}
