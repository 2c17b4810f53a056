package journal

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/Kaleaon/pentary-go/es/journal/journaltest"
	"github.com/Kaleaon/pentary-go/kernels"
)

// Runs that earlier programs kept are read to the last byte, and what they hold has the
// same bytes in their version again.
func TestVersionFiles(t *testing.T) {
	for _, c := range []struct {
		version     uint16
		run         string
		generations int
		ended       bool
		codes       string // hash of all, one after another
	}{
		{1, "activations", 14, true, "7af02331116a3c4a05cc2c69cfea37b99fb2c7f93629c46f5ea43360a473722e"},
		{1, "weights", 24, false, "a205856496ff9faf4f6c002d4cd957fa5930ec7553f7c98348b48538bc00f4a5"},
		{2, "activations", 88, false, "b9aa3997d4d233bd9ee74baaa65090d72cc4f94dc86c761dbee0a4bf83739155"},
	} {
		dir := filepath.Join("testdata", fmt.Sprint("version", c.version), c.run)
		data := journalOf(t, dir)
		r := must[*Reader](t)(Read(dir))
		defer r.Close()
		h := sha256.New()
		for record, err := range r.Records() {
			check(t, err)
			for _, v := range record.Codes {
				h.Write([]byte{byte(v)})
			}
		}
		_, ended := r.End()
		if sum := hex.EncodeToString(h.Sum(nil)); r.version != c.version || r.header.Generator != kernels.Philox4x32 || r.Generation() != c.generations || ended != c.ended || sum != c.codes {
			t.Errorf("%s: version %d, %d generations, ended %v, codes %s", c.run, r.version, r.Generation(), ended, sum)
		}
		if encoded, end, err := readAll(data); err != nil || end != int64(len(data)) || !bytes.Equal(encoded, data) {
			t.Errorf("%s: other bytes, up to %d of %d, error %v", c.run, end, len(data), err)
		}
		f := must[*os.File](t)(os.Open(filepath.Join(dir, checkpointName)))
		defer f.Close()
		checkpointed := must[*checkpoint](t)(readCheckpoint(f, must[os.FileInfo](t)(f.Stat()).Size(), "checkpoint"))
		if checkpointed.run != r.header.id(r.version) {
			t.Errorf("%s: the checkpoint is of another run", c.run)
		}
	}
}

// oldHeader is header of a run of version 1 or 2.
func oldHeader(t testing.TB, x Trainer) Header {
	h := header(t, x)
	h.Generator = kernels.Philox4x32
	return h
}

// A run of version 1 continues in version 1, to the same weights.
func TestVersion1GoesOn(t *testing.T) {
	const n = 6
	for _, wide := range []bool{false, true} {
		fresh := func() *journaltest.Trainer {
			x := journaltest.New(codes)
			x.Wide = wide
			return x
		}
		want := truth(t, fresh(), n)
		dir := write(t, 0, -1, false)
		x := fresh()
		l := downgrade(t, dir)
		train(t, l, x, 2)
		check(t, l.Checkpoint(x))
		train(t, l, x, 1)
		check(t, l.Close())

		x = fresh()
		l, at, err := Resume(t.Context(), dir, oldHeader(t, x), x, quick)
		check(t, err)
		if (at != Restored{Generation: 3, Checkpoint: 2}) || hashOf(t, x) != want[3] {
			t.Fatalf("restored %+v", at)
		}
		train(t, l, x, n-3)
		check(t, l.Finish(x, "done"))
		check(t, l.Close())
		if version := journalOf(t, dir)[len(journalMagic)]; version != 1 {
			t.Errorf("went on in version %d", version)
		}
		x = fresh()
		check(t, Replay(t.Context(), dir, x))
		if hashOf(t, x) != want[n] {
			t.Error("replay differs")
		}
		r := must[*Reader](t)(Read(dir))
		for record, err := range r.Records() {
			check(t, err)
			if record.Samples != 0 {
				t.Errorf("%d samples, want 0 for not known", record.Samples)
			}
		}
		if r.next() != io.EOF {
			t.Error(r.err)
		}
		check(t, r.Close())
	}
}

// The generator of the noise is in the header: a number that no generator has is refused.
func TestGenerator(t *testing.T) {
	x := journaltest.New(codes)
	for _, g := range []kernels.Generator{kernels.ARS4x32, kernels.Philox4x32} {
		h := header(t, x)
		h.Generator = g
		dir := filepath.Join(t.TempDir(), "run")
		check(t, must[*Log](t)(Create(dir, h, quick)).Close())
		r := must[*Reader](t)(Read(dir))
		if r.Header() != h {
			t.Errorf("header %+v, want %+v", r.Header(), h)
		}
		check(t, r.Close())
	}
	h := header(t, x)
	h.Generator = 2
	if _, err := Create(t.TempDir(), h, quick); err == nil || !strings.Contains(err.Error(), "unknown generator Generator(2)") {
		t.Errorf("created with an unknown generator: %v", err)
	}
	payload := h.append(nil, journalVersion)
	copy(payload[headerSize2:], "\x07\x00\x00\x00")
	if err := new(Header).decode(payload, journalVersion); err == nil || !strings.Contains(err.Error(), "generator 7 of the noise, want 0 to 1") {
		t.Errorf("decoded generator 7: %v", err)
	}
}
