package report

import (
	"io"
	"strings"

	"github.com/Kaleaon/pentary-go/nn"
)

// WriteLayers prints the layers of a model as a table.
func WriteLayers(out io.Writer, s Style, layers []nn.LayerSummary) {
	var rows [][]string
	for _, l := range layers {
		rows = append(rows, []string{strings.Repeat("  ", l.Depth) + l.Name, Count(l.Outputs), Count(l.Weights), ""})
	}
	WriteTable(out, s, 1, []string{"layer", "outputs", "weights", ""}, rows)
}
