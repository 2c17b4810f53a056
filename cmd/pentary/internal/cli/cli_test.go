package cli

import (
	"fmt"
	"strings"
	"testing"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/console"
)

func ExampleMain() {
	fmt.Println("exit status", Main([]string{"train"}, &strings.Builder{}, &strings.Builder{}))
	// Output: exit status 2
}

// failing is a writer that fails from its second write on.
type failing struct{ writes int }

func (f *failing) Write(p []byte) (int, error) {
	if f.writes++; f.writes > 1 {
		return 0, fmt.Errorf("write %d failed", f.writes)
	}
	return len(p), nil
}

// A failing output is an error; usage errors remain usage errors.
func TestMainOutputFails(t *testing.T) {
	full := &failing{writes: 1}
	var stderr strings.Builder
	if code := Main([]string{"version"}, full, &stderr); code != console.ExitError || !strings.Contains(stderr.String(), "standard output: write 2 failed") {
		t.Errorf("exit code %d, %s", code, stderr.String())
	}
	if code := Main([]string{"version", "--bogus"}, full, &stderr); code != console.ExitUsage {
		t.Errorf("exit code %d, want %d", code, console.ExitUsage)
	}
}
