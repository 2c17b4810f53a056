package programs

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/Kaleaon/pentary-go/data"
	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/internal/hw/exec"
	"github.com/Kaleaon/pentary-go/internal/hw/isa"
	"github.com/Kaleaon/pentary-go/nn"
)

// trained returns a network trained for a few generations.
func trained(t *testing.T, data *data.Dataset, widths ...int) *nn.Model {
	t.Helper()
	net := nn.NewMLP(3, widths...)
	c, err := nn.NewEvaluator(net, nn.Classify(data), nn.EvaluatorOptions{Streams: 16})
	if err != nil {
		t.Fatal(err)
	}
	opt, err := es.New(net.Parameters(), c, es.Options{Generations: 20, Pairs: 32, Sigma: 2})
	if err != nil {
		t.Fatal(err)
	}
	if err := opt.Run(context.Background()); err != nil {
		t.Fatal(err)
	}
	return net
}

// The outputs of a compiled network are bit-identical to nn.Runner's.
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
			m, err := p.Machine(exec.ObserverFunc(func(e exec.Event) {
				ops[e.Inst.Op]++
				if e.Inst.Op == isa.MATVEC {
					weights += e.Weights.Total()
				}
			}))
			if err != nil {
				t.Fatal(err)
			}
			if err := p.Load(m, data); err != nil {
				t.Fatal(err)
			}
			if err := p.Check(m); err == nil {
				t.Error("outputs before the program has run")
			}
			if err := m.Run(context.Background()); err != nil {
				t.Fatal(err)
			}
			if err := p.Check(m); err != nil {
				t.Error(err)
			}
			want, err := net.Confusion(data)
			if err != nil {
				t.Fatal(err)
			}
			if got := p.Confusion(m, data); fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("%v by %d: confusion %v, want %v", widths, columns, got, want)
			}
			if ops[isa.MATVEC] != batches*len(net.Layers) || weights != batches*net.Size() {
				t.Errorf("%v by %d: %d products of %d weights", widths, columns, ops[isa.MATVEC], weights)
			}
		}
	}
}

func TestMLPErrors(t *testing.T) {
	samples := blobs(4, 30, 6, 100)
	net := nn.NewMLP(1, 30, 6)
	for _, test := range []struct {
		columns, batches int
		want             string
	}{
		{1, 0, "0 batches of 1 columns"},
		{0, 1, "1 batches of 0 columns"},
		{1 << 30, 1, "tensors exceed a memory of 1073741824"},
		{1 << 10, 1 << 24, "tensors exceed a memory of 1073741824"},
	} {
		if _, err := CompileMLP(net, test.columns, test.batches); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("error %v, want %q in it", err, test.want)
		}
	}
	p, err := CompileMLP(net, 10, 9)
	if err != nil {
		t.Fatal(err)
	}
	m, err := p.Machine()
	if err != nil {
		t.Fatal(err)
	}
	for want, wrong := range map[string]*data.Dataset{
		"100 samples for 9 batches of 10 columns":                    samples,
		"network of 30→6 for a dataset of 31 features and 6 classes": blobs(4, 31, 6, 50),
		"network of 30→6 for a dataset of 30 features and 7 classes": blobs(4, 30, 7, 50),
		"dataset of 0 samples": {},
	} {
		if err := p.Load(m, wrong); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q in it", err, want)
		}
	}
}
