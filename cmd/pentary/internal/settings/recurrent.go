package settings

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/Kaleaon/pentary-go/nn"
)

// Recurrent is the value of a flag: a recurrent layer before the hidden layers, such as gru32/4, or
// "none". It reads the inputs, or the outputs of convolutions, part by part.
type Recurrent struct {
	Cell  nn.Mixer // empty: none
	Width int      // of its state
	Part  int      // activations that it reads per step
	All   bool     // whether the next layer reads the states after all parts instead of only the last
	Twice bool     // whether its sums are divided by half the default divisor
}

const (
	noRecurrent = "none"
	allParts    = "/all"
	doubled     = "/double"
)

// cells maps the names of recurrent layers to the rows of their matrices, in widths.
var cells = map[nn.Mixer]struct {
	outputs []int
	build   func(in, out int) nn.Layer
}{
	nn.MixerRNN:    {[]int{1}, func(in, out int) nn.Layer { return nn.NewRNN(in, out) }},
	nn.MixerMinGRU: {[]int{1, 1}, func(in, out int) nn.Layer { return nn.NewMinGRU(in, out) }},
	nn.MixerGRU:    {[]int{2, 1}, func(in, out int) nn.Layer { return nn.NewGRU(in, out) }},
	nn.MixerLSTM:   {[]int{4}, func(in, out int) nn.Layer { return nn.NewLSTM(in, out) }},
}

// Set implements pflag.Value. Model checks whether the layer fits the inputs.
func (r *Recurrent) Set(text string) error {
	if text == noRecurrent {
		*r = Recurrent{}
		return nil
	}
	rest, twice := strings.CutSuffix(text, doubled)
	rest, all := strings.CutSuffix(rest, allParts)
	digits := strings.IndexAny(rest, "0123456789")
	width, part, _ := strings.Cut(rest[max(digits, 0):], "/")
	w, badWidth := strconv.ParseUint(width, 10, 31)
	p, badPart := strconv.ParseUint(part, 10, 31)
	cell := nn.Mixer(rest[:max(digits, 0)])
	if cells[cell].build == nil || badWidth != nil || badPart != nil || w < 1 || p < 1 || w > MaxWidth || p > MaxWidth || w%4 != 0 || p%4 != 0 {
		return fmt.Errorf("want rnn, mingru, gru or lstm, width and values per step, such as gru32/4, gru32/4%s or gru32/4%[1]s%s, both multiples of 4 of at most %d, or %q", allParts, doubled, MaxWidth, noRecurrent)
	}
	*r = Recurrent{cell, int(w), int(p), all, twice}
	return nil
}

// String implements pflag.Value.
func (r *Recurrent) String() string {
	if r.Cell == "" {
		return noRecurrent
	}
	text := fmt.Sprintf("%v%d/%d", r.Cell, r.Width, r.Part)
	if r.All {
		text += allParts
	}
	if r.Twice {
		text += doubled
	}
	return text
}

// Type implements pflag.Value.
func (r *Recurrent) Type() string { return "layer" }

// layer returns the scan of the layer through the given number of parts.
func (r *Recurrent) layer(parts int) nn.Layer {
	scan := nn.NewScan(parts, cells[r.Cell].build(r.Part, r.Width))
	scan.All = r.All
	if r.Twice { // docs/decisions.md#scale-of-a-recurrent-layer
		scan.Weights(func(_ string, d *nn.Dense) { d.Shift -= min(d.Shift, 1) })
	}
	return scan
}
