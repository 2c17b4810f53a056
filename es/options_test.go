package es_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/packed"
)

func ExampleRatio() {
	fmt.Println(es.Residual{Rate: es.Ratio(1, 4)})
	// Output: residual(rate 16384/65536)
}

func TestDefaults(t *testing.T) {
	opt, err := es.New(es.Matrices(packed.NewMatrix(2, 2)), es.Options{Generations: 7})
	if err != nil {
		t.Fatal(err)
	}
	want := es.Options{
		Generations: 7, Pairs: 128, Rank: 1, Law: kernels.Binomial, Fitness: es.FourBit,
		Rule: es.Residual{Rate: es.Ratio(3, 10)}, Schedule: es.Linear,
	}
	if opt.Options() != want {
		t.Errorf("defaults %+v, want %+v", opt.Options(), want)
	}
}

func TestOptionErrors(t *testing.T) {
	for _, test := range []struct {
		change func(o *es.Options)
		want   string
	}{
		{func(o *es.Options) { o.Generations = 0 }, "0 generations"},
		{func(o *es.Options) { o.Generations = -1 }, "-1 generations"},
		{func(o *es.Options) { o.Generations = 1 << 31 }, "2147483648 generations, want 1 to 2^31-1"},
		{func(o *es.Options) { o.Pairs = -1 }, "-1 pairs"},
		{func(o *es.Options) { o.Pairs = es.MaxPairs + 1 }, "4194305 pairs, want 1 to 4194304"},
		{func(o *es.Options) { o.Pairs, o.Rank = es.MaxPairs, 5 }, "4194304 pairs of rank 5 make 20971520 terms"},
		{func(o *es.Options) { o.Rank = -1 }, "rank -1"},
		{func(o *es.Options) { o.Rank = 257 }, "rank 257, want 1 to 256"},
		{func(o *es.Options) { o.Sigma = 21 }, "sigma 2^-21"},
		{func(o *es.Options) { o.Law = 2 }, "unknown law Law(2)"},
		{func(o *es.Options) { o.Fitness = 4 }, "unknown fitness coding Fitness(4)"},
		{func(o *es.Options) { o.Schedule = 5 }, "unknown schedule Schedule(5)"},
		{func(o *es.Options) { o.Rule = es.Residual{} }, "residual rate 0/65536, want more than 0"},
		{func(o *es.Options) { o.Rule = es.Residual{Rate: -1} }, "residual rate -1/65536"},
		{func(o *es.Options) { o.Rule = es.Residual{Rate: es.Ratio(1, 1) + 1} }, "residual rate 65537/65536"},
		{func(o *es.Options) { o.Rule = es.Threshold{} }, "threshold share 0/65536"},
		{func(o *es.Options) { o.Rule = es.Threshold{Share: -1} }, "threshold share -1/65536"},
	} {
		o := es.Options{Generations: 10}
		test.change(&o)
		opt, err := es.New(es.Matrices(packed.NewMatrix(2, 2)), o)
		if opt != nil || err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("error %v, want %q in it", err, test.want)
		}
	}
}

func TestTensorErrors(t *testing.T) {
	sound := packed.NewMatrix(2, 2)
	for _, test := range []struct {
		weights []*packed.Matrix
		want    string
	}{
		{nil, "no tensors"},
		{[]*packed.Matrix{sound, nil}, "tensor 1 is empty"},
		{[]*packed.Matrix{packed.NewMatrix(0, 0), sound}, "tensor 0 is empty"},
		{[]*packed.Matrix{sound, packed.NewMatrix(1, 8193)}, "tensor 1 has 8193 columns, want at most 8192 for rank 256"},
	} {
		opt, err := es.New(es.Matrices(test.weights...), es.Options{Generations: 1, Rank: 256})
		if opt != nil || err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("error %v, want %q in it", err, test.want)
		}
	}
}

func TestStrings(t *testing.T) {
	for _, test := range []struct {
		v    fmt.Stringer
		want string
	}{
		{es.Sign, "sign"},
		{es.FourBit, "4bit"},
		{es.Linear, "linear"},
		{es.Constant, "constant"},
		{es.Residual{Rate: es.Ratio(1, 2)}, "residual(rate 32768/65536)"},
		{es.Threshold{Share: es.Ratio(1, 2)}, "threshold(share 32768/65536)"},
	} {
		if got := test.v.String(); got != test.want {
			t.Errorf("%q, want %q", got, test.want)
		}
	}
}
