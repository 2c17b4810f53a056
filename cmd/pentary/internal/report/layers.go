package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/Kaleaon/pentary-go/nn"
)

// WriteLayers prints the layers of a model as a table.
func WriteLayers(out io.Writer, s Style, layers []nn.LayerSummary) {
	rows := [][3]string{{"layer", "outputs", "weights"}}
	for _, l := range layers {
		rows = append(rows, [3]string{strings.Repeat("  ", l.Depth) + l.Name, Count(l.Outputs), Count(l.Weights)})
	}
	var width [3]int
	for _, row := range rows {
		for i, text := range row {
			width[i] = max(width[i], len([]rune(text)))
		}
	}
	for i, row := range rows {
		line := fmt.Sprintf("  %-*s  %*s  %*s", width[0], row[0], width[1], row[1], width[2], row[2])
		if i == 0 {
			line = s.Dim(line)
		}
		fmt.Fprintln(out, line)
	}
}
