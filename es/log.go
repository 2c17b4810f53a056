package es

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
)

// LogSlog returns a callback for Run that logs each generation as a record of level
// Info.
func LogSlog(l *slog.Logger) func(Stats) error {
	return func(s Stats) error {
		l.LogAttrs(context.Background(), slog.LevelInfo, "generation",
			slog.Int("generation", s.Finished),
			slog.Int64("best", s.Best), slog.Int64("mean", s.Mean), slog.Int64("spread", s.Spread),
			slog.Int("decided", s.Decided),
			slog.Int("moved", s.Moved), slog.Int64("norm", s.Norm), slog.Int("saturated", s.Saturated))
		return nil
	}
}

// LogJSON returns a callback for Run that writes each generation as a line of JSON. A
// failure to write ends the run.
func LogJSON(w io.Writer) func(Stats) error {
	e := json.NewEncoder(w)
	return func(s Stats) error { return e.Encode(s) }
}
