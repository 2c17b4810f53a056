package hwreport

import (
	"context"
	"fmt"
	"strings"

	"github.com/Kaleaon/pentary-go/data"
	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/hwmodel/crossbar"
	"github.com/Kaleaon/pentary-go/internal/hw/claims"
	"github.com/Kaleaon/pentary-go/internal/hw/cycles"
	"github.com/Kaleaon/pentary-go/internal/hw/energy"
	"github.com/Kaleaon/pentary-go/nn"
)

// Subject is what a report is about: a trained network, and how it is trained on.
type Subject struct {
	Name        string // of the network, for people
	Net         *nn.Model
	Train, Test *data.Dataset
	Batch       int // samples of a generation
	Pairs       int // of one, when training through the crossbar
	Generations int // of that
}

// options are those of training through a chip: noise in weights, of rank 1, and a
// fifth of a level a deviation to begin with.
func options(pairs, generations int) es.Options {
	return es.Options{
		Seed: 1, Generations: generations, Pairs: pairs, Rank: 1, Sigma: 3, Fitness: es.FourBit,
		Rule: es.Residual{Rate: es.Ratio(1, 5)},
	}
}

// Progress is told what is being done, and how much of it is.
type Progress func(what string, part, whole int)

// Build finds out all that the report says beside the claims. It returns the context's
// error soon after the context is done.
func Build(ctx context.Context, s *Subject, findings []claims.Finding, progress Progress) (*Report, error) {
	exact, err := accuracy(s.Net, s.Test)
	if err != nil {
		return nil, err
	}
	progress("running a generation", 0, 1)
	run, err := s.trace(ctx)
	if err != nil {
		return nil, err
	}
	worn, err := s.trainThrough(ctx, progress)
	if err != nil {
		return nil, err
	}
	seconds, series, err := Age(ctx, s.Net, s.Train, s.Test, func(part, whole int) { progress("ageing", part, whole) })
	if err != nil {
		return nil, err
	}

	r := &Report{
		Title:    "The Pentary accelerator, as modelled",
		Subtitle: fmt.Sprintf("%s: %s. One generation of evolution strategies as a program, and the weights in analog crossbars.", s.Name, shape(s.Net)),
		Claims:   findings,
	}
	r.Facts = append(r.Facts,
		Fact{"accuracy of the network", fmt.Sprintf("%.1f %%", 100*exact)},
		Fact{fmt.Sprintf("cycles of a generation of %d pairs", run.pairs), short(float64(run.cycles.Pipeline.Cycles()))},
		Fact{"its energy, at most " + joules(run.most()), span(run.bars[:2])},
		Fact{"accuracy after a day at 85 °C", fmt.Sprintf("%.1f %%", 100*series[2].Shares[dayAt(seconds)])},
		Fact{"claims that hold, of " + fmt.Sprint(len(findings)), fmt.Sprint(held(findings))},
	)
	r.Sections = append(r.Sections, run.sections()...)
	r.Sections = append(r.Sections, idleSection(), operatingSection(), macroSection(), worn.section(), Section{
		Title: "Accuracy while the cells drift",
		Text: fmt.Sprintf("The network is programmed once and left alone. %s Reference cells take away what all cells of an array lose on average, "+
			"which a network of rectifiers hardly feels; what differs from cell to cell stays. HfO2 stands for the better end of what is published.", chipText()),
		Picture: Aging(seconds, series),
	})
	return r, nil
}

// shape writes a network's widths.
func shape(net *nn.Model) string {
	widths := []string{fmt.Sprint(net.Inputs())}
	for _, l := range net.Layers {
		widths = append(widths, fmt.Sprint(l.Outputs()))
	}
	return fmt.Sprintf("%s, %d weights", strings.Join(widths, "-"), net.Size())
}

// chipText describes Chip.
func chipText() string {
	d := Chip.Device
	return fmt.Sprintf("Cells of up to %g µS with the programming error that Wan et al. measured, losing %g ± %g %% a decade of time at 25 °C, five times as much at 85 °C; converters of %d bits.",
		d.Gmax, 100*d.Drift, 100*d.DriftSpread, Chip.ADCBits)
}

// dayAt returns the index of the age nearest to a day.
func dayAt(seconds []float64) (at int) {
	for i, t := range seconds {
		if t <= 1.2e5 {
			at = i
		}
	}
	return at
}

// held counts the claims that hold as they are meant.
func held(findings []claims.Finding) (n int) {
	for _, f := range findings {
		if f.Verdict == claims.Confirmed || f.Verdict == claims.Understated {
			n++
		}
	}
	return n
}

// span writes the least and the largest energy.
func span(bars []Bar) string {
	least, most := bars[0].Parts.Total(), bars[0].Parts.Total()
	for _, b := range bars[1:] {
		least, most = min(least, b.Parts.Total()), max(most, b.Parts.Total())
	}
	if a, b := joules(least), joules(most); a != b {
		return a + " to " + b
	}
	return joules(least)
}

// traced is a program's run with what was seen of it.
type traced struct {
	pairs, samples int
	machine        cycles.Machine
	cycles         *cycles.Observer
	inArrays       int64 // cycles with products in analog arrays
	bars           []Bar
}

// sections are those on time and energy.
func (r *traced) sections() []Section {
	p := &r.cycles.Pipeline
	total := p.Cycles()
	slots := drawn(r.cycles.Timeline.Slots)
	var stalls [][]string
	for i, n := range p.Stalls {
		if n > 0 {
			stalls = append(stalls, []string{cycles.Stall(i).String(), fmt.Sprint(n), fmt.Sprintf("%.1f %%", 100*float64(n)/float64(total))})
		}
	}
	return []Section{
		{
			Title: "Instructions in the pipeline",
			Text: fmt.Sprintf("%d of %d instructions, from the first product on, cycle by cycle. A coloured line below an instruction is the unit at work on it; red is waiting, for what the pointer tells.",
				len(slots), p.Instructions),
			Picture: Pipeline(slots),
		},
		{
			Title: "Units over the whole generation",
			Text: fmt.Sprintf("%d pairs of members and a batch of %d samples, on one tile of %d×%d and one noise unit: %s cycles, %.3g ms at %g GHz. Products in an analog array of %s bring it to %s: low rank and the update stay digital. Why the pipeline stood still is below.",
				r.pairs, r.samples, r.machine.TileSide, r.machine.TileSide, short(float64(total)), float64(total)/r.machine.Clock/1e6, r.machine.Clock,
				nanoseconds(r.machine.Latency.Nanoseconds), short(float64(r.inArrays))),
			Picture: Units(&r.cycles.Timeline, total, p.Busy, p.Instructions),
			Heading: []string{"stall", "cycles", "of all"},
			Rows:    stalls,
		},
		{
			Title: "Where the energy goes",
			Text: "The same generation under both calibrations: published energies of adders, and the ratio of synthesized lanes. They share the prices of memory and noise. " +
				"The third bar has the products of activations and stored weights in analog arrays. Every operand is read from on-chip memory once for each instruction. In memories of a mebibyte, and with the dearest off-chip memory, it is " + joules(r.most()) + ".",
			Picture: Energy(r.bars),
			Heading: append([]string{"part"}, names(r.bars)...),
			Rows:    parts(r.bars),
		},
	}
}

func names(bars []Bar) (all []string) {
	for _, b := range bars {
		all = append(all, b.Name)
	}
	return all
}

// most is the energy at the upper ends of the ranges of prices.
func (r *traced) most() (pj float64) {
	for _, b := range r.bars {
		pj = max(pj, b.Most)
	}
	return pj
}

// parts writes the energies of all bars, a row for each part that any has.
func parts(bars []Bar) (rows [][]string) {
	for i, part := range bars[0].Parts {
		row, most := []string{part.Name}, 0.0
		for _, b := range bars {
			row = append(row, joules(b.Parts[i].Energy))
			most = max(most, b.Parts[i].Energy)
		}
		if most > 0 {
			rows = append(rows, row)
		}
	}
	return rows
}

// idleSection says what a core spends that waits.
func idleSection() Section {
	s := Section{
		Title: "What waiting costs",
		Text: "A core that has nothing to do for a while takes the state in which it spends least, and wakes at full power in time. " +
			"A wait for one analog product is too short for more than gating the clock.",
		Heading: []string{"idle for", "state", "average power"},
	}
	for _, ns := range []float64{1, 10, 60, 200, 1000, 10_000, 1e6} {
		state, share := energy.Idle(ns)
		s.Rows = append(s.Rows, []string{nanoseconds(ns), state.Name, fmt.Sprintf("%.1f %%", 100*share)})
	}
	return s
}

// nanoseconds writes a time given in ns.
func nanoseconds(ns float64) string {
	for _, unit := range []string{"ns", "µs"} {
		if ns < 999.5 {
			return fmt.Sprintf("%g %s", ns, unit)
		}
		ns /= 1000
	}
	return fmt.Sprintf("%g ms", ns)
}

// operatingSection says what voltage costs.
func operatingSection() Section {
	s := Section{
		Title: "Voltage and frequency",
		Text: "The architecture's operating points. Energy goes as the square of the voltage; the clock that is reachable follows from the alpha-power law of transistors " +
			"and the point in the middle.",
		Heading: []string{"voltage", "clock, as stated", "reachable", "energy of an operation", "power as stated"},
	}
	points := energy.OperatingPoints()
	middle := points[1]
	for _, p := range points {
		s.Rows = append(s.Rows, []string{
			fmt.Sprintf("%.1f V", p.Voltage), fmt.Sprintf("%g GHz", p.Clock), fmt.Sprintf("%.2f GHz", p.Reachable(middle)),
			fmt.Sprintf("%.0f %%", 100*p.Operation(middle)), fmt.Sprintf("%.0f %%", 100*p.Power(middle)),
		})
	}
	return s
}

func macroSection() Section {
	return Section{
		Title:   "Analog macros, replayed",
		Text:    "The model of a crossbar with its converters has two constants. Each chip calibrates them by its outer points; the points held out say how far to trust it.",
		Picture: Macros(energy.Published()),
	}
}

// worn is a chip that a network was trained through.
type worn struct {
	chip          *crossbar.Network
	generations   int
	before, after float64 // accuracy of random weights, and as trained through the chip
}

// trainThrough trains a network of the same shape through a chip, from random weights.
func (s *Subject) trainThrough(ctx context.Context, progress Progress) (*worn, error) {
	net, err := s.Net.Clone()
	if err != nil {
		return nil, err
	}
	net.Randomize(1)
	before, err := accuracy(net, s.Test)
	if err != nil {
		return nil, err
	}
	chip, err := crossbar.NewNetwork(net, Chip)
	if err != nil {
		return nil, err
	}
	err = chip.Train(ctx, s.Train, s.Batch, options(s.Pairs, s.Generations), func(stats es.Stats) error {
		progress("training through the crossbar", stats.Generation, s.Generations)
		return nil
	})
	if err != nil {
		return nil, err
	}
	after, _, err := chip.Accuracy(s.Test, 0)
	if err != nil {
		return nil, err
	}
	return &worn{chip, s.Generations, before, float64(after) / float64(s.Test.Len())}, nil
}

func (w *worn) section() Section {
	wear := w.chip.Wear()
	m := w.chip.Crossbars[0].WearMap(0)
	life := wear.Lifetime(Chip.Device.Endurance, w.generations)
	return Section{
		Title: "Wear of the cells",
		Text: fmt.Sprintf("Writes of each cell of the first layer while a network of this shape was trained through the crossbar, from random weights: in %d generations from %.1f to %.1f %% right. "+
			"Only weights that move are written, %.2f writes a cell on average and %d at most: cells of %s writes would last for %s generations at that rate.",
			w.generations, 100*w.before, 100*w.after, wear.Mean(), wear.Most, short(Chip.Device.Endurance), short(life)),
		Picture: Wear(Map{m.Lines, m.Columns, m.Writes}),
	}
}
