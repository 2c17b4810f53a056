package bench

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/report"
)

// Parse parses the output of --json: one object per line, the measurements and then the result.
func Parse(text []byte) (*Report, error) {
	r, whole := &Report{}, false
	for d := json.NewDecoder(bytes.NewReader(text)); ; {
		var line json.RawMessage
		var event struct {
			Event string `json:"event"`
		}
		err := d.Decode(&line)
		if err == nil {
			err = json.Unmarshal(line, &event)
		}
		switch {
		case errors.Is(err, io.EOF) && !whole:
			return nil, errors.New("not the output of pentary bench --json: no result")
		case errors.Is(err, io.EOF):
			return r, nil
		case err != nil:
			return nil, fmt.Errorf("not a run of pentary bench --json: %w", err)
		case event.Event == "measurement":
			var m Measurement
			err = json.Unmarshal(line, &m)
			r.Measurements = append(r.Measurements, m)
		case event.Event == "result":
			whole, err = true, json.Unmarshal(line, r)
		}
		if err != nil {
			return nil, fmt.Errorf("not a run of pentary bench --json: %w", err)
		}
	}
}

// Rate returns the rate of a measurement, in units per second, and its unit.
func (m Measurement) Rate() (perSecond float64, unit string) {
	switch {
	case m.GMACs > 0:
		return m.GMACs * 1e9, "MAC/s"
	case m.PentsPerSecond > 0:
		return m.PentsPerSecond, "pents/s"
	}
	return m.BytesPerSecond, "B/s"
}

// Label returns the kernel and the shape of a measurement, for example "MatVec 1024²×1".
func (m Measurement) Label() string {
	label := m.Kernel + " " + m.Shape()
	if m.Kernel == "PopulationForward" {
		label += fmt.Sprintf(", rank %d", m.Rank)
	}
	if m.Threads > 0 {
		label += fmt.Sprintf(", %d threads", m.Threads)
	}
	return label
}

// Best returns the labels of all measurements, in order, and the fastest measurement per label.
func (r *Report) Best() (labels []string, best map[string]Measurement) {
	best = map[string]Measurement{}
	for _, m := range r.Measurements {
		old, seen := best[m.Label()]
		if !seen {
			labels = append(labels, m.Label())
		}
		was, _ := old.Rate()
		if is, _ := m.Rate(); !seen || is > was {
			best[m.Label()] = m
		}
	}
	return labels, best
}

// Comparison compares the fastest implementation at one shape in this run and in a saved run.
type Comparison struct {
	Kernel    string  `json:"kernel"` // with its shape
	Unit      string  `json:"unit"`
	Here      float64 `json:"here"` // units per second
	Impl      string  `json:"impl"`
	Saved     float64 `json:"saved"`
	SavedImpl string  `json:"saved_impl"`
	Ratio     float64 `json:"ratio"` // Here / Saved
}

// Compare compares the measurements present in both runs.
func (r *Report) Compare(saved *Report) (all []Comparison) {
	labels, here := r.Best()
	_, there := saved.Best()
	for _, label := range labels {
		a, b := here[label], there[label]
		rate, unit := a.Rate()
		if old, same := b.Rate(); old > 0 && same == unit {
			all = append(all, Comparison{label, unit, digits(rate), a.Impl, digits(old), b.Impl, digits(rate / old)})
		}
	}
	return all
}

// WriteComparison prints a comparison as text.
func (r *Report) WriteComparison(p *report.Printer, saved *Report) {
	p.Printf("\n%s  with the saved run: %s\n", p.Bold("comparison"), strings.Join([]string{saved.CPU, saved.Platform, saved.Go}, ", "))
	var rows [][]string
	for _, c := range r.Compare(saved) {
		rows = append(rows, []string{
			c.Kernel, RateText(c.Here, c.Unit), c.Impl, RateText(c.Saved, c.Unit), c.SavedImpl, fmt.Sprintf("%.2f", c.Ratio), "",
		})
	}
	if len(rows) == 0 {
		fmt.Fprintln(p, "  no shape was measured in both")
	}
	p.Table(1, []string{"kernel", "here", "by", "saved", "by", "here/saved", ""}, rows)
}
