package settings

import (
	"fmt"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/page"
	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/nn"
)

// statisticsAt has the generation, counted from 1, and the seed of the page's table.
const (
	statisticsAt   = 20
	statisticsSeed = 0
)

// statisticsOf are the curves in the table.
var statisticsOf = []string{"rate 0.2", "rate 0.02", "rate 1", "σ = 1", "σ = 1/1024"}

// statistics returns the page's table: statistics of an early generation, and the mean final
// accuracy.
func statistics(b *bench, results []result) (string, error) {
	var rows [][]string
	for _, e := range experiments {
		if !e.curve {
			continue
		}
		for _, name := range statisticsOf {
			for _, l := range e.lines {
				if l.name != name {
					continue
				}
				s := base
				l.set(&s)
				var at es.Stats
				net := nn.NewMLP(statisticsSeed, b.train.Features, hidden, b.train.Classes)
				if err := b.run(s, net, statisticsSeed, func(stats es.Stats) error {
					if at = stats; stats.Finished == statisticsAt {
						return es.ErrStop
					}
					return nil
				}); err != nil {
					return "", err
				}
				mean := 0.0
				for _, a := range accuraciesOf(results, e.name, l.name, e.xs[len(e.xs)-1]) {
					mean += a / seeds
				}
				rows = append(rows, []string{
					l.name, fmt.Sprint(at.Moved), fmt.Sprint(at.Saturated), fmt.Sprint(at.Decided), fmt.Sprint(at.Spread), fmt.Sprintf("%.1f %%", mean),
				})
			}
		}
	}
	return page.Table("---", []string{"run", "moved", "at ±2", "decided", "spread of pairs", "ends at"}, rows), nil
}
