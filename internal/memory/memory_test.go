package memory

import (
	"math"
	"runtime"
	"runtime/debug"
	"testing"
)

func TestAvailable(t *testing.T) {
	if n := Available(); n < 0 || runtime.GOOS == "linux" && n < 1<<20 {
		t.Errorf("%d bytes available", n)
	}
	debug.SetMemoryLimit(1 << 30)
	defer debug.SetMemoryLimit(math.MaxInt64)
	if n := Available(); n < 1 || n > 1<<30 {
		t.Errorf("%d bytes available of a limit of %d", n, 1<<30)
	}
}
