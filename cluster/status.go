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
	Score      int64          `json:"score_mean"` // of the members of the last generation
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
	Lag      int     `json:"lag"` // generations behind the coordinator
	Silent   float64 `json:"silent_seconds"`
	Expelled bool    `json:"expelled,omitempty"`
}

// status returns the state of the run.
func (c *coordinator) status() *Status {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	s := &Status{Run: c.Name, Generation: c.generation, Pairs: c.pairs, Score: c.mean, Counts: c.counts, Seconds: time.Since(c.began).Seconds()}
	if c.schedule != nil {
		s.Missing = c.schedule.Missing
	}
	for _, w := range c.workers {
		s.Workers = append(s.Workers, WorkerStatus{w.name, w.platform, w.Rate, w.Pairs, max(0, c.generation-w.generation), time.Since(w.seen).Seconds(), w.Expelled})
	}
	s.PerSecond = float64(s.Generation-c.first) / s.Seconds
	slices.SortFunc(s.Workers, func(a, b WorkerStatus) int { return strings.Compare(a.Name, b.Name) })
	return s
}

// report publishes the status.
func (c *coordinator) report(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(time.Second):
		}
		if b, err := json.Marshal(c.status()); err == nil && len(b) < int(c.nc.MaxPayload()) {
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
	nc, err := e.dial("watcher", "", nil)
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
