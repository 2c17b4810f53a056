package cluster

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// serveMetrics serves the state of the run to Prometheus until close is called.
func (c *coordinator) serveMetrics(address string) (close func(), err error) {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("cluster: metrics: %w", err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /metrics", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
		writeMetrics(w, c.status())
	})
	s := &http.Server{Handler: mux, ReadTimeout: 10 * time.Second, WriteTimeout: 10 * time.Second, MaxHeaderBytes: 1 << 16}
	go s.Serve(l)
	c.Log.Info("serving metrics", "address", l.Addr().String())
	return func() { s.Close() }, nil
}

// labelValue escapes a label's value for the text format.
var labelValue = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`)

// writeMetrics writes a status in Prometheus' text format, version 0.0.4.
func writeMetrics(w io.Writer, s *Status) {
	run := fmt.Sprintf(`run="%s"`, labelValue.Replace(s.Run))
	one := func(name, kind, help string, value float64) {
		fmt.Fprintf(w, "# HELP pentary_%[1]s %[2]s\n# TYPE pentary_%[1]s %[3]s\npentary_%[1]s{%[4]s} %[5]s\n", name, help, kind, run, number(value))
	}
	one("generation", "gauge", "Finished generations.", float64(s.Generation))
	one("score_mean", "gauge", "Mean score of the members of the last generation.", float64(s.Score))
	one("pairs", "gauge", "Pairs of a generation.", float64(s.Pairs))
	one("pairs_unscored", "gauge", "Pairs of the present generation without scores.", float64(s.Missing))
	one("workers", "gauge", "Workers that the coordinator has heard of in the last five minutes.", float64(len(s.Workers)))
	c := &s.Counts
	for _, m := range []struct {
		name, help string
		value      int64
	}{
		{"chunks", "Chunks scored.", c.Chunks},
		{"chunks_repeated", "Results of chunks that were done.", c.Repeated},
		{"chunks_overdue", "Chunks given to another worker after their time.", c.Overdue},
		{"chunks_checked", "Chunks that the coordinator scored too.", c.Checked},
		{"chunks_compared", "Chunks that a second worker scored too.", c.Compared},
		{"pairs_missing", "Pairs that were not waited for.", c.Missing},
		{"workers_expelled", "Workers whose scores were wrong.", c.Expelled},
		{"messages_malformed", "Messages that could not be read.", c.Malformed},
		{"score_bytes", "Bytes of scores received.", c.ScoreBytes},
		{"records", "Records published.", c.Records},
		{"record_bytes", "Bytes of records published.", c.RecordBytes},
	} {
		one(m.name+"_total", "counter", m.help, float64(m.value))
	}
	for _, m := range []struct {
		name, kind, help string
		value            func(*WorkerStatus) float64
	}{
		{"worker_pairs_per_second", "gauge", "Rate of a worker.", func(w *WorkerStatus) float64 { return w.Rate }},
		{"worker_pairs_total", "counter", "Pairs that a worker has scored.", func(w *WorkerStatus) float64 { return float64(w.Pairs) }},
		{"worker_lag_generations", "gauge", "Generations that a worker is behind.", func(w *WorkerStatus) float64 { return float64(w.Lag) }},
		{"worker_silent_seconds", "gauge", "Time since a worker's last message.", func(w *WorkerStatus) float64 { return w.Silent }},
	} {
		fmt.Fprintf(w, "# HELP pentary_%[1]s %[2]s\n# TYPE pentary_%[1]s %[3]s\n", m.name, m.help, m.kind)
		for i := range s.Workers {
			worker := &s.Workers[i]
			fmt.Fprintf(w, "pentary_%s{%s,worker=\"%s\",platform=\"%s\"} %s\n", m.name, run, labelValue.Replace(worker.Name), labelValue.Replace(worker.Platform), number(m.value(worker)))
		}
	}
}

func number(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }
