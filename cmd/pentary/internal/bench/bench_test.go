package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"io"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/machine"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/report"
	"github.com/Kaleaon/pentary-go/kernels"
)

// A run measures each case with every implementation, in order, and restores the state of the
// program.
func TestRun(t *testing.T) {
	if testing.Short() {
		t.Skip("measures for seconds")
	}
	selected, procs := kernels.Selected(), runtime.GOMAXPROCS(0)
	var steps []Progress
	var emitted []Measurement
	r := Run(t.Context(), Options{Quick: true, Kernels: []string{"Noise", "PopulationForward", "LogProb"}},
		func(p Progress) { steps = append(steps, p) }, func(m Measurement) { emitted = append(emitted, m) })
	if r.Interrupted || r.LeftOut == 0 && len(r.Bandwidths) != 3 || !slices.Equal(r.Measurements, emitted) {
		t.Errorf("%d of %d measurements emitted, %+v", len(emitted), len(r.Measurements), r)
	}
	last := steps[len(steps)-1]
	if first := steps[0]; first.Done != 0 || last.Done >= last.Total || last.Total != len(emitted)+r.LeftOut {
		t.Errorf("progress from %+v to %+v, %d measurements", first, last, len(emitted))
	}
	for _, m := range r.Measurements {
		check(t, m)
	}
	if r.LeftOut == 0 && !slices.Equal(r.impls(), kernels.Implementations()) {
		t.Errorf("measured %v, want %v", r.impls(), kernels.Implementations())
	}
	if kernels.Selected() != selected || runtime.GOMAXPROCS(0) != procs {
		t.Errorf("left %s on %d threads, want %s on %d", kernels.Selected(), runtime.GOMAXPROCS(0), selected, procs)
	}
}

// check checks that a measurement has the required figures.
func check(t *testing.T, m Measurement) {
	t.Helper()
	product := m.Kernel == "PopulationForward"
	bounded := product && m.Impl != Generic
	for _, figure := range []struct {
		name  string
		value float64
		want  bool
	}{
		{"gmacs", m.GMACs, product},
		{"gmacs_best", m.GMACsBest, product},
		{"efficiency", m.Efficiency, product},
		{"bound", m.Bound, bounded},
		{"fraction", m.Fraction, bounded},
		{"pents_per_second", m.PentsPerSecond, m.Kernel == "Noise"},
		{"bytes_per_second", m.BytesPerSecond, true},
		{"speedup", m.Speedup, m.Impl != Generic},
		{"stream_fraction", m.StreamFraction, false},
		{"scaling", m.Scaling, false},
	} {
		if figure.want != (figure.value > 0) {
			t.Errorf("%s %s of %s: %s is %g", m.Kernel, m.Shape(), m.Impl, figure.name, figure.value)
		}
	}
}

func TestRunIsCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r := Run(ctx, Options{}, func(Progress) {}, func(m Measurement) { t.Errorf("measured %+v", m) })
	if !r.Interrupted || r.LeftOut == 0 {
		t.Errorf("%+v", r)
	}
	if err := r.WriteRoofline(io.Discard); err != nil {
		t.Error(err)
	}
}

func TestCheck(t *testing.T) {
	for _, test := range []struct {
		o    Options
		want string
	}{
		{Options{}, ""},
		{Options{Impls: []string{Generic}, Kernels: []string{"matmul", "LogProb"}}, ""},
		{Options{Impls: []string{"abacus"}}, `--impl abacus: not on this CPU: want generic`},
		{Options{Kernels: []string{"fft"}}, `--kernel fft: want MatMul|MatVec`},
	} {
		err := test.o.Check()
		if (err == nil) != (test.want == "") || err != nil && !strings.HasPrefix(err.Error(), test.want) {
			t.Errorf("%+v: error %v, want %q", test.o, err, test.want)
		}
	}
}

func TestShape(t *testing.T) {
	for _, test := range []struct {
		m    Measurement
		want string
	}{
		{Measurement{M: 64, K: 64, N: 64}, "64³"},
		{Measurement{M: 64, K: 64, N: 8}, "64²×8"},
		{Measurement{M: 1, K: 2, N: 3}, "1×2×3"},
		{Measurement{K: 2, N: 3}, "2×3"},
		{Measurement{M: 2, N: 3}, "2×3"},
		{Measurement{K: 2}, "2"},
		{Measurement{N: 3}, "3"},
	} {
		if got := test.m.Shape(); got != test.want {
			t.Errorf("%+v is %s, want %s", test.m, got, test.want)
		}
	}
}

func TestDigits(t *testing.T) {
	for v, want := range map[float64]float64{0: 0, 123456789: 123460000, 0.98765432: 0.98765, -1.234567: -1.2346} {
		if got := digits(v); got != want {
			t.Errorf("%g becomes %g, want %g", v, got, want)
		}
	}
}

// sample is a possible report of a run.
func sample() *Report {
	return &Report{
		Machine:    machine.Machine{CPU: "Abacus <9> & Co", Platform: "linux/amd64", Go: "go1.26"},
		Bandwidths: []Bandwidth{{"L1", 1 << 14, 160e9}, {"L2", 1 << 20, 100e9}, {"memory", 1 << 29, 13e9}},
		Measurements: []Measurement{
			{Kernel: "MatMul", Impl: Generic, M: 64, K: 64, N: 64, GMACs: 1.5, GMACsBest: 2, Bytes: 22016},
			{Kernel: "MatMul", Impl: "avx2", M: 1024, K: 1024, N: 1024, GMACs: 120, GMACsBest: 123, Bound: 136, Fraction: 0.882, Speedup: 80, Bytes: 5636096},
			{Kernel: "MatVec", Impl: "avx2", M: 16384, K: 16384, N: 1, GMACs: 32, GMACsBest: 33, Bound: 136, Fraction: 0.235, StreamFraction: 0.82, Bytes: 100745216},
			{Kernel: "PopulationForward", Impl: "avx2", M: 1024, K: 1024, N: 256, Rank: 4, GMACs: 110, GMACsBest: 114, Bound: 136, Fraction: 0.81, Efficiency: 0.93, Bytes: 1703936},
			{Kernel: "MatMul", Impl: "avx2", M: 2048, K: 2048, N: 2048, Threads: 2, GMACs: 230, GMACsBest: 239, Bound: 272, Fraction: 0.85, Scaling: 1.96, Bytes: 22544384},
			{Kernel: "Noise", Impl: "avx2", N: 65536, PentsPerSecond: 7.3e9, BytesPerSecond: 7.3e9, BytesPerSecondBest: 7.4e9, Speedup: 17.4, Bytes: 65536},
		},
	}
}

func TestTable(t *testing.T) {
	var out strings.Builder
	sample().Write(&report.Printer{Writer: &out})
	const want = `Abacus <9> & Co  linux/amd64, go1.26, one thread unless stated
Reads   L1 160 GB/s, L2 100 GB/s, memory 13.0 GB/s

generic
  kernel  shape  GMAC/s  best
  MatMul  64³       1.5   2.0

avx2  multiply-adds in registers: up to 136.0 GMAC/s
  kernel             shape      GMAC/s   best  of bound  × generic
  MatMul             1024³       120.0  123.0    88.2 %       80.0
  MatVec             16384²×1     32.0   33.0    23.5 %             82.0 % of read bandwidth
  PopulationForward  1024²×256   110.0  114.0    81.0 %             rank 4, 93.0 % of the plain product
  MatMul             2048³       230.0  239.0    85.0 %             2 threads, 1.96× one

  kernel  shape  GB/s  best  pents/s  × generic
  Noise   65536  7.30  7.40   7.30 G       17.4
`
	if out.String() != want {
		t.Errorf("wrote\n%s\nwant\n%s", out.String(), want)
	}
}

func TestJSON(t *testing.T) {
	r := sample()
	for i, want := range map[int]string{
		1: `{"kernel":"MatMul","impl":"avx2","m":1024,"k":1024,"n":1024,"gmacs":120,"gmacs_best":123,"bound":136,"fraction":0.882,"speedup":80}`,
		3: `{"kernel":"PopulationForward","impl":"avx2","m":1024,"k":1024,"n":256,"rank":4,"gmacs":110,"gmacs_best":114,"bound":136,"fraction":0.81,"efficiency":0.93}`,
	} {
		got, err := json.Marshal(r.Measurements[i])
		if err != nil || string(got) != want {
			t.Errorf("%s, error %v, want %s", got, err, want)
		}
	}
}

// The picture is well-formed and labelled.
func TestRoofline(t *testing.T) {
	var out bytes.Buffer
	if err := sample().WriteRoofline(&out); err != nil {
		t.Fatal(err)
	}
	texts := map[string]bool{}
	for d := xml.NewDecoder(&out); ; {
		token, err := d.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if data, ok := token.(xml.CharData); ok {
			texts[strings.TrimSpace(string(data))] = true
		}
	}
	for _, want := range []string{
		"Roofline of Abacus <9> & Co · avx2, one thread", "avx2: 136 GMAC/s", "L1: 160 GB/s", "memory: 13.0 GB/s",
		"1024³", "16384²×1", "1024²×256 r4", "MatMul", "MatVec", "PopulationForward", "1", "100",
	} {
		if !texts[want] {
			t.Errorf("no text %q", want)
		}
	}
	for _, unwanted := range []string{"UpdateResidual", "64³", "2048³"} {
		if texts[unwanted] {
			t.Errorf("unexpected text %q", unwanted)
		}
	}
}

// A printed run can be parsed, and compared with a run with other shapes, implementations and
// rates.
func TestCompare(t *testing.T) {
	var text bytes.Buffer
	saved := sample()
	for _, m := range saved.Measurements {
		line, _ := json.Marshal(m)
		text.WriteString(`{"event":"measurement",` + string(line[1:]) + "\n")
	}
	line, _ := json.Marshal(saved)
	text.WriteString(`{"event":"result",` + string(line[1:]) + "\n")
	read, err := Parse(text.Bytes())
	if err != nil || read.CPU != saved.CPU || len(read.Measurements) != len(saved.Measurements) {
		t.Fatalf("read %+v, error %v", read, err)
	}
	here := sample()
	here.Measurements = append(here.Measurements[1:], Measurement{Kernel: "MatMul", Impl: "avx512vnni", M: 1024, K: 1024, N: 1024, GMACs: 300},
		Measurement{Kernel: "Gate", Impl: "avx2", M: 256, N: 64, BytesPerSecond: 1e9})
	var out strings.Builder
	here.WriteComparison(&report.Printer{Writer: &out}, read)
	for _, line := range []string{"MatMul 1024³ ", "300 GMAC/s  avx512vnni", "120 GMAC/s", "2.50", "PopulationForward 1024²×256, rank 4 ", "MatMul 2048³, 2 threads "} {
		if !strings.Contains(out.String(), line) {
			t.Errorf("no %q in\n%s", line, out.String())
		}
	}
	for _, unwanted := range []string{"Gate", "64³"} {
		if strings.Contains(out.String(), unwanted) {
			t.Errorf("%q, which is not in both, in\n%s", unwanted, out.String())
		}
	}
	for text, want := range map[string]string{
		"":                           "no result",
		`{"event":"measurement"}`:    "no result",
		"pents":                      "invalid character",
		`{"event":"result","cpu":1}`: "cannot unmarshal",
	} {
		if _, err := Parse([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want %q", text, err, want)
		}
	}
}
