package cli

import (
	"fmt"
	"io"
	"slices"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/console"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/report"
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/nn"
	"github.com/Kaleaon/pentary-go/nn/control"
)

// float returns a fixed-point number as a float, for reports.
func float(q control.Q40) float64 { return float64(q) / float64(control.One) }

// controlStart is printed when training begins.
type controlStart struct {
	Environment string `json:"environment"`
	Network     string `json:"network"` // widths of its layers
	Weights     int    `json:"weights"`
	Generations int    `json:"generations"`
	Pairs       int    `json:"pairs"`
	Episodes    int    `json:"episodes"` // of each member
	Kernels     string `json:"kernels"`
}

func (c *controller) startEvent(net *nn.Model) controlStart {
	return controlStart{
		Environment: c.env.Spec().Name, Network: network(control.Widths(c.env, c.hidden...)), Weights: net.Size(),
		Generations: c.options.Generations, Pairs: c.options.Pairs, Episodes: c.episodes, Kernels: kernels.Selected(),
	}
}

// controlProgress is where a run stands. Rewards are of an episode.
type controlProgress struct {
	Generation  int     `json:"generation"`
	Generations int     `json:"generations"`
	Mean        float64 `json:"mean_reward"`   // of the population
	Best        float64 `json:"best_reward"`   // of its best member
	Tested      float64 `json:"tested_reward"` // of the policy without noise, last measured
	Moved       int     `json:"moved"`         // weights that the last generation moved
	ETA         float64 `json:"eta_seconds"`
}

// tell tells a printer of a run. Progress follows each generation;
// measured says that the policy was tested anew.
func (e controlStart) tell(printer *console.Printer) {
	printer.Print(console.Event{
		Name: "start", Message: "training", Fields: e,
		Log: []any{
			"environment", e.Environment, "network", e.Network, "weights", e.Weights,
			"members", 2 * e.Pairs, "episodes", e.Episodes, "kernels", e.Kernels,
		},
		Text: func(s report.Style) string {
			return fmt.Sprintf("%s  %s\n", s.Bold(e.Environment+" "+e.Network), s.Dim(fmt.Sprintf(
				"%s weights · %s members · %s each · %s", report.Count(e.Weights), report.Count(2*e.Pairs),
				report.Plural(e.Episodes, "episode", "episodes"), e.Kernels)))
		},
	})
}

func (p controlProgress) tell(printer *console.Printer, measured bool) {
	if measured {
		printer.Print(console.Event{Name: "progress", Fields: p, Log: []any{
			"generation", p.Generation, "of", p.Generations,
			"mean_reward", fmt.Sprintf("%.1f", p.Mean), "best_reward", fmt.Sprintf("%.1f", p.Best),
			"tested_reward", fmt.Sprintf("%.1f", p.Tested), "eta", console.Duration(p.ETA),
		}})
	}
	printer.Show(func(width int) string {
		text := fmt.Sprintf("gen %*d/%d  mean %.1f  best %.1f  tested %.1f  ETA %s",
			len(fmt.Sprint(p.Generations)), p.Generation, p.Generations, p.Mean, p.Best, p.Tested, console.Duration(p.ETA))
		return console.Bar(p.Generation, p.Generations, text, width, printer.Style)
	})
}

// controlResult is the last object that --json prints.
type controlResult struct {
	Environment string  `json:"environment"`
	MeanReward  float64 `json:"mean_reward"` // of an episode
	MinReward   float64 `json:"min_reward"`
	MaxReward   float64 `json:"max_reward"`
	Episodes    int     `json:"episodes"`
	Seconds     float64 `json:"seconds"` // of training, or of the test alone
	Solved      bool    `json:"solved"`
	Threshold   float64 `json:"threshold"` // of the mean reward

	*controlTraining // of a training run only

	Weights       int    `json:"weights"`
	WeightsSHA256 string `json:"weights_sha256"`
	File          string `json:"file,omitempty"`
	FileSHA256    string `json:"file_sha256,omitempty"`
	Frames        string `json:"frames,omitempty"`
}

// controlTraining is the part of a result that only a training run has.
type controlTraining struct {
	Generations int  `json:"generations"`
	Kept        int  `json:"kept_generation"`
	Interrupted bool `json:"interrupted"`
}

func newControlResult(env control.Environment, net *nn.Model, rewards []control.Q40) *controlResult {
	w, spec := report.WeightsOf(net.File(nil).Tensors...), env.Spec()
	sum, n := total(rewards), len(rewards)
	return &controlResult{
		Environment: spec.Name,
		MeanReward:  float(sum) / float64(n), MinReward: float(slices.Min(rewards)), MaxReward: float(slices.Max(rewards)),
		Episodes: n, Solved: sum >= spec.Threshold*control.Q40(n), Threshold: float(spec.Threshold),
		Weights: w.Count, WeightsSHA256: w.SHA256,
	}
}

// write prints the result for people.
func (r *controlResult) write(out io.Writer, s report.Style) {
	line := console.Fields(out, s)
	verdict := s.Good("solved")
	if !r.Solved {
		verdict = s.Bad("not solved")
	}
	line("Mean reward", fmt.Sprintf("%.2f  %s", r.MeanReward, verdict)+"  "+s.Dim(fmt.Sprintf("from %g on", r.Threshold)))
	line("Range", fmt.Sprintf("%.2f to %.2f  %s", r.MinReward, r.MaxReward, s.Dim(fmt.Sprintf("%d fresh episodes", r.Episodes))))
	if t := r.controlTraining; t != nil {
		label := "Trained"
		if t.Interrupted {
			label = "Interrupted"
		}
		line(label, fmt.Sprintf("%s in %.1f s  %s", report.Plural(t.Generations, "generation", "generations"), r.Seconds,
			s.Dim(fmt.Sprintf("kept that of generation %d", t.Kept))))
	}
	line("Weights", report.Count(r.Weights))
	line("Weights sha256", r.WeightsSHA256)
	if r.File != "" {
		line("File sha256", r.FileSHA256)
		line("Saved", r.File)
	}
	if r.Frames != "" {
		line("Frames", r.Frames)
	}
}
