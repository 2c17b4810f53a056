package machine

import (
	"runtime"
	"testing"
)

func TestThis(t *testing.T) {
	m := This()
	if m.CPU == "" || m.Go != runtime.Version() || m.Platform != runtime.GOOS+"/"+runtime.GOARCH {
		t.Errorf("%+v", m)
	}
	if m.Caches.L1 < 0 || m.Caches.L2 < 0 || m.Caches.L3 < 0 {
		t.Errorf("caches %+v", m.Caches)
	}
}

func TestPeakMemory(t *testing.T) {
	before := PeakMemory()
	if before < 1<<20 {
		t.Fatalf("peak of %d bytes", before)
	}
	const size = 64 << 20
	held := make([]byte, size)
	for i := 0; i < size; i += 4096 {
		held[i] = 1
	}
	after := PeakMemory()
	runtime.KeepAlive(held)
	if after < size || after < before {
		t.Errorf("peak of %d bytes with %d held, and %d before", after, size, before)
	}
}
