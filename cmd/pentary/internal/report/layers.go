package report

import (
	"strings"

	"github.com/Kaleaon/pentary-go/nn"
)

// Layers writes the layers of a model as a table.
func (p *Printer) Layers(layers []nn.LayerSummary) {
	var rows [][]string
	for _, l := range layers {
		rows = append(rows, []string{strings.Repeat("  ", l.Depth) + l.Name, Count(l.Outputs), Count(l.Weights), ""})
	}
	p.Table(1, []string{"layer", "outputs", "weights", ""}, rows)
}
