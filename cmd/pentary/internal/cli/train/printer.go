package train

import (
	"fmt"
	"io"
	"log/slog"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/console"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/report"
	"github.com/Kaleaon/pentary-go/train"
)

// printer writes the sections of a report.
type printer struct {
	report.Style
	out  io.Writer
	line func(label, text string)
}

func newPrinter(s *console.Streams) *printer {
	return &printer{s.OutStyle(), s.Out, console.Fields(s.Out, s.OutStyle())}
}

func (p *printer) title(text, note string) {
	fmt.Fprintf(p.out, "\n%s  %s\n", p.Bold(text), p.Dim(note))
}

// newObserver returns the observer of a run: JSON lines, a line of the terminal, or a log.
func newObserver(s *console.Streams, json bool) train.Observer {
	switch {
	case json:
		return train.JSON(s.Out)
	case s.ErrTerm != nil:
		return train.Terminal(s.ErrTerm, s.ErrColumns, console.StyleOf(s.ErrTerm).Color)
	}
	return train.Log(slog.New(slog.NewTextHandler(s.Err, nil)))
}
