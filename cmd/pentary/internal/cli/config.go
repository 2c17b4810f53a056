package cli

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/task"
	"github.com/Kaleaon/pentary-go/data"
	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/es/journal"
	"github.com/Kaleaon/pentary-go/lowrank"
	"github.com/Kaleaon/pentary-go/nn"
)

// config is the configuration that a journal's header holds, as JSON: all that
// determines a run, and the folder that its data were in.
type config struct {
	Task      string            `json:"task"`
	Data      string            `json:"data,omitempty"` // absolute; the one field that is not part of the identity
	Network   []int             `json:"network"`        // widths, inputs first
	Settings  map[string]string `json:"settings"`       // by flag
	Optimizer string            `json:"optimizer"`      // its identity
}

// text returns the configuration in the one form that it has in a header.
func (c *config) text() string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(c); err != nil { // maps are encoded in the order of their keys
		panic(err)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// parseConfig reads the configuration of a header.
func parseConfig(text string) (*config, error) {
	d := json.NewDecoder(bytes.NewReader([]byte(text)))
	d.DisallowUnknownFields()
	c := &config{}
	err := d.Decode(c)
	if err == nil {
		if _, err = d.Token(); err == io.EOF {
			if c.Settings["rule"] == oldQES {
				c.Settings["rule"] = qes.String()
			}
			return c, nil
		}
		err = errors.New("more than one value")
	}
	return nil, fmt.Errorf("configuration: %w", err)
}

// difference returns an error that says in what the run of c differs from that of
// other, or nil. What other does not know yet, without its data, does not count.
func (c *config) difference(other *config) error {
	if c.Task != other.Task {
		return fmt.Errorf("task %s, not %s", c.Task, other.Task)
	}
	for _, name := range slices.Sorted(maps.Keys(other.Settings)) {
		if have, want := c.Settings[name], other.Settings[name]; have != want {
			return fmt.Errorf("--%s %s, not %s", name, have, want)
		}
	}
	if other.Network != nil && !slices.Equal(c.Network, other.Network) {
		return fmt.Errorf("network %s, not %s", network(c.Network), network(other.Network))
	}
	if other.Optimizer != "" && c.Optimizer != other.Optimizer {
		return fmt.Errorf("optimizer %q, not %q", c.Optimizer, other.Optimizer)
	}
	return nil
}

// A plan is a run as its journal's header describes it.
type plan struct {
	header   journal.Header
	config   *config
	task     *task.Task
	settings *settings
}

// readPlan returns the plan of the run that the reader has opened.
func readPlan(r *journal.Reader) (*plan, error) {
	h := r.Header()
	c, err := parseConfig(h.Config)
	if err != nil {
		return nil, err
	}
	p := &plan{header: h, config: c}
	if c.Task == lmTask {
		return nil, errors.New("a run of a language model, which \"pentary train --resume\" goes on with; what else there is for runs is for classifiers")
	}
	if p.task, err = task.Find(c.Task); err != nil {
		return nil, err
	}
	p.settings = defaults(p.task)
	if err := p.settings.setTexts(c.Settings); err != nil {
		return nil, err
	}
	return p, p.settings.check()
}

// openRun returns the journal in a directory and the plan of its run. The caller
// closes the journal.
func openRun(dir string) (*journal.Reader, *plan, error) {
	r, err := journal.Read(dir)
	if err != nil {
		return nil, nil, err
	}
	p, err := readPlan(r)
	if err != nil {
		r.Close()
		return nil, nil, fmt.Errorf("%s: %w", dir, err)
	}
	return r, p, nil
}

// planOf returns the plan of the run in a directory.
func planOf(dir string) (*plan, error) {
	r, p, err := openRun(dir)
	if err != nil {
		return nil, err
	}
	return p, r.Close()
}

// start returns the network of the run before its first generation, and the
// optimizer of its weights. It takes the data of a run with noise in activations: from
// the folder given, or else where they were.
func (p *plan) start(data string) (*nn.Model, *es.Optimizer, error) {
	widths := p.config.Network
	if want := p.settings.widths(0, 0); len(widths) != len(want) || !slices.Equal(widths[1:len(widths)-1], want[1:len(want)-1]) {
		return nil, nil, fmt.Errorf("configuration: network %s of hidden layers %v", network(widths), p.settings.hidden)
	}
	if ends := []int{widths[0], widths[len(widths)-1]}; slices.Min(ends) < 1 || slices.Max(ends) > maxWidth {
		return nil, nil, fmt.Errorf("configuration: network %s, want widths of 1 to %d", network(widths), maxWidth)
	}
	net := nn.NewMLP(p.settings.options.Seed, widths...)
	classifier, err := p.classifier(net, cmp.Or(data, p.config.Data))
	if err != nil {
		return nil, nil, err
	}
	optimizer, err := p.settings.start(net, classifier)
	if err != nil {
		return nil, nil, err
	}
	if identity := optimizer.Identity(); identity != p.config.Optimizer {
		return nil, nil, fmt.Errorf("configuration: optimizer %q, but its settings make %q", p.config.Optimizer, identity)
	}
	return net, optimizer, nil
}

// classifier returns what the optimizer needs to see of the data, nil for nothing.
func (p *plan) classifier(net *nn.Model, dir string) (es.Evaluator, error) {
	if p.settings.options.Estimator == lowrank.PerturbWeights {
		return nil, nil
	}
	train, test, err := p.task.Load(dir)
	if err != nil {
		return nil, fmt.Errorf("the updates of noise in activations take the data: %w", err)
	}
	if sum := data.Hash(train, test); sum != p.header.Data {
		return nil, fmt.Errorf("a run on other data: sha256 %x, and that of %s is %x", p.header.Data, dataName(p.task, dir), sum)
	}
	c, _, err := p.settings.classifier(net, train)
	return c, err
}
