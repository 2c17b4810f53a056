package train

import (
	"encoding/binary"
	"fmt"

	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/es/journal"
	"github.com/Kaleaon/pentary-go/lowrank"
)

// A Replica is the weights and the optimizer of a run, without its journal and its
// measurements. Other machines follow a run with replicas: a replica that replays the run's
// records has its weights. It implements journal.Trainer. Its state is the generation (u32,
// little-endian) and the optimizer's state.
type Replica struct{ run *Run }

// Replica returns the run's own replica. It is valid while the run is, and moves with it.
func (r *Run) Replica() Replica { return Replica{r} }

// Task returns the run's task.
func (r Replica) Task() Task { return r.run.task }

// Header returns a header that is equal for two runs if their replicas move the same weights in
// the same way: seed, generator, configuration, the optimizer's identity, and the data. Its
// Weights are zero.
func (r Replica) Header() journal.Header {
	config := fmt.Sprintf("%s\n%s", r.run.options.Config, r.run.Identity())
	for _, leg := range r.run.options.Earlier {
		config += fmt.Sprintf("leg of %d to %d\n", leg.Planned, leg.Reached)
	}
	return journal.Header{Seed: r.run.es.Seed, Generator: r.run.es.Generator, Config: config, Data: r.run.task.dataHash()}
}

// Config returns the configuration of the run's options.
func (r Replica) Config() string { return r.run.options.Config }

// Ask describes the next generation, see es.Optimizer.Ask.
func (r Replica) Ask() es.Generation { return r.run.optimizer.Ask() }

// Generation implements journal.Trainer.
func (r Replica) Generation() int { return r.run.Generation() }

// Parameters implements journal.Trainer.
func (r Replica) Parameters() []lowrank.Parameter { return r.run.task.Parameters }

// Record implements journal.Trainer.
func (r Replica) Record() es.Record { return r.run.optimizer.Record() }

// RecordOf returns the record that scores of the next generation make, see
// es.Optimizer.RecordOf.
func (r Replica) RecordOf(scores []int64) (es.Record, error) { return r.run.optimizer.RecordOf(scores) }

// Replay implements journal.Trainer. It measures nothing.
func (r Replica) Replay(record es.Record) (es.Stats, error) {
	stats, err := r.run.optimizer.Replay(record)
	if err == nil {
		err = r.run.advance()
	}
	return stats, err
}

// AppendState implements journal.Trainer.
func (r Replica) AppendState(b []byte) []byte {
	b = binary.LittleEndian.AppendUint32(b, uint32(r.Generation()))
	return r.run.optimizer.AppendState(b)
}

// RestoreState implements journal.Trainer.
func (r Replica) RestoreState(b []byte) error {
	if len(b) < 4 {
		return errState
	}
	return r.run.restoreOptimizer(int(binary.LittleEndian.Uint32(b)), anyReductions, b[4:])
}
