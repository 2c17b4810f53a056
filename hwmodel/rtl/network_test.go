package rtl_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/Kaleaon/pentary-go/data"
	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/hwmodel/rtl"
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/nn"
	"github.com/Kaleaon/pentary-go/packed"
)

// TestNetworkLayer trains a network with the library, computes its first layer on the tile of
// pent_top (64 inputs as four accumulating tiles), and compares every accumulator and
// activation with the kernels.
func TestNetworkLayer(t *testing.T) {
	need(t, "iverilog", "vvp")
	net, data := trained(t)
	layer := net.Matrices()[0]

	const (
		tiles   = 4
		samples = 3
		send    = tiles*(1+3*rows*cols/8+1+cols) + 1 + 2
		receive = 4*rows + rows
	)
	var inputs, want []record
	for i := range samples {
		x := data.Sample(i * data.Len() / samples)
		var line host
		port := rtl.NewPort(&line, rows, cols)
		part := packed.NewMatrix(rows, cols)
		for tile := range tiles {
			for r := range rows {
				for c := range cols {
					part.Set(r, c, layer.W.At(r, tile*cols+c))
				}
			}
			product := port.Accumulate
			if tile == 0 {
				product = port.Multiply
			}
			must(t, port.Load(part))
			must(t, product(x[tile*cols:][:cols]))
		}
		must(t, port.Read(make([]int32, rows)))
		must(t, port.Activate(make([]int8, rows), layer.Shift, layer.ReLU))
		in := &writer{}
		line.put(in, send, func() int { return 0 })
		inputs = append(inputs, in.bits)

		var y [rows]int32
		var q [rows]int8
		kernels.MatMul(y[:], layer.W, x, 1)
		kernels.Requantize(q[:], y[:], rows, 1, kernels.Output{Shift: layer.Shift, ReLU: layer.ReLU})
		w := &writer{}
		for _, v := range y {
			w.put(uint64(v), 32)
		}
		for _, v := range q {
			w.put(uint64(v), 8)
		}
		want = append(want, w.bits)
	}
	top := bench{name: "top", params: []string{fmt.Sprint("SEND=", send), fmt.Sprint("RECEIVE=", receive)}, in: topOp * send, out: 8 * receive}
	for i, got := range icarus(t, &top, inputs) {
		if hexOf(got) != hexOf(want[i]) {
			t.Errorf("sample %d:\n got %s\nwant %s", i, hexOf(got), hexOf(want[i]))
		}
	}
}

// trained returns a network, trained for a few generations to find the bright row of an 8×8
// picture, and the pictures.
func trained(t *testing.T) (*nn.Model, *data.Dataset) {
	t.Helper()
	r := rand.New(rand.NewPCG(1, 1))
	data := &data.Dataset{Features: 64, Classes: 8}
	for i := range 64 {
		for row := range 8 {
			for range 8 {
				v := r.IntN(61) - 90
				if row == i%8 {
					v += 120
				}
				data.Inputs = append(data.Inputs, int8(v))
			}
		}
		data.Labels = append(data.Labels, uint8(i%8))
	}
	net := nn.NewMLP(1, 64, rows, 8)
	before := net.Matrices()[0].W.Clone()
	evaluator, err := nn.NewEvaluator(net, nn.Classify(data), nn.EvaluatorOptions{Streams: 32})
	must(t, err)
	opt, err := es.New(net.Parameters(), evaluator, es.Options{Seed: 1, Generations: 10, Pairs: 32})
	must(t, err)
	must(t, opt.Run(t.Context()))
	if net.Matrices()[0].W.Equal(before) {
		t.Fatal("training has moved no weight")
	}
	return net, data
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
