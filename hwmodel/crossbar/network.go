package crossbar

import (
	"fmt"

	"github.com/Kaleaon/pentary-go/data"
	"github.com/Kaleaon/pentary-go/internal/reuse"
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/nn"
)

// Network is an MLP whose layers' products are those of crossbars; the rest of it is
// digital. The weights stay the MLP's: Update writes what has changed of them.
type Network struct {
	MLP    *nn.MLP
	Layers []*Crossbar
}

// NewNetwork returns the network with its weights programmed into chips of a kind.
func NewNetwork(m *nn.MLP, config Config) (*Network, error) {
	n := &Network{MLP: m}
	for i, l := range m.Layers {
		c := config
		c.Seed = layerSeed(config.Seed, i)
		layer, err := New(c, l.W)
		if err != nil {
			return nil, fmt.Errorf("layer %d: %w", i, err)
		}
		n.Layers = append(n.Layers, layer)
	}
	return n, nil
}

// layerSeed returns the seed of a layer's chip, so that no two layers are alike.
func layerSeed(seed uint64, layer int) uint64 {
	lo, _ := halves(kernels.Philox([4]uint32{uint32(layer)}, [2]uint32{uint32(seed), uint32(seed >> 32)}))
	return lo
}

// Update writes the cells of weights that have changed, and returns how many that are.
func (n *Network) Update() (written int) {
	for i, l := range n.Layers {
		written += l.Update(n.MLP.Layers[i].W)
	}
	return written
}

// Refresh writes all cells anew.
func (n *Network) Refresh() (written int) {
	for _, l := range n.Layers {
		written += l.Refresh()
	}
	return written
}

// Advance lets time pass, see Crossbar.Advance.
func (n *Network) Advance(seconds, celsius float64) error {
	for _, l := range n.Layers {
		if err := l.Advance(seconds, celsius); err != nil {
			return err
		}
	}
	return nil
}

// Wear returns the wear of all layers.
func (n *Network) Wear() Wear {
	w := n.Layers[0].Wear()
	for _, l := range n.Layers[1:] {
		w.Add(l.Wear())
	}
	return w
}

// NetworkWorkspace holds the activations of one goroutine's forward pass.
type NetworkWorkspace struct {
	product Workspace
	y       []int32
	act     [2][]int8 // of the layers by turns
	x       []int8    // of Accuracy
}

// Forward runs a batch of columns through the network and returns the outputs in
// quads, which are the workspace's until its next use, and what the checksums say.
func (n *Network) Forward(ws *NetworkWorkspace, x []int8, columns int, read Read) ([]int8, Check) {
	var check Check
	for i, l := range n.Layers {
		y := ws.accumulators(l, columns)
		check.Add(l.Product(&ws.product, y, x, columns, read))
		x = ws.activations(n.MLP.Layers[i], i, y, columns)
	}
	return x, check
}

// Calibrate calibrates the layers, first to last, by a dataset's first samples.
func (n *Network) Calibrate(data *data.Dataset) {
	columns := min(chunkColumns, data.Len())
	ws := &NetworkWorkspace{}
	x := ws.inputs(data, 0, columns)
	for i, l := range n.Layers {
		l.Calibrate(x, columns)
		y := ws.accumulators(l, columns)
		l.Product(&ws.product, y, x, columns, Read{Number: calibrationRead})
		x = ws.activations(n.MLP.Layers[i], i, y, columns)
	}
}

// Accuracy returns how many samples of a dataset the network assigns to their class, in
// reads of that number, and what the checksums say.
func (n *Network) Accuracy(data *data.Dataset, read uint32) (correct int, check Check, err error) {
	if err := n.checkData(data); err != nil {
		return 0, Check{}, err
	}
	ws := &NetworkWorkspace{}
	for at := 0; at < data.Len(); at += chunkColumns {
		columns := min(chunkColumns, data.Len()-at)
		logits, c := n.Forward(ws, ws.inputs(data, at, columns), columns, Read{read, at})
		check.Add(c)
		for i, label := range data.Labels[at : at+columns] {
			if argmax(logits, i, n.MLP.Outputs(), columns) == int(label) {
				correct++
			}
		}
	}
	return correct, check, nil
}

func (n *Network) checkData(data *data.Dataset) error {
	if err := data.Check(); err != nil {
		return err
	}
	if n.MLP.Inputs() != data.Features || n.MLP.Outputs() != data.Classes {
		return fmt.Errorf("crossbar: network of %d→%d for data of %d features and %d classes",
			n.MLP.Inputs(), n.MLP.Outputs(), data.Features, data.Classes)
	}
	return nil
}

// inputs returns samples of a dataset as a batch.
func (ws *NetworkWorkspace) inputs(data *data.Dataset, at, columns int) []int8 {
	ws.x = reuse.Slice(ws.x, kernels.Quads(data.Features)*4*columns)
	kernels.Interleave(ws.x, data.Inputs[at*data.Features:(at+columns)*data.Features], data.Features, columns)
	return ws.x
}

func (ws *NetworkWorkspace) accumulators(l *Crossbar, columns int) []int32 {
	ws.y = reuse.Slice(ws.y, l.rows*columns)
	return ws.y
}

// activations returns what layer number i makes of its accumulators.
func (ws *NetworkWorkspace) activations(l *nn.Dense, i int, y []int32, columns int) []int8 {
	act := ws.layer(l, i, columns)
	kernels.Requantize(act, y, l.W.Rows(), columns, kernels.Output{Shift: l.Shift, ReLU: l.ReLU})
	return act
}

// layer returns room for the activations of layer number i.
func (ws *NetworkWorkspace) layer(l *nn.Dense, i, columns int) []int8 {
	a := &ws.act[i%2]
	*a = reuse.Slice(*a, kernels.Quads(l.W.Rows())*4*columns)
	return *a
}

// argmax returns the row with the largest activation in column c of m×n, the first of
// equals.
func argmax(x []int8, c, m, n int) int {
	best, at := int8(-128), 0
	for i := range m {
		if v := x[(i/4*n+c)*4+i%4]; v > best {
			best, at = v, i
		}
	}
	return at
}
