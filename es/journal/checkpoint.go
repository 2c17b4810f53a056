package journal

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"

	"github.com/Kaleaon/pentary-go/internal/atomicfile"
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
	run        Sum // id of the run's header
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
	return le.AppendUint32(b, crc32.Checksum(b, castagnoli))
}

func (h *checkpointHead) decode(path string, b []byte) error {
	if len(b) < checkpointHeadSize {
		return damaged(path, 0, "no checkpoint: %d bytes", len(b))
	}
	if magic := b[:len(checkpointMagic)]; string(magic) != checkpointMagic {
		return damaged(path, 0, "magic is %q, not %q", magic, checkpointMagic)
	}
	if err := checkVersion(path, b[len(checkpointMagic):], checkpointVersion); err != nil {
		return err
	}
	const sumAt = checkpointHeadSize - checksumSize
	le := binary.LittleEndian
	if stored, sum := le.Uint32(b[sumAt:]), crc32.Checksum(b[:sumAt], castagnoli); stored != sum {
		return damaged(path, sumAt, "checksum is %08x, but the head's is %08x", stored, sum)
	}
	b = b[8:]
	h.run = Sum(b)
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
	sum := crc32.New(castagnoli)
	body := io.MultiWriter(w, sum)
	if _, err := body.Write(c.state); err != nil {
		return err
	}
	if _, err := c.weights.WriteTo(body); err != nil {
		return err
	}
	return binary.Write(w, binary.LittleEndian, sum.Sum32())
}

// decodeCheckpoint returns the checkpoint that data holds, without copying. It
// accepts what writeTo makes and nothing else.
func decodeCheckpoint(path string, data []byte) (*checkpoint, error) {
	c := new(checkpoint)
	if err := c.checkpointHead.decode(path, data); err != nil {
		return nil, err
	}
	end := len(data) - checksumSize
	if end < checkpointHeadSize || c.stateSize > uint64(end-checkpointHeadSize) {
		return nil, damaged(path, checkpointHeadSize, "truncated to %d bytes", len(data))
	}
	stored, sum := binary.LittleEndian.Uint32(data[end:]), crc32.Checksum(data[checkpointHeadSize:end], castagnoli)
	if stored != sum {
		return nil, damaged(path, int64(end), "checksum is %08x, but the content's is %08x", stored, sum)
	}
	weightsAt := checkpointHeadSize + int(c.stateSize)
	c.state = data[checkpointHeadSize:weightsAt:weightsAt]
	f, err := packed.Decode(data[weightsAt:end:end])
	if err != nil {
		return nil, damaged(path, int64(weightsAt), "%v", err)
	}
	c.weights = f
	return c, nil
}

// Checkpoint saves the trainer's weights and state. The trainer must be where the
// journal is. The checkpoint before is replaced as a whole, after the journal is
// durable up to the new one, and kept if there is an error.
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
//	weights        a .pent file without names: parameter n of the run is the tensor
//	               named n, or, if a vector, the meta entry n, a byte an element
//	checksum       u32      of state and weights
func (l *Log) Checkpoint(t Trainer) error {
	if t.Generation() != l.Generation() {
		return fmt.Errorf("journal: checkpoint at generation %d of a journal of %d", t.Generation(), l.Generation())
	}
	if err := l.Sync(); err != nil {
		return err
	}
	f, err := weights(t.Parameters())
	if err != nil {
		return err
	}
	c := checkpoint{
		checkpointHead: checkpointHead{run: l.header.id(), generation: uint32(l.Generation())},
		state:          t.AppendState(nil),
		weights:        f,
	}
	return atomicfile.WriteOn(l.fsys, l.path(checkpointName), c.writeTo)
}

// checkAttested returns an error if the run's checkpoint is of a generation that
// the journal does not have: Checkpoint had made it durable.
func (l *Log) checkAttested() error {
	path := l.path(checkpointName)
	b, err := l.readFile(path, checkpointHeadSize)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	var h checkpointHead
	if h.decode(path, b) != nil || h.run != l.header.id() || int(h.generation) <= l.Generation() {
		return nil // Restore reports what is wrong, if anything
	}
	return damaged(l.path(journalName), l.size, "no record after generation %d, but %s is of generation %d",
		l.Generation(), path, h.generation)
}

// readFile returns the first bytes of a file, or all if most is negative.
func (l *Log) readFile(path string, most int64) ([]byte, error) {
	f, err := l.fsys.OpenFile(path, os.O_RDONLY, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	size := info.Size()
	if most >= 0 {
		size = min(size, most)
	}
	b := make([]byte, size)
	_, err = io.ReadFull(io.NewSectionReader(f, 0, size), b)
	return b, err
}
