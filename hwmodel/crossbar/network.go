package crossbar

import (
	"fmt"

	"github.com/Kaleaon/pentary-go/data"
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/nn"
)

// Network is a model whose products are computed by crossbars; the rest is digital. The model
// owns the weights: after they change, Update writes the changed cells.
type Network struct {
	Model     *nn.Model
	Crossbars []*Crossbar // one per matrix, in order
}

// NewNetwork returns a network with the weights of m programmed into crossbars of the
// configuration.
func NewNetwork(m *nn.Model, config Config) (*Network, error) {
	n := &Network{Model: m}
	for i, d := range m.Matrices() {
		c := config
		c.Seed = layerSeed(config.Seed, i)
		chip, err := New(c, d.W)
		if err != nil {
			return nil, fmt.Errorf("layer %d: %w", i, err)
		}
		n.Crossbars = append(n.Crossbars, chip)
	}
	return n, nil
}

// layerSeed returns the seed of a layer's crossbar; it differs between layers.
func layerSeed(seed uint64, layer int) uint64 {
	lo, _ := halves(kernels.Philox([4]uint32{uint32(layer)}, [2]uint32{uint32(seed), uint32(seed >> 32)}))
	return lo
}

// Update writes the cells of the weights that have changed and returns the number of writes.
func (n *Network) Update() (written int) {
	for i, d := range n.Model.Matrices() {
		written += n.Crossbars[i].Update(d.W)
	}
	return written
}

// Refresh writes all cells again and returns the number of writes.
func (n *Network) Refresh() (written int) {
	for _, c := range n.Crossbars {
		written += c.Refresh()
	}
	return written
}

// Advance calls Crossbar.Advance for every crossbar.
func (n *Network) Advance(seconds, celsius float64) error {
	for _, c := range n.Crossbars {
		if err := c.Advance(seconds, celsius); err != nil {
			return err
		}
	}
	return nil
}

// Wear returns the total wear of the crossbars.
func (n *Network) Wear() Wear {
	w := n.Crossbars[0].Wear()
	for _, c := range n.Crossbars[1:] {
		w.Add(c.Wear())
	}
	return w
}

// reader is an nn.Multiplier that computes products on crossbars.
type reader struct {
	network   *Network
	work      Workspace
	read      Read
	check     Check
	calibrate bool // calibrate each crossbar before its first product
}

// Multiply implements nn.Multiplier.
func (r *reader) Multiply(y []int32, i int, _ *nn.Dense, x []int8, n, column int) {
	c := r.network.Crossbars[i]
	if r.calibrate {
		c.Calibrate(x, n)
	}
	r.check.Add(c.Product(&r.work, y, x, n, Read{r.read.Number, r.read.First + column}))
}

// runner returns a Runner that computes the model's products on the crossbars.
func (n *Network) runner() (*nn.Runner, *reader) {
	r := &reader{network: n}
	run := n.Model.NewRunner(1)
	run.Use(r)
	return run, r
}

// Calibrate calibrates the crossbars, first to last, on the first samples of a dataset. It
// returns an error if the dataset does not fit the model.
func (n *Network) Calibrate(d *data.Dataset) error {
	if err := n.checkData(d); err != nil {
		return err
	}
	run, r := n.runner()
	r.calibrate, r.read = true, Read{Number: calibrationRead}
	columns := min(chunkColumns, d.Len())
	run.Restart(columns)
	x := make([]int8, kernels.Quads(d.Features)*4*columns)
	kernels.Interleave(x, d.Inputs[:columns*d.Features], d.Features, columns)
	run.Step(x)
	return nil
}

// Accuracy returns the number of samples of a dataset that the network classifies correctly,
// and the result of the checksums. read is the Read.Number of the reads.
func (n *Network) Accuracy(d *data.Dataset, read uint32) (correct int, check Check, err error) {
	if err := n.checkData(d); err != nil {
		return 0, Check{}, err
	}
	run, r := n.runner()
	x := make([]int8, kernels.Quads(d.Features)*4*chunkColumns)
	for at := 0; at < d.Len(); at += chunkColumns {
		columns := min(chunkColumns, d.Len()-at)
		r.read = Read{read, at}
		run.Restart(columns)
		batch := x[:kernels.Quads(d.Features)*4*columns]
		kernels.Interleave(batch, d.Inputs[at*d.Features:(at+columns)*d.Features], d.Features, columns)
		logits := run.Step(batch)
		for i, label := range d.Labels[at : at+columns] {
			if nn.Argmax(logits, i, n.Model.Outputs(), columns) == int(label) {
				correct++
			}
		}
	}
	return correct, r.check, nil
}

func (n *Network) checkData(d *data.Dataset) error {
	if err := d.Check(); err != nil {
		return err
	}
	if n.Model.Inputs() != d.Features || n.Model.Outputs() != d.Classes {
		return fmt.Errorf("crossbar: model of %d→%d for data of %d features and %d classes",
			n.Model.Inputs(), n.Model.Outputs(), d.Features, d.Classes)
	}
	return nil
}
