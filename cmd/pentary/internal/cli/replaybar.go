package cli

import (
	"fmt"
	"time"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/console"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/report"
)

// replayBar shows how far a long replay of a journal is: on a terminal as a line,
// else every few seconds as an event.
type replayBar struct {
	*console.Printer
	total int
}

// replayEvent is where a replay stands.
type replayEvent struct {
	Generation  int `json:"generation"`
	Generations int `json:"generations"` // of the whole run; the journal may have fewer
}

func newReplayBar(json bool, s *console.Streams, total int) *replayBar {
	return &replayBar{console.NewPrinter(s, json), total}
}

// show is told of each generation.
func (b *replayBar) show(generation int) {
	b.Show(func(width int) string {
		return console.Bar(generation, b.total, fmt.Sprintf("replaying %s/%s", report.Count(generation), report.Count(b.total)), width, b.Style)
	})
	if generation%64 == 0 && b.Quiet(2*time.Second) {
		b.Print(console.Event{
			Name: "replay", Message: "replaying", Fields: replayEvent{generation, b.total},
			Log: []any{"generation", generation, "of", b.total},
		})
	}
}
