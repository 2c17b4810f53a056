package hw

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/console"
)

// quick are the arguments for a short run.
var quick = []string{"crossbar", "--seeds", "1", "--error", "1", "--stuck", "20", "--digital", "3", "--generations", "2", "--batch", "8"}

func TestCrossbar(t *testing.T) {
	dir := t.TempDir()
	page, svg := filepath.Join(dir, "page.md"), filepath.Join(dir, "plot.svg")
	if err := os.WriteFile(page, []byte("# Title\n<!-- written by pentary hw crossbar -->\n<!-- end -->\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	stdout, stderr, err := execute(context.Background(), append(quick, "--page", page, "--svg", svg)...)
	if err != nil {
		t.Fatal(err)
	}
	if lines := strings.Split(strings.TrimSpace(stdout), "\n"); len(lines) != 2 || !strings.Contains(lines[0], "recovered") || !strings.Contains(lines[1], "×1") {
		t.Errorf("table\n%s", stdout)
	}
	if !strings.Contains(stderr, "programmed=") {
		t.Errorf("log %q", stderr)
	}
	written, err := os.ReadFile(page)
	if err != nil || !strings.Contains(string(written), "| ×1 | 20 % |") || !strings.HasPrefix(string(written), "# Title\n") {
		t.Errorf("page %q, %v", written, err)
	}
	if drawn, err := os.ReadFile(svg); err != nil || !strings.Contains(string(drawn), "</svg>") {
		t.Errorf("plot of %d bytes, %v", len(drawn), err)
	}

	first, _, err := execute(context.Background(), append(quick, "--json")...)
	if err != nil {
		t.Fatal(err)
	}
	again, _, _ := execute(context.Background(), append(quick, "--json")...)
	if first != again {
		t.Errorf("two runs differ:\n%s%s", first, again)
	}
	var events []string
	for line := range strings.Lines(first) {
		var e struct {
			Event   string
			Samples int
			Levels  []struct{ Stuck float64 }
		}
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			t.Fatal(err)
		}
		events = append(events, e.Event)
		if e.Event == "result" && (len(e.Levels) != 1 || e.Levels[0].Stuck != 0.2) {
			t.Errorf("result %s", line)
		}
	}
	if strings.Join(events, " ") != "trial result" {
		t.Errorf("events %v", events)
	}
}

func TestCrossbarErrors(t *testing.T) {
	for _, test := range []struct{ args, want string }{
		{"--seeds 0", "--seeds 0: want 1 to 1000"},
		{"--generations 0", "--generations 0"},
		{"--digital 0", "--digital 0"},
		{"--batch 0", "--batch 0"},
		{"--stuck 101", "--error 1 --stuck 101: crossbar: StuckOn"},
		{"--stuck -1", "--stuck -1"},
		{"--error NaN", "--error NaN"},
		{"--stuck 5,5", "--error 1 --stuck 5 is given twice"},
		{"--adc 1", "converter of 1 bits"},
		{"--read-noise 41", "ReadNoise"},
		{"--stuck=", "want a decimal number"},
		{"digits", "takes no argument"},
		{"--page no/such.md", "--page no/such.md"},
		{"--svg no/such/plot.svg", "--svg"},
	} {
		_, _, err := execute(context.Background(), append([]string{"crossbar"}, strings.Fields(test.args)...)...)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: error %v, want %q in it", test.args, err, test.want)
		}
	}
	page := filepath.Join(t.TempDir(), "page.md")
	if err := os.WriteFile(page, []byte("no marks\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	if _, _, err := execute(context.Background(), "crossbar", "--page", page); err == nil || !strings.Contains(err.Error(), "no lines") {
		t.Errorf("error %v of a page without marks", err)
	}
}

// An interrupted run reports its results so far and writes no file.
func TestCrossbarInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	svg := filepath.Join(t.TempDir(), "plot.svg")
	stdout, stderr, err := execute(ctx, append(quick, "--json", "--svg", svg)...)
	if !errors.Is(err, console.ErrInterrupted) || !strings.Contains(stdout, `"interrupted":true`) || !strings.Contains(stderr, "Interrupted: 0 of 1 chips are done") {
		t.Errorf("error %v, output %q and %q", err, stdout, stderr)
	}
	if _, err := os.Stat(svg); !os.IsNotExist(err) {
		t.Errorf("a plot of nothing: %v", err)
	}
}
