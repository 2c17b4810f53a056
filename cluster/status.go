package cluster

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
)

// Status is the state of a distributed run.
type Status struct {
	Run        string         `json:"run"`
	Generation int            `json:"generation"` // finished
	Missing    int            `json:"missing"`    // pairs of the present generation without scores
	Pairs      int            `json:"pairs"`      // of a generation
	Workers    []WorkerStatus `json:"workers"`
	Counts     Counts         `json:"counts"`
	PerSecond  float64        `json:"generations_per_second"`
	Seconds    float64        `json:"seconds"` // that the coordinator has run
}

// WorkerStatus is the state of one worker.
type WorkerStatus struct {
	Name     string  `json:"name"`
	Platform string  `json:"platform"`
	Rate     float64 `json:"pairs_per_second"`
	Pairs    int64   `json:"pairs"`
	Silent   float64 `json:"silent_seconds"`
	Expelled bool    `json:"expelled,omitempty"`
}

// report publishes the status.
func (c *coordinator) report(ctx context.Context, first int) {
	began := time.Now()
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(time.Second):
		}
		c.mutex.Lock()
		s := Status{Run: c.Name, Generation: c.generation, Pairs: c.pairs, Counts: c.counts, Seconds: time.Since(began).Seconds()}
		if c.schedule != nil {
			s.Missing = c.schedule.missing
		}
		for _, w := range c.workers {
			s.Workers = append(s.Workers, WorkerStatus{w.name, w.platform, w.rate, w.pairs, time.Since(w.seen).Seconds(), w.expelled})
		}
		c.mutex.Unlock()
		s.PerSecond = float64(s.Generation-first) / s.Seconds
		slices.SortFunc(s.Workers, func(a, b WorkerStatus) int { return strings.Compare(a.Name, b.Name) })
		if b, err := json.Marshal(s); err == nil && len(b) < int(c.nc.MaxPayload()) {
			c.nc.Publish(c.subject("status"), b)
		}
	}
}

// Watch calls see with the status of a run, which its coordinator publishes once a second,
// until the context is done or see returns an error, which it then returns.
func Watch(ctx context.Context, e Endpoint, see func(*Status) error) error {
	if err := e.complete(); err != nil {
		return err
	}
	nc, err := e.dial("watcher", "")
	if err != nil {
		return err
	}
	defer nc.Close()
	statuses := make(chan *nats.Msg, 16)
	if _, err := nc.ChanSubscribe(e.subject("status"), statuses); err != nil {
		return err
	}
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case m := <-statuses:
			s := new(Status)
			if err := json.Unmarshal(m.Data, s); err != nil {
				return fmt.Errorf("cluster: status of run %q: %w", e.Name, err)
			}
			if err := see(s); err != nil {
				return err
			}
		}
	}
}
