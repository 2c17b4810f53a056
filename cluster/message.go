package cluster

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"unicode/utf8"

	"github.com/Kaleaon/pentary-go/es/journal"
)

// A message is, integers little-endian: the kind (u8), its fields, and the CRC-32C (u32) of
// the name of the protocol followed by all before. A text is its length (u32) and UTF-8.
const (
	protocol    = "pentary cluster 3"
	messageHead = 1
	messageTail = 4
)

var protocolSum = crc32.Checksum([]byte(protocol), castagnoli)

type kind byte

const (
	kindInfo kind = iota + 1
	kindJoin
	kindWelcome
	kindRefusal
	kindPull
	kindWork
	kindWait
	kindRejoin
	kindRecord
	kindEnd
)

// Bounds of texts in bytes.
const (
	maxText   = 1 << 10 // versions, names, reasons
	maxConfig = 1 << 19
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

var errMessage = errors.New("cluster: not a message of this protocol")

// A digest is the beginning of a journal.HashWeights.
type digest [8]byte

func digestOf(h journal.Hash) digest { return digest(h[:8]) }

// A token names a worker to the coordinator. Nobody else knows it.
type token [16]byte

// info describes a run to those who want to work for it.
type info struct {
	version string
	config  string // of train.Options
	data    journal.Hash
	shared  bool // the data are in the object store
}

// join asks to be a worker.
type join struct {
	version  string
	name     string // for people
	platform string
	config   journal.Hash // of everything in train.Replica.Header but the data
	data     journal.Hash
	lost     bool // the checkpoint or a record after it could not be had
}

// welcome admits a worker.
type welcome struct {
	session    uint64 // of the coordinator
	token      token
	checkpoint uint32 // generation of the newest in the object store
}

// A position is where a worker is.
type position struct {
	session    uint64
	token      token
	generation uint32 // finished
	weights    digest
}

// A chunkID names a range of pairs of a generation.
type chunkID struct {
	generation uint32 // counts from zero
	chunk      uint32
	lo, hi     uint32 // pairs lo to hi-1
}

// pull asks for work, with the scores of the chunk before if there was one.
type pull struct {
	position
	done   bool
	result chunkID
	scores []byte // see appendScores
}

// work is a chunk to score, with the weights at its generation.
type work struct {
	session uint64
	weights digest
	chunkID
}

// encoder appends fields to a message.
type encoder struct{ b []byte }

func begin(k kind) encoder { return encoder{[]byte{byte(k)}} }

func (e *encoder) u8(v byte)           { e.b = append(e.b, v) }
func (e *encoder) u32(v uint32)        { e.b = binary.LittleEndian.AppendUint32(e.b, v) }
func (e *encoder) u64(v uint64)        { e.b = binary.LittleEndian.AppendUint64(e.b, v) }
func (e *encoder) raw(b []byte)        { e.b = append(e.b, b...) }
func (e *encoder) hash(h journal.Hash) { e.raw(h[:]) }

func (e *encoder) flag(v bool) {
	if v {
		e.u8(1)
	} else {
		e.u8(0)
	}
}

func (e *encoder) text(s string) {
	e.u32(uint32(len(s)))
	e.b = append(e.b, s...)
}

func (e *encoder) chunk(c chunkID) {
	for _, v := range []uint32{c.generation, c.chunk, c.lo, c.hi} {
		e.u32(v)
	}
}

func (e *encoder) end() []byte { return e.endAfter(protocolSum) }

// endAfter ends a message whose checksum continues another.
func (e *encoder) endAfter(sum uint32) []byte {
	e.u32(crc32.Update(sum, castagnoli, e.b))
	return e.b
}

// decoder takes fields off a message. Once one is missing or invalid it returns zeros.
type decoder struct {
	b      []byte
	failed bool
}

// open checks the frame of a message and returns its kind and a decoder of its fields.
func open(b []byte) (kind, *decoder, error) { return openAfter(protocolSum, b) }

// openAfter opens a message whose checksum continues another.
func openAfter(sum uint32, b []byte) (kind, *decoder, error) {
	if len(b) < messageHead+messageTail {
		return 0, nil, errMessage
	}
	body := b[:len(b)-messageTail]
	if crc32.Update(sum, castagnoli, body) != binary.LittleEndian.Uint32(b[len(body):]) {
		return 0, nil, errors.New("cluster: a message with a wrong checksum")
	}
	return kind(b[0]), &decoder{b: body[messageHead:]}, nil
}

func (d *decoder) raw(n int) []byte {
	if d.failed || n > len(d.b) {
		d.failed = true
		return nil
	}
	b := d.b[:n:n]
	d.b = d.b[n:]
	return b
}

func (d *decoder) u8() byte {
	if b := d.raw(1); b != nil {
		return b[0]
	}
	return 0
}

func (d *decoder) u32() uint32 {
	if b := d.raw(4); b != nil {
		return binary.LittleEndian.Uint32(b)
	}
	return 0
}

func (d *decoder) u64() uint64 {
	if b := d.raw(8); b != nil {
		return binary.LittleEndian.Uint64(b)
	}
	return 0
}

func (d *decoder) hash() (h journal.Hash) {
	copy(h[:], d.raw(len(h)))
	return h
}

func (d *decoder) digest() (h digest) {
	copy(h[:], d.raw(len(h)))
	return h
}

func (d *decoder) token() (t token) {
	copy(t[:], d.raw(len(t)))
	return t
}

func (d *decoder) flag() bool {
	v := d.u8()
	d.failed = d.failed || v > 1
	return v == 1
}

// text returns a text of at most the given number of bytes.
func (d *decoder) text(most int) string {
	n := d.u32()
	if uint64(n) > uint64(most) {
		d.failed = true
		return ""
	}
	b := d.raw(int(n))
	if !utf8.Valid(b) {
		d.failed = true
		return ""
	}
	return string(b)
}

func (d *decoder) chunk() chunkID { return chunkID{d.u32(), d.u32(), d.u32(), d.u32()} }

// rest returns the bytes that are left.
func (d *decoder) rest() []byte { return d.raw(len(d.b)) }

// end returns an error unless all fields were there and nothing else.
func (d *decoder) end() error {
	if d.failed || len(d.b) != 0 {
		return errMessage
	}
	return nil
}

func (m *info) encode() []byte {
	e := begin(kindInfo)
	e.text(m.version)
	e.text(m.config)
	e.hash(m.data)
	e.flag(m.shared)
	return e.end()
}

func (m *info) decode(d *decoder) error {
	m.version, m.config, m.data = d.text(maxText), d.text(maxConfig), d.hash()
	m.shared = d.flag()
	return d.end()
}

func (m *join) encode() []byte {
	e := begin(kindJoin)
	e.text(m.version)
	e.text(m.name)
	e.text(m.platform)
	e.hash(m.config)
	e.hash(m.data)
	e.flag(m.lost)
	return e.end()
}

func (m *join) decode(d *decoder) error {
	m.version, m.name, m.platform = d.text(maxText), d.text(maxText), d.text(maxText)
	m.config, m.data, m.lost = d.hash(), d.hash(), d.flag()
	return d.end()
}

func (m *welcome) encode() []byte {
	e := begin(kindWelcome)
	e.u64(m.session)
	e.raw(m.token[:])
	e.u32(m.checkpoint)
	return e.end()
}

func (m *welcome) decode(d *decoder) error {
	m.session, m.token, m.checkpoint = d.u64(), d.token(), d.u32()
	return d.end()
}

// encodeText returns a message of a text alone: a refusal, or why to join again.
func encodeText(k kind, text string) []byte {
	e := begin(k)
	if len(text) > maxText {
		text = text[:maxText]
		for !utf8.ValidString(text) {
			text = text[:len(text)-1]
		}
	}
	e.text(text)
	return e.end()
}

func decodeText(d *decoder) (string, error) {
	text := d.text(maxText)
	return text, d.end()
}

// encodeEmpty returns a message without fields.
func encodeEmpty(k kind) []byte {
	e := begin(k)
	return e.end()
}

func (m *pull) encode() []byte {
	e := begin(kindPull)
	e.u64(m.session)
	e.raw(m.token[:])
	e.u32(m.generation)
	e.raw(m.weights[:])
	e.flag(m.done)
	if m.done {
		e.chunk(m.result)
		e.raw(m.scores)
	}
	return e.end()
}

func (m *pull) decode(d *decoder) error {
	m.session, m.token, m.generation, m.weights = d.u64(), d.token(), d.u32(), d.digest()
	if m.done = d.flag(); m.done {
		m.result, m.scores = d.chunk(), d.rest()
	}
	return d.end()
}

func (m *work) encode() []byte {
	e := begin(kindWork)
	e.u64(m.session)
	e.raw(m.weights[:])
	e.chunk(m.chunkID)
	return e.end()
}

func (m *work) decode(d *decoder) error {
	m.session, m.weights, m.chunkID = d.u64(), d.digest(), d.chunk()
	if d.end() == nil && m.hi <= m.lo {
		return errMessage
	}
	return d.end()
}
