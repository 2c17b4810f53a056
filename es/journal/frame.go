package journal

import (
	"encoding/binary"

	"github.com/Kaleaon/pentary-go/internal/durable"
)

const (
	journalMagic   = "PEJL"
	journalVersion = 3
	preambleSize   = 8

	headSize   = 24
	headSummed = 20      // bytes of a head under its checksum
	maxPayload = 1 << 30 // bytes
)

// kind is what a record's payload is.
type kind uint32

const (
	headerKind     kind = 1
	generationKind kind = 2
	endKind        kind = 3
)

// head is what precedes every payload.
type head struct {
	sequence uint32
	durable  uint32
	kind     kind
	length   uint32
	checksum uint32 // of the payload
}

// headChecksum returns the checksum of a head's first bytes, continued from the checksum of
// the journal's header record, or from preambleChecksum for the header record itself.
func headChecksum(run uint32, b []byte) uint32 {
	return durable.UpdateChecksum(run, b[:headSummed])
}

func (h head) put(b []byte, run uint32) {
	le := binary.LittleEndian
	le.PutUint32(b[0:], h.sequence)
	le.PutUint32(b[4:], h.durable)
	le.PutUint32(b[8:], uint32(h.kind))
	le.PutUint32(b[12:], h.length)
	le.PutUint32(b[16:], h.checksum)
	le.PutUint32(b[headSummed:], headChecksum(run, b))
}

// parseHead reads a head without its checksum.
func parseHead(b []byte) head {
	le := binary.LittleEndian
	return head{
		sequence: le.Uint32(b[0:]),
		durable:  le.Uint32(b[4:]),
		kind:     kind(le.Uint32(b[8:])),
		length:   le.Uint32(b[12:]),
		checksum: le.Uint32(b[16:]),
	}
}

// valid reports whether the checksum of a head is right.
func valid(b []byte, run uint32) bool {
	return binary.LittleEndian.Uint32(b[headSummed:]) == headChecksum(run, b)
}

// preambleChecksum returns what the head checksum of the first record continues: the
// checksum of the preamble before it, or 0 in versions 1 and 2.
func preambleChecksum(b []byte) uint32 {
	if binary.LittleEndian.Uint16(b[len(journalMagic):]) <= 2 {
		return 0
	}
	return durable.Checksum(b[:preambleSize])
}

// appendRecord appends a record whose payload the function appends.
func appendRecord(b []byte, run, sequence, synced uint32, k kind, payload func([]byte) []byte) []byte {
	at := len(b)
	b = payload(append(b, make([]byte, headSize)...))
	body := b[at+headSize:]
	head{sequence, synced, k, uint32(len(body)), durable.Checksum(body)}.put(b[at:], run)
	return b
}
