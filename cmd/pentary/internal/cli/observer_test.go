package cli

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/console"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/report"
)

func ExampleMain() {
	fmt.Println("exit status", Main([]string{"train"}, &strings.Builder{}, &strings.Builder{}))
	// Output: exit status 2
}

func TestProgressLine(t *testing.T) {
	p := progressEvent{Generation: 100, Generations: 400, Accuracy: 0.912, Throughput: 1.25e6, ETA: 61.4}
	const text = "gen 100/400  held-out  91.2 %  1.25 M member-samples/s  ETA 1:01"
	for width, want := range map[int]string{
		0:   "",
		10:  "gen 100/40",
		70:  text,
		84:  "━━━━──────────────  " + text,
		200: strings.Repeat("━", 8) + strings.Repeat("─", 24) + "  " + text,
	} {
		if got := progressLine(p, width, report.Style{}); got != want {
			t.Errorf("width %d: %q, want %q", width, got, want)
		}
	}
	for width := range 200 {
		for _, generation := range []int{1, 399, 400} {
			p.Generation = generation
			if n := utf8.RuneCountInString(progressLine(p, width, report.Style{})); n > width {
				t.Fatalf("width %d: line of %d cells", width, n)
			}
		}
	}
}

// failing is a writer that fails from its second write on.
type failing struct{ writes int }

func (f *failing) Write(p []byte) (int, error) {
	if f.writes++; f.writes > 1 {
		return 0, fmt.Errorf("write %d failed", f.writes)
	}
	return len(p), nil
}

// An output that fails is an error, and an error in the arguments stays one.
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
