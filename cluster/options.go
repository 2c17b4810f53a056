package cluster

import (
	"context"
	"crypto/sha256"
	"fmt"
	"log/slog"
	"os/exec"
	"time"

	"github.com/Kaleaon/pentary-go/es/journal"
	"github.com/Kaleaon/pentary-go/train"
)

// Options configure how a run is distributed.
type Options struct {
	// Endpoint names the NATS server and the run. Without a URL the coordinator runs a
	// server of its own on the loopback interface, for Local and Processes alone.
	Endpoint

	// Local are workers in this process: runs of the same task and options, each with a
	// model and an evaluator of its own. They compute in turn, see Processes.
	Local []*train.Run

	// Processes is the number of worker processes that Command starts. They are restarted if
	// they end before the run.
	Processes int
	// Command returns the command of a worker process, not yet started, for the server at
	// the URL. It is killed when the context is done.
	Command func(ctx context.Context, url string) *exec.Cmd

	// Check is the share of the chunks that the coordinator scores itself to compare, 0 to
	// 1. A second worker scores as many others, and so does the coordinator if the two
	// differ. Default 0.01 with a URL, and none for Local and Processes alone, which are this
	// program on this machine; negative: none.
	Check float64

	// Expelled is called with every worker that is expelled; nil for none. Earlier are those
	// of earlier sessions of the run, which are refused.
	Expelled func(Expulsion)
	Earlier  []Expulsion

	// Quorum is the share of a generation's pairs for whose scores the run waits. Pairs whose
	// scores are then still missing and late, for example because workers have stopped, have
	// code 0 in the record. The weights then differ from the run's in one process; the run
	// replays as any other. Default 1, all.
	Quorum float64

	// Data are files that the coordinator puts into the object store for workers that do not
	// have them, see FetchData.
	Data []DataFile

	// Metrics is a TCP address, as in 127.0.0.1:9090, where the coordinator serves its state
	// to Prometheus under /metrics. Default: none.
	Metrics string

	// Checkpoint is the time from one checkpoint in the object store to the next. Default
	// 30 s.
	Checkpoint time.Duration

	Log *slog.Logger // default: none
}

func (o *Options) complete() error {
	if err := o.Endpoint.complete(); err != nil {
		return err
	}
	switch {
	case o.Check == 0 && o.URL != "":
		o.Check = 0.01
	case !(o.Check <= 1):
		return fmt.Errorf("cluster: a share of %v of the chunks to check, want at most 1", o.Check)
	}
	if o.Processes < 0 || o.Processes > 0 && o.Command == nil {
		return fmt.Errorf("cluster: %d worker processes without a command", o.Processes)
	}
	if o.Quorum == 0 {
		o.Quorum = 1
	}
	if !(o.Quorum > 0 && o.Quorum <= 1) {
		return fmt.Errorf("cluster: a quorum of %v of the pairs, want more than 0 and at most 1", o.Quorum)
	}
	if err := checkDataFiles(o.Data); err != nil {
		return err
	}
	if o.Checkpoint == 0 {
		o.Checkpoint = 30 * time.Second
	}
	if o.Checkpoint < 0 {
		return fmt.Errorf("cluster: checkpoints every %v", o.Checkpoint)
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return nil
}

// identity returns what workers must share with the coordinator.
func identity(r train.Replica) (h journal.Header, config journal.Hash) {
	h = r.Header()
	return h, sha256.Sum256([]byte(h.Config))
}
