package cli

import (
	"context"
	"fmt"
	"time"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/console"
	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/es/journal"
	"github.com/Kaleaon/pentary-go/nn"
)

// rebuilt is a run that has been rebuilt from its journal alone.
type rebuilt struct {
	*plan
	net     *nn.Model
	end     ending // zero if the run has not ended
	sums    sums
	ended   bool
	torn    int64 // bytes of a torn record
	count   int   // generations
	seconds float64
}

// sums are hashes of weights, as journals have them.
type sums struct{ initial, final journal.Hash }

// rebuild replays the journal in a directory, see plan.start for the data. each, which
// may be nil, sees the network after every generation, and before the first.
func rebuild(ctx context.Context, dir, data string, json bool, s *console.Streams, each func(generation int, net *nn.Model)) (*rebuilt, error) {
	r, p, err := openRun(dir)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	net, optimizer, err := p.start(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", dir, err)
	}
	b := &rebuilt{plan: p, net: net, sums: sums{initial: p.header.Weights}}
	if each == nil {
		each = func(int, *nn.Model) {}
	}
	each(0, net)
	bar := newReplayBar(json, s, p.settings.options.Generations)
	began := time.Now()
	err = r.Replay(ctx, replayer{optimizer, bar, func(generation int) { each(generation, net) }})
	b.seconds = time.Since(began).Seconds()
	bar.Clear()
	if err != nil {
		return nil, err
	}
	if b.sums.final, err = journal.HashWeights(net.Parameters()); err != nil {
		return nil, err
	}
	end, ended := r.End()
	if b.ended = ended; ended {
		if b.end, err = parseEnding(end.Reason); err != nil {
			return nil, fmt.Errorf("%s: %w", dir, err)
		}
	}
	b.count, b.torn = optimizer.Generation(), r.TornTail().Bytes
	return b, nil
}

// replayer is an optimizer that is watched while it replays.
type replayer struct {
	*es.Optimizer
	bar  *replayBar
	each func(generation int)
}

// Replay implements journal.Trainer.
func (r replayer) Replay(record es.Record) (es.Stats, error) {
	stats, err := r.Optimizer.Replay(record)
	if err != nil {
		return stats, err
	}
	r.bar.show(stats.Generation)
	r.each(stats.Generation)
	return stats, nil
}
