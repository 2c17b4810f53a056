package cluster

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/train"
)

// metricLine is a line of Prometheus' text format: a comment or a sample.
var metricLine = regexp.MustCompile(`^(# HELP [a-z_]+ [^\n]+|# TYPE [a-z_]+ (counter|gauge)|([a-z_]+)\{([a-z]+="([^"\\\n]|\\["\\n])*",?)+\} (-?[0-9.]+(e[+-][0-9]+)?))$`)

// The metrics of a run are Prometheus' text format, every series after its type.
func TestMetrics(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var log strings.Builder
	var mutex sync.Mutex
	local := interfered(t, 1<<20, func(*train.Run, es.Generation, int, []int64) { time.Sleep(time.Millisecond) })
	o := Options{Endpoint: Endpoint{Name: "a-run"}, Local: []*train.Run{local}, Metrics: "127.0.0.1:0", Log: slog.New(slog.NewTextHandler(locked{&mutex, &log}, nil))}
	ended := make(chan error, 1)
	go func() {
		_, err := Run(ctx, mustRun(t, "digits", 1<<20, ""), o)
		ended <- err
	}()
	defer func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}()
	var address, text string
	for ; ; time.Sleep(20 * time.Millisecond) {
		if len(ended) > 0 {
			t.Fatal("the run has ended")
		}
		mutex.Lock()
		m := regexp.MustCompile(`msg="serving metrics" address=(\S+)`).FindStringSubmatch(log.String())
		mutex.Unlock()
		if m == nil {
			continue
		}
		address = m[1]
		answer, err := http.Get("http://" + address + "/metrics")
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(answer.Body)
		answer.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		if kind := answer.Header.Get("Content-Type"); !strings.HasPrefix(kind, "text/plain; version=0.0.4") {
			t.Errorf("content type %q", kind)
		}
		text = string(b)
		if regexp.MustCompile(`(?m)^pentary_generation\{run="a-run"\} [1-9]`).MatchString(text) && regexp.MustCompile(`(?m)^pentary_worker_pairs_total\{run="a-run",worker="[^"]+",platform="[^"]+"\} [1-9]`).MatchString(text) {
			break
		}
	}
	typed := map[string]bool{}
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		m := metricLine.FindStringSubmatch(line)
		if m == nil {
			t.Errorf("line %q", line)
			continue
		}
		if rest, ok := strings.CutPrefix(line, "# TYPE "); ok {
			name, kind, _ := strings.Cut(rest, " ")
			if typed[name] || strings.HasSuffix(name, "_total") != (kind == "counter") {
				t.Errorf("%s of type %s", name, kind)
			}
			typed[name] = true
		} else if m[3] != "" && !typed[m[3]] {
			t.Errorf("%s without a type", m[3])
		}
	}
	if _, err := Run(t.Context(), mustRun(t, "digits", 2, ""), Options{Local: []*train.Run{mustRun(t, "digits", 2, "")}, Metrics: address}); err == nil || !strings.Contains(err.Error(), "metrics") {
		t.Errorf("an address in use: %v", err)
	}
}

// Names of workers cannot end a label.
func TestMetricsEscape(t *testing.T) {
	var b strings.Builder
	writeMetrics(&b, &Status{Run: "r", Workers: []WorkerStatus{{Name: "a\"b\\c\nd", Platform: "p"}}})
	for line := range strings.Lines(b.String()) {
		if !metricLine.MatchString(strings.TrimSuffix(line, "\n")) {
			t.Errorf("line %q", line)
		}
	}
	if !strings.Contains(b.String(), `worker="a\"b\\c\nd"`) {
		t.Error(b.String())
	}
}
