package cluster

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	"github.com/Kaleaon/pentary-go/es"
)

// samples are messages of every kind.
func samples() [][]byte {
	c := chunkID{3, 4, 5, 9}
	p := position{77, token{1, 2}, 3, digest{9}}
	return [][]byte{
		(&info{"v1", "config", [32]byte{1}, true}).encode(),
		(&join{"v1", "name", "linux/amd64", [32]byte{2}, [32]byte{3}, true}).encode(),
		(&welcome{77, token{3}, 12}).encode(),
		(&pull{position: p}).encode(),
		(&pull{position: p, done: true, result: c, scores: []byte{1, 2, 3}}).encode(),
		(&work{77, digest{8}, c}).encode(),
		encodeText(kindRefusal, "no"), encodeText(kindRejoin, ""), encodeEmpty(kindWait), encodeEmpty(kindInfo),
	}
}

// again decodes a message and encodes it again. It returns nil if there is no such
// message.
func again(b []byte) []byte {
	k, d, err := open(b)
	if err != nil {
		return nil
	}
	type message interface {
		decode(*decoder) error
		encode() []byte
	}
	var m message
	switch k {
	case kindInfo:
		if len(d.b) == 0 {
			return encodeEmpty(k)
		}
		m = new(info)
	case kindJoin:
		m = new(join)
	case kindWelcome:
		m = new(welcome)
	case kindPull:
		m = new(pull)
	case kindWork:
		m = new(work)
	case kindWait:
		if d.end() == nil {
			return encodeEmpty(k)
		}
		return nil
	case kindRefusal, kindRejoin:
		text, err := decodeText(d)
		if err != nil {
			return nil
		}
		return encodeText(k, text)
	default:
		return nil
	}
	if m.decode(d) != nil {
		return nil
	}
	return m.encode()
}

func TestMessages(t *testing.T) {
	for _, b := range samples() {
		if got := again(b); !bytes.Equal(got, b) {
			t.Errorf("%x came back as %x", b, got)
		}
		for i := range b {
			bad := slices.Clone(b)
			bad[i] ^= 1
			if again(bad) != nil {
				t.Errorf("%x with byte %d changed was read", b, i)
			}
			if again(b[:i]) != nil {
				t.Errorf("%x cut to %d bytes was read", b, i)
			}
		}
	}
	long := encodeText(kindRefusal, string(bytes.Repeat([]byte("é"), maxText)))
	if again(long) == nil || len(long) > maxText+20 {
		t.Errorf("a long text became %d bytes", len(long))
	}
}

// FuzzMessages reads messages whose checksum is made right: what is read encodes to the
// same bytes, and reading takes memory in proportion.
func FuzzMessages(f *testing.F) {
	for _, b := range samples() {
		f.Add(b[:len(b)-messageTail])
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		again(b)
		b = binary.LittleEndian.AppendUint32(slices.Clip(b), crc32.Update(protocolSum, castagnoli, b))
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		got := again(b)
		runtime.ReadMemStats(&after)
		if got != nil && !bytes.Equal(got, b) {
			t.Errorf("%x came back as %x", b, got)
		}
		if n := after.TotalAlloc - before.TotalAlloc; n > uint64(1<<18+4096*len(b)) {
			t.Errorf("%d bytes took %d", len(b), n)
		}
	})
}

// FuzzScores reads scores of any bytes; what is read encodes to scores that read the same.
func FuzzScores(f *testing.F) {
	f.Add([]byte{1, 2, 3, 4}, 2, 1)
	f.Add(appendScores(nil, []int64{es.Failed, math.MaxInt64, -1, 0, 5, 6, 7, 8}, 2), 2, 2)
	f.Fuzz(func(t *testing.T, b []byte, pairs, samples int) {
		if pairs < 1 || samples < 1 || pairs > 64 || samples > 64 {
			return
		}
		scores := make([]int64, 2*pairs*samples)
		if decodeScores(scores, b, samples) != nil {
			return
		}
		back := make([]int64, len(scores))
		if err := decodeScores(back, appendScores(nil, scores, samples), samples); err != nil || !slices.Equal(scores, back) {
			t.Errorf("%v came back as %v, error %v", scores, back, err)
		}
	})
}

func TestScores(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for range 1000 {
		pairs, samples := 1+random.IntN(5), 1+random.IntN(5)
		scores := make([]int64, 2*pairs*samples)
		for i := range scores {
			switch random.IntN(8) {
			case 0:
				scores[i] = es.Failed
			case 1:
				scores[i] = math.MaxInt64 - int64(random.IntN(3))
			case 2:
				scores[i] = random.Int64N(2000) - 1000
			default:
				scores[i] = random.Int64N(300) - 150 // about the differences that fit a byte
			}
		}
		b := appendScores(nil, scores, samples)
		back := make([]int64, len(scores))
		if err := decodeScores(back, b, samples); err != nil || !slices.Equal(scores, back) {
			t.Fatalf("%v came back as %v, error %v", scores, back, err)
		}
		if err := decodeScores(back, b[:len(b)-1], samples); err == nil {
			t.Fatal("scores cut short were read")
		}
		if err := decodeScores(back, append(b, 0), samples); err == nil {
			t.Fatal("scores with a byte after them were read")
		}
		if len(b) > maxScoreBytes*len(scores) {
			t.Fatalf("%d bytes for %d scores", len(b), len(scores))
		}
	}
}
