package cluster

import (
	"context"
	"encoding/binary"
	"hash/crc32"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/train"
)

// A client that repeats, delays, reorders, cuts, changes and makes up messages on all
// subjects of a run changes nothing about its weights, and nobody is expelled.
func TestHostile(t *testing.T) {
	generations := 8
	if long {
		generations = 30
	}
	want := alone(t, "digits", generations)
	server, err := embed(testLog(t))
	if err != nil {
		t.Fatal(err)
	}
	defer server.close()
	hostile, err := nats.Connect(server.url)
	if err != nil {
		t.Fatal(err)
	}
	defer hostile.Close()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	attack(ctx, t, hostile)

	pause := func(*train.Run, es.Generation, int, []int64) { time.Sleep(3 * time.Millisecond) }
	o := Options{Endpoint: Endpoint{URL: server.url}, Checkpoint: 50 * time.Millisecond, Check: 0.2, Log: testLog(t)}
	for range 3 {
		o.Local = append(o.Local, interfered(t, generations, pause))
	}
	// Twice, so that messages of the first session are stale in the second.
	for range 2 {
		run := mustRun(t, "digits", generations, "")
		bounded, cancel := context.WithTimeout(t.Context(), patient)
		result, err := Run(bounded, run, o)
		cancel()
		if err != nil || result.Interrupted {
			t.Fatalf("%+v, error %v", result, err)
		}
		if got := hashOf(t, run); got != want {
			t.Fatalf("weights %x, want %x", got, want)
		}
		o.Local = nil
		for range 3 {
			o.Local = append(o.Local, interfered(t, generations, pause))
		}
	}
}

// attack sends variants of the messages that it sees, and others, until the context is
// done.
func attack(ctx context.Context, t *testing.T, nc *nats.Conn) {
	var mutex sync.Mutex
	var seen []*nats.Msg
	if _, err := nc.Subscribe("pentary.run.>", func(m *nats.Msg) {
		if strings.HasSuffix(m.Subject, ".end") || strings.HasSuffix(m.Subject, ".status") {
			return
		}
		mutex.Lock()
		defer mutex.Unlock()
		if len(seen) < 4096 {
			seen = append(seen, m)
		} else {
			seen[rand.IntN(len(seen))] = m
		}
	}); err != nil {
		t.Fatal(err)
	}
	reseal := func(b []byte) []byte {
		if len(b) < messageHead+messageTail {
			return b
		}
		body := b[:len(b)-messageTail]
		return binary.LittleEndian.AppendUint32(slices.Clone(body), crc32.Update(protocolSum, castagnoli, body))
	}
	large := make([]byte, 1<<20)
	go func() {
		sent := 0
		for ctx.Err() == nil {
			time.Sleep(time.Millisecond)
			mutex.Lock()
			var m *nats.Msg
			if len(seen) > 0 {
				m = seen[rand.IntN(len(seen))]
			}
			mutex.Unlock()
			if m == nil {
				continue
			}
			b := slices.Clone(m.Data)
			subject := m.Subject
			switch rand.IntN(8) {
			case 0, 1: // again, late and out of order; records are replaced in the stream by themselves
			case 2:
				b = b[:rand.IntN(len(b)+1)]
			case 3:
				if len(b) > 0 {
					b[rand.IntN(len(b))] ^= byte(1 << rand.IntN(8))
				}
			case 4: // another session or token, with a checksum that is right
				if len(b) > messageHead+24 {
					b[messageHead+rand.IntN(24)] ^= byte(1 << rand.IntN(8))
					b = reseal(b)
				}
			case 5:
				if sent%16 == 0 {
					b = append(b, large...)
				}
			case 6:
				subject = []string{"pentary.run.pull", "pentary.run.join", "pentary.run.info", "pentary.run.record.7", "pentary.run.record.x"}[rand.IntN(5)]
			case 7:
				for i := range b {
					b[i] = byte(rand.Uint32())
				}
			}
			sent++
			nc.PublishMsg(&nats.Msg{Subject: subject, Data: b, Reply: nc.NewRespInbox()})
		}
	}()
}
