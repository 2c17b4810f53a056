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
