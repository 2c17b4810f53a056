package programs

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/hwmodel/exec"
	"github.com/Kaleaon/pentary-go/hwmodel/isa"
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/nn"
)

// trained returns a network after a few generations.
func trained(t *testing.T, data *nn.Dataset, widths ...int) *nn.MLP {
	t.Helper()
	net := nn.NewMLP(3, widths...)
	c, err := nn.NewClassifier(net, data, 16)
	if err != nil {
		t.Fatal(err)
	}
	opt, err := es.New(net.Parameters(), es.Options{Generations: 20, Pairs: 32, Sigma: 2})
	if err != nil {
		t.Fatal(err)
	}
	if err := opt.Run(context.Background(), c); err != nil {
		t.Fatal(err)
	}
	return net
}

// A compiled network has the outputs of nn.MLP.Forward, to the bit.
func TestMLP(t *testing.T) {
	data := blobs(4, 30, 6, 100)
	for _, widths := range [][]int{{30, 6}, {30, 21, 6}, {30, 16, 9, 6}} {
		net := trained(t, data, widths...)
		for _, shape := range [][2]int{{1, 100}, {7, 15}, {100, 1}} {
			columns, batches := shape[0], shape[1]
			p, err := CompileMLP(net, columns, batches)
			if err != nil {
				t.Fatal(err)
			}
			var ops [isa.PRNG + 1]int
			weights := 0
			confusion, err := p.Confusion(context.Background(), data, exec.ObserverFunc(func(e exec.Event) {
				ops[e.Inst.Op]++
				if e.Inst.Op == isa.MATVEC {
					weights += e.Weights.Total()
				}
			}))
			if err != nil {
				t.Fatal(err)
			}
			want, err := net.Confusion(data)
			if err != nil {
				t.Fatal(err)
			}
			if fmt.Sprint(confusion) != fmt.Sprint(want) {
				t.Errorf("%v by %d: confusion %v, want %v", widths, columns, confusion, want)
			}
			if ops[isa.MATVEC] != batches*len(net.Layers) || weights != batches*net.Size() {
				t.Errorf("%v by %d: %d products of %d weights", widths, columns, ops[isa.MATVEC], weights)
			}
			checkOutputs(t, p, net, data, columns, batches)
		}
	}
}

func checkOutputs(t *testing.T, p *MLP, net *nn.MLP, data *nn.Dataset, columns, batches int) {
	t.Helper()
	m, err := p.Machine()
	if err != nil {
		t.Fatal(err)
	}
	inputs := make([]int8, columns*data.Features)
	for i := range batches {
		for j := range inputs {
			inputs[j] = data.Inputs[(i*len(inputs)+j)%len(data.Inputs)]
		}
		kernels.Interleave(p.Inputs(m, i), inputs, data.Features, columns)
	}
	if err := m.Run(context.Background()); err != nil {
		t.Fatal(err)
	}
	var ws nn.Workspace
	for i := range batches {
		if want := net.Forward(&ws, p.Inputs(m, i), columns); !slices.Equal(p.Outputs(m, i), want) {
			t.Errorf("batch %d of %d columns: other outputs than Forward", i, columns)
		}
	}
}
