package train

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/console"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/settings"
	"github.com/Kaleaon/pentary-go/es/journal"
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/lowrank"
	"github.com/Kaleaon/pentary-go/packed"
	"github.com/Kaleaon/pentary-go/train"
)

// config is the configuration in a journal's header, as JSON: everything that determines a run, and
// the locations of its data and outputs.
type config struct {
	Task      string            `json:"task"`
	Data      string            `json:"data,omitempty"`      // absolute path; not part of the identity
	Out       string            `json:"out,omitempty"`       // absolute path of --out; not part of the identity
	Network   []int             `json:"network"`             // widths, inputs first; null if the settings determine the network
	Settings  map[string]string `json:"settings"`            // by flag
	Optimizer string            `json:"optimizer"`           // identity of the optimizer
	Generator string            `json:"generator,omitempty"` // generator of the noise; empty: Philox, as in earlier versions
	Init      string            `json:"init,omitempty"`      // hash of the initial weights, if from a file
	Earlier   []train.Leg       `json:"earlier,omitempty"`   // earlier legs of an extended run
}

// text returns the configuration in its canonical form.
func (c *config) text() string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(c); err != nil { // maps are encoded in order of their keys
		panic(err)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// parseConfig parses the configuration of a header.
func parseConfig(text string) (*config, error) {
	d := json.NewDecoder(bytes.NewReader([]byte(text)))
	d.DisallowUnknownFields()
	c := &config{}
	err := d.Decode(c)
	if err == nil {
		if _, err = d.Token(); err == io.EOF {
			return c, nil
		}
		err = errors.New("more than one value")
	}
	return nil, fmt.Errorf("configuration: %w", err)
}

// generator returns the generator of the noise, or an error if it is unknown to this version.
func (c *config) generator() (kernels.Generator, error) {
	for _, g := range []kernels.Generator{kernels.ARS4x32, kernels.Philox4x32} {
		if c.Generator == g.String() {
			return g, nil
		}
	}
	if c.Generator == "" {
		return kernels.Philox4x32, nil
	}
	return 0, fmt.Errorf("noise generator %.32q, want %v or %v", c.Generator, kernels.ARS4x32, kernels.Philox4x32)
}

// difference returns an error that names the first difference between the runs of c and other, or
// nil. Values that other does not have yet, without its data, are ignored.
func (c *config) difference(other *config) error {
	if c.Task != other.Task {
		return fmt.Errorf("task %s, not %s", c.Task, other.Task)
	}
	for _, name := range slices.Sorted(maps.Keys(other.Settings)) {
		if have, want := c.Settings[name], other.Settings[name]; have != want {
			return fmt.Errorf("--%s %s, not %s", name, have, want)
		}
	}
	switch {
	case c.Init != other.Init:
		return errors.New("different initial weights, see --init")
	case other.Network != nil && !slices.Equal(c.Network, other.Network):
		return fmt.Errorf("network %s, not %s", settings.Network(c.Network), settings.Network(other.Network))
	case other.Optimizer != "" && c.Optimizer != other.Optimizer:
		return fmt.Errorf("optimizer %q, not %q", c.Optimizer, other.Optimizer)
	}
	return nil
}

// plan is a run as described by the journal in its directory.
type plan struct {
	dir    string
	header journal.Header
	config *config // with defaults for settings unknown to its version
	kind   kind
	made   train.Task
}

// hasDataFlag reports whether the data of a kind are files, which --data can name.
func hasDataFlag(k kind) bool {
	if _, ok := k.(*finetune); ok {
		return true // the model, which is an argument of its own command
	}
	var path string
	f := console.NewFlags()
	k.dataFlag(f, &path)
	return f.Lookup("data") != nil
}

// readPlan returns the plan of the run in a directory.
func readPlan(dir string) (*plan, error) {
	if info, err := os.Stat(dir); err == nil && !info.IsDir() {
		return nil, fmt.Errorf("no run in %s: it is a file, want a directory", dir)
	}
	r, err := journal.Read(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("no run in %s: %w", dir, err)
	} else if err != nil {
		return nil, err
	}
	h := r.Header()
	if err := r.Close(); err != nil {
		return nil, err
	}
	p, err := newPlan(h)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", dir, err)
	}
	p.dir = dir
	return p, nil
}

// newPlan returns the plan described by a header, without a directory.
func newPlan(h journal.Header) (p *plan, err error) {
	p = &plan{header: h}
	if p.config, err = parseConfig(p.header.Config); err == nil {
		if p.kind, err = find(p.config.Task); err == nil {
			err = settings.SetTexts(p.kind, p.config.Settings)
		}
	}
	if err == nil {
		var g kernels.Generator
		if g, err = p.config.generator(); err == nil {
			p.kind.SetGenerator(g)
		}
	}
	if err == nil {
		p.config.Settings = settings.Texts(p.kind)
		err = p.kind.Check()
	}
	return p, err
}

// existing returns the plan of the run in a directory, or nil if there is none.
func existing(dir string) (*plan, error) {
	p, err := readPlan(dir)
	if !errors.Is(err, fs.ErrNotExist) {
		return p, err
	}
	if _, err := os.Lstat(train.ModelPath(dir)); err == nil {
		return nil, fmt.Errorf("%s: %w, but there is no journal of its training in the folder", train.ModelPath(dir), fs.ErrExist)
	}
	return nil, nil
}

// inputs returns the files and folders named by the run, by description.
func (p *plan) inputs() map[string]string {
	inputs := map[string]string{"the run": p.config.Data}
	if t, ok := p.kind.(*finetune); ok {
		inputs["the fine-tuning"], inputs["the tuning's text"], inputs["the tuning"] = t.Teacher, t.Data, t.Prompts
	}
	return inputs
}

// needsData reports whether the run's updates need the data, or its model their scales.
func (p *plan) needsData() bool {
	switch p.kind.(type) {
	case *table, *finetune:
		return true
	}
	return p.kind.Options().Estimator == lowrank.PerturbActivations
}

// loadData reads the run's data, from path if they have moved.
func (p *plan) loadData(ctx context.Context, path string) error {
	if path == "" {
		path = p.config.Data
	}
	err := p.kind.load(ctx, path)
	if err == nil {
		if name, hash := p.kind.data(); hash != p.header.Data {
			err = fmt.Errorf("%s holds a run on other data: sha256 %x, but %s has %x", p.dir, p.header.Data, name, hash)
		}
	}
	if err != nil && ctx.Err() == nil && hasDataFlag(p.kind) && !strings.Contains(err.Error(), "--data names") {
		err = fmt.Errorf("%w\nUse --data if the data have moved", err)
	}
	return err
}

// options returns the options of the plan's run with a task. Without data, there is no early
// stopping.
func (p *plan) options(t train.Task) train.Options {
	o := train.Options{
		Dir: p.dir, Config: p.header.Config, Earlier: p.config.Earlier, Measurements: p.kind.Measured(),
	}
	if t.Validate != nil {
		e := p.kind.EarlyStop()
		o.Patience, o.Reductions = e.Patience, e.Reductions
	}
	return o
}

// task returns the task of the plan with initial weights. It has no evaluator and measurements
// unless the data have been read.
func (p *plan) task() (train.Task, error) {
	err := p.kind.build(p.config.Network)
	if err != nil {
		return train.Task{}, fmt.Errorf("%s: configuration: %w", p.dir, err)
	}
	err = p.init()
	var t train.Task
	if err == nil {
		t, err = p.kind.task()
	}
	if err == nil {
		var r *train.Run
		if r, err = train.New(t, p.kind.Options(), p.options(t)); err == nil {
			if identity := r.Identity(); identity != p.config.Optimizer {
				err = fmt.Errorf("configuration: optimizer %q, but the settings give %q", p.config.Optimizer, identity)
			}
		}
	}
	if err != nil {
		return t, fmt.Errorf("%s: %w", p.dir, err)
	}
	p.made = t
	return t, nil
}

// initialName is the file in a run's directory with the initial weights from --init.
const initialName = "initial.pent"

// init loads the initial model if the run has one from a file.
func (p *plan) init() error {
	if p.config.Init == "" {
		return nil
	}
	path := filepath.Join(p.dir, initialName)
	f, err := packed.ReadFile(path)
	if err != nil {
		return err
	}
	if err := p.kind.initial(f); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}
