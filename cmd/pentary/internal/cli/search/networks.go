package search

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/settings"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/task"
	"github.com/Kaleaon/pentary-go/tune"
)

// architecture holds the options of a search over networks.
type architecture struct {
	on     bool
	depths []int // numbers of hidden layers
	widths []int // possible widths of each hidden layer
	price  settings.Decimal
}

// defaultArchitecture returns the default search around a task's network.
func defaultArchitecture(t *task.Task) architecture {
	width := slices.Max(t.Hidden)
	a := architecture{
		depths: []int{0, 1, 2, 3},
		widths: []int{width / 8, width / 4, width / 2, width, 2 * width},
		price:  settings.NewDecimalOrZero(100),
	}
	if err := a.price.Set("0.5"); err != nil {
		panic(err)
	}
	return a
}

func (a *architecture) flags(f *pflag.FlagSet) {
	f.BoolVar(&a.on, "architecture", false, "vary the network and score accuracy per byte; settings vary according to --vary")
	f.IntSliceVar(&a.depths, "depths", a.depths, "`numbers` of hidden layers, separated by commas")
	f.IntSliceVar(&a.widths, "widths", a.widths, "possible `widths` of each hidden layer, separated by commas")
	f.Var(&a.price, "price", "percentage `points` of accuracy that justify a doubling of the bytes")
}

// check returns an error that names a flag that is out of range or has no effect with the others.
func (a *architecture) check(flags *pflag.FlagSet) error {
	for _, name := range []string{"depths", "widths", "price"} {
		if flags.Changed(name) && !a.on {
			return fmt.Errorf("--%s requires --architecture", name)
		}
	}
	if !a.on {
		return nil
	}
	if flags.Changed("hidden") {
		return errors.New("--hidden conflicts with --architecture, which varies it")
	}
	for _, f := range []struct {
		name        string
		values      []int
		least, most int
	}{{"depths", a.depths, 0, settings.MaxHidden}, {"widths", a.widths, 1, settings.MaxWidth}} {
		for i, v := range f.values {
			switch {
			case v < f.least || v > f.most:
				return fmt.Errorf("--%s %d: want %d to %d", f.name, v, f.least, f.most)
			case slices.Contains(f.values[:i], v):
				return fmt.Errorf("--%s: %d is given twice", f.name, v)
			}
		}
	}
	return nil
}

// The parameters of a search over networks are the number of hidden layers and the width of each.
// Widths of layers that a network does not have are ignored. All depths are therefore drawn with the
// same probability, regardless of the number of networks with each depth.
const depthName = "depth"

func widthName(layer int) string { return fmt.Sprintf("width %d", layer+1) }

// space returns the parameters of the networks.
func (a *architecture) space() tune.Space {
	texts := func(numbers []int) (texts []string) {
		for _, n := range numbers {
			texts = append(texts, strconv.Itoa(n))
		}
		return texts
	}
	space := tune.Space{{Name: depthName, Values: texts(a.depths)}}
	for layer := range slices.Max(a.depths) {
		space = append(space, tune.Parameter{Name: widthName(layer), Values: texts(a.widths)})
	}
	return space
}

// join replaces the parameters of a network by the setting hidden.
func (a *architecture) join(texts map[string]string) {
	depth, err := strconv.Atoi(texts[depthName])
	if err != nil {
		return // the initial settings of the search
	}
	var widths []string
	for layer := range slices.Max(a.depths) {
		name := widthName(layer)
		if layer < depth {
			widths = append(widths, texts[name])
		}
		delete(texts, name)
	}
	delete(texts, depthName)
	texts["hidden"] = "none"
	if depth > 0 {
		texts["hidden"] = strings.Join(widths, ",")
	}
}

// split adds the parameters of a network with the given hidden layers.
func (a *architecture) split(texts map[string]string, hidden []int) {
	texts[depthName] = strconv.Itoa(len(hidden))
	for layer, width := range hidden {
		texts[widthName(layer)] = strconv.Itoa(width)
	}
}
