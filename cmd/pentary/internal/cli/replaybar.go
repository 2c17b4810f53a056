package cli

import (
	"fmt"
	"log/slog"
	"time"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/report"
)

// replayBar shows how far a long replay of a journal is: on a terminal as a line,
// else every few seconds as an event or a log line.
type replayBar struct {
	total int
	line  *liveLine
	tell  func(replayEvent)
	told  time.Time
}

// replayEvent is where a replay stands.
type replayEvent struct {
	Event       string `json:"event"` // "replay"
	Generation  int    `json:"generation"`
	Generations int    `json:"generations"` // of the whole run; the journal may have fewer
}

const tellEvery = 2 * time.Second

func newReplayBar(json bool, s *streams, total int) *replayBar {
	b := &replayBar{total: total, line: newLiveLine(nil), told: time.Now()}
	switch {
	case json:
		b.tell = func(e replayEvent) { s.printJSON(e) }
	case s.errTerm != nil:
		b.line = newLiveLine(s.errTerm)
		b.line.drawn = b.told // a short replay shows nothing
		b.tell = func(replayEvent) {}
	default:
		log := slog.New(slog.NewTextHandler(s.err, nil))
		b.tell = func(e replayEvent) { log.Info("replaying", "generation", e.Generation, "of", e.Generations) }
	}
	return b
}

// show is told of each generation.
func (b *replayBar) show(generation int) {
	b.line.show(func(width int) string {
		return barLine(generation, b.total, fmt.Sprintf("replaying %s/%s", report.Count(generation), report.Count(b.total)), width, b.line.style)
	})
	if generation%64 == 0 && time.Since(b.told) >= tellEvery {
		b.told = time.Now()
		b.tell(replayEvent{"replay", generation, b.total})
	}
}

// clear removes the line.
func (b *replayBar) clear() { b.line.clear() }
