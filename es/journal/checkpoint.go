package journal

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"

	"github.com/Kaleaon/pentary-go/internal/durable"
	"github.com/Kaleaon/pentary-go/packed"
)

const (
	checkpointMagic   = "PECK"
	checkpointVersion = 1

	checkpointHeadSize = 8 + sha256.Size + 4 + 8 + 4
	checksumSize       = 4
)

// checkpointHead is the beginning of a checkpoint.
type checkpointHead struct {
	run        Hash // id of the run's header
	generation uint32
	stateSize  uint64
}

// checkpoint is all of one.
type checkpoint struct {
	checkpointHead
	state   []byte
	weights *packed.File
}

func (h *checkpointHead) encode() []byte {
	le := binary.LittleEndian
	b := append(make([]byte, 0, checkpointHeadSize), checkpointMagic...)
	b = le.AppendUint16(b, checkpointVersion)
	b = le.AppendUint16(b, 0)
	b = append(b, h.run[:]...)
	b = le.AppendUint32(b, h.generation)
	b = le.AppendUint64(b, h.stateSize)
	return le.AppendUint32(b, durable.Checksum(b))
}

func (h *checkpointHead) decode(path string, b []byte) error {
	if len(b) < checkpointHeadSize {
		return damaged(path, 0, "no checkpoint: %d bytes", len(b))
	}
	if magic := b[:len(checkpointMagic)]; string(magic) != checkpointMagic {
		return damaged(path, 0, "magic is %q, not %q", magic, checkpointMagic)
	}
	if _, err := checkVersion(path, b[len(checkpointMagic):], checkpointVersion); err != nil {
		return err
	}
	const sumAt = checkpointHeadSize - checksumSize
	le := binary.LittleEndian
	if stored, sum := le.Uint32(b[sumAt:]), durable.Checksum(b[:sumAt]); stored != sum {
		return damaged(path, sumAt, "checksum is %08x, but the head's is %08x", stored, sum)
	}
	b = b[8:]
	h.run = Hash(b)
	h.generation = le.Uint32(b[sha256.Size:])
	h.stateSize = le.Uint64(b[sha256.Size+4:])
	return nil
}

// writeTo writes the checkpoint.
func (c *checkpoint) writeTo(w io.Writer) error {
	c.stateSize = uint64(len(c.state))
	if _, err := w.Write(c.checkpointHead.encode()); err != nil {
		return err
	}
	sum := durable.NewChecksum()
	body := io.MultiWriter(w, sum)
	if _, err := body.Write(c.state); err != nil {
		return err
	}
	if _, err := c.weights.WriteTo(body); err != nil {
		return err
	}
	return binary.Write(w, binary.LittleEndian, sum.Sum32())
}

// readCheckpoint returns the checkpoint in a file of size bytes. It accepts only what
// writeTo makes, and allocates memory for it only after its checksums have passed.
func readCheckpoint(f io.ReaderAt, size int64, path string) (*checkpoint, error) {
	b := make([]byte, min(size, checkpointHeadSize))
	if _, err := f.ReadAt(b, 0); err != nil && err != io.EOF {
		return nil, err
	}
	c := new(checkpoint)
	if err := c.checkpointHead.decode(path, b); err != nil {
		return nil, err
	}
	end := size - checksumSize
	if end < checkpointHeadSize || c.stateSize > uint64(end-checkpointHeadSize) || end > math.MaxInt {
		return nil, damaged(path, checkpointHeadSize, "truncated to %d bytes", size)
	}
	sum, err := durable.ChecksumOf(f, checkpointHeadSize, end-checkpointHeadSize)
	if err != nil {
		return nil, err
	}
	if _, err := f.ReadAt(b[:checksumSize], end); err != nil && err != io.EOF {
		return nil, err
	}
	if stored := binary.LittleEndian.Uint32(b); stored != sum {
		return nil, damaged(path, end, "checksum is %08x, but the content's is %08x", stored, sum)
	}
	data := make([]byte, end-checkpointHeadSize)
	if _, err := f.ReadAt(data, checkpointHeadSize); err != nil {
		return nil, err
	}
	c.state = data[:c.stateSize:c.stateSize]
	if c.weights, err = packed.Decode(data[c.stateSize:]); err != nil {
		return nil, damaged(path, checkpointHeadSize+int64(c.stateSize), "%v", err)
	}
	return c, nil
}

// Checkpoint saves the trainer's weights and state. The trainer must be at the journal's
// last generation. Checkpoint first makes the journal durable up to it and then replaces
// the previous checkpoint atomically; after an error the previous one is still there.
//
// # Format
//
// Version 1, in the conventions of the journal.
//
//	magic          4 bytes  "PECK"
//	version        u16      1
//	flags          u16      0
//	run            32 bytes SHA-256 of the payload of the journal's header record
//	generation     u32
//	state length   u64
//	head checksum  u32      of all before it
//	state          as the trainer's AppendState gives it
//	weights        a .pent file: parameter n of the run is the tensor named n
//	checksum       u32      of state and weights
func (l *Log) Checkpoint(t Trainer) error {
	if t.Generation() != l.Generation() {
		return fmt.Errorf("journal: checkpoint at generation %d of a journal of %d", t.Generation(), l.Generation())
	}
	if err := l.Sync(); err != nil {
		return err
	}
	c, err := newCheckpoint(l.id(), t)
	if err != nil {
		return err
	}
	return durable.WriteOn(l.fsys, l.path(checkpointName), c.writeTo)
}

// newCheckpoint returns a checkpoint of the trainer of a run, whose weights it shares.
func newCheckpoint(run Hash, t Trainer) (*checkpoint, error) {
	f, err := weights(t.Parameters())
	if err != nil {
		return nil, err
	}
	return &checkpoint{
		checkpointHead: checkpointHead{run: run, generation: uint32(t.Generation())},
		state:          t.AppendState(nil),
		weights:        f,
	}, nil
}

// restore gives t the checkpoint's state. After an error t is as it was. Otherwise it
// takes setWeights as well.
func (c *checkpoint) restore(run Hash, t Trainer, path string) error {
	if c.run != run {
		return damaged(path, 8, "it is of another run")
	}
	if err := checkWeights(t.Parameters(), c.weights); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if err := t.RestoreState(c.state); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

// WriteCheckpoint writes a checkpoint of a trainer of the run of a header, in the format
// of Log.Checkpoint, for programs that exchange checkpoints.
func WriteCheckpoint(w io.Writer, h Header, t Trainer) error {
	c, err := newCheckpoint(h.id(journalVersion), t)
	if err != nil {
		return err
	}
	return c.writeTo(w)
}

// ReadCheckpoint sets a trainer to a checkpoint of size bytes that WriteCheckpoint has
// written for the run of the header. Errors call the checkpoint name. After an error t is
// as it was, unless the error says that the generations differ.
func ReadCheckpoint(r io.ReaderAt, size int64, name string, h Header, t Trainer) error {
	c, err := readCheckpoint(r, size, name)
	if err != nil {
		return err
	}
	if err := c.restore(h.id(journalVersion), t, name); err != nil {
		return err
	}
	setWeights(t.Parameters(), c.weights)
	if n := t.Generation(); n != int(c.generation) {
		return damaged(name, 0, "generation %d with a state of generation %d", c.generation, n)
	}
	return nil
}

// checkAttested returns an error if the run's checkpoint is of a generation that
// the journal does not have: Checkpoint had made it durable.
func (l *Log) checkAttested() error {
	path := l.path(checkpointName)
	f, _, err := durable.OpenRegular(l.fsys, path, os.O_RDONLY)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	b := make([]byte, checkpointHeadSize)
	n, err := f.ReadAt(b, 0)
	if err != nil && err != io.EOF {
		return err
	}
	var h checkpointHead
	if h.decode(path, b[:n]) != nil || h.run != l.id() || int(h.generation) <= l.Generation() {
		return nil // Restore reports what is wrong, if anything
	}
	return damaged(l.path(journalName), l.size, "no record after generation %d, but %s is of generation %d",
		l.Generation(), path, h.generation)
}
