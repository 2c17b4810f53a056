package settings

import (
	"strings"
	"testing"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/console"
)

func TestCheckMemory(t *testing.T) {
	if err := CheckMemory(1<<60, 0); err == nil || !strings.Contains(err.Error(), "--limit") {
		t.Errorf("an exbibyte: %v", err)
	}
	limit := console.ByteSize(1 << 20)
	if err := CheckMemory(1<<20+1, limit+programBytes); err == nil || CheckMemory(1<<20, limit+programBytes) != nil {
		t.Errorf("more than the limit: %v", err)
	}
}
