package cluster

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"

	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/es/journal"
	"github.com/Kaleaon/pentary-go/internal/reuse"
)

// record is the record of a generation. Its session and generation are not in the message:
// the checksum continues theirs, so one of another session or generation has a
// wrong checksum.
type record struct {
	session    uint64
	generation uint32 // counts from 1; the last token of the subject
	payload    []byte // see recorder.append
}

// sum returns the checksum of what is not in the message.
func (m *record) sum() uint32 {
	b := binary.LittleEndian.AppendUint64(nil, m.session)
	return crc32.Update(protocolSum, castagnoli, binary.LittleEndian.AppendUint32(b, m.generation))
}

func (m *record) encode() []byte {
	e := begin(kindRecord)
	e.raw(m.payload)
	return e.endAfter(m.sum())
}

// open reads the message of the record's session and generation.
func (m *record) open(b []byte) error {
	k, d, err := openAfter(m.sum(), b)
	if err != nil {
		return err
	}
	if k != kindRecord {
		return errMessage
	}
	m.payload = d.rest()
	return d.end()
}

// The second byte of a record's payload.
const (
	formTables  = 1 << iota // the codes are a codec's, not the journal's
	formMissing             // which pairs have no scores comes before them
)

// leastTables is the number of codes from which on tables take about as few bytes as the
// journal's coding, if there are several codes a pair.
const leastTables = 1 << 13

// A recorder writes and reads records. Its memory is used again.
type recorder struct {
	codec codec
	r     es.Record
}

// append appends a record whose number, pairs and samples the reader knows: the reductions and
// the form, a byte each; then which pairs are missing, a bit each; and the codes.
func (c *recorder) append(b []byte, r *es.Record) []byte {
	samples := max(r.Samples, 1)
	form := byte(0)
	tables := samples > 1 && len(r.Codes) >= leastTables
	if tables {
		form |= formTables
	}
	if len(r.Missing) > 0 {
		form |= formMissing
	}
	b = append(b, byte(r.Reductions), form)
	if len(r.Missing) > 0 {
		at := len(b)
		b = append(b, make([]byte, (len(r.Codes)/samples+7)/8)...)
		for _, p := range r.Missing {
			b[at+p/8] |= 1 << (p % 8)
		}
	}
	if tables {
		return c.codec.append(b, r.Codes, samples)
	}
	return journal.AppendCodes(b, r.Codes, samples)
}

// decode reads what append has appended of a record of the given number, pairs and samples. The
// record is valid until the next call.
func (c *recorder) decode(b []byte, finished, pairs, samples int) (es.Record, error) {
	failed := func(err error) (es.Record, error) {
		return es.Record{}, fmt.Errorf("cluster: record of generation %d: %w", finished, err)
	}
	r := &c.r
	r.Finished, r.Samples, r.Missing = finished, samples, r.Missing[:0]
	if len(b) < 2 || b[1]&^(formTables|formMissing) != 0 {
		return failed(errMessage)
	}
	form := b[1]
	r.Reductions, b = int(b[0]), b[2:]
	if form&formMissing != 0 {
		if len(b) < (pairs+7)/8 {
			return failed(errMessage)
		}
		for p := range pairs {
			if b[p/8]>>(p%8)&1 != 0 {
				r.Missing = append(r.Missing, p)
			}
		}
		b = b[(pairs+7)/8:]
	}
	r.Codes = reuse.Slice(r.Codes, pairs*samples)
	var err error
	if form&formTables != 0 {
		err = c.codec.decode(r.Codes, b, samples)
	} else {
		err = journal.DecodeCodes(r.Codes, b, samples)
	}
	if err != nil {
		return failed(err)
	}
	return *r, nil
}
