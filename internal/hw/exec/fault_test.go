package exec

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/Kaleaon/pentary-go/internal/hw/isa"
)

// faultData is the data of the test programs: valid and invalid descriptors.
const faultData = `
.data
first:	.word 99
y:	.accumulators 0, 4, 6
y2:	.accumulators 24, 4, 6
half:	.accumulators 60, 4, 3
odd:	.accumulators 60, 4, 5
over:	.accumulators 3, 4, 6
tall:	.accumulators 0, 3, 6
w:	.pents 0, 4, 8
bad:	.pents 48, 4, 8
x:	.bytes 0, 8, 6
x2:	.bytes 48, 8, 6
four:	.bytes 0, 4, 6
column:	.bytes 100, 8, 1
image:	.bytes 0, 8, 6, 4, 2
pooled:	.bytes 100, 2, 6, 2, 1
kernel:	.pents 0, 4, 5, 5, 1
outside:
	.bytes 4000, 8, 6
negative:
	.bytes -1, 8, 6
empty:	.bytes 0, 0, 6
huge:	.accumulators 0, 2000000000, 2000000000
plane:	.bytes 0, 8, 6, 3, 1
noise:	.noise 1, 2, 3, 4, 5
law:	.noise 1, 2, 3, 4, 5, 2
seed:	.noise -1, 2, 3, 4, 5
fa:	.pents 96, 2, 4
fb:	.pents 120, 2, 8
factors:
	.factors fa, fb
crossed:
	.factors fa, fa
lost:	.factors fa, 100000
wild:	.factors fa, fb, 1
shifted:
	.factors fa, fb, 128, 31
logits:	.bytes 0, 4, 6
classes:
	.bytes 100, 1, 3
population:
	.population 1, logits, classes
aimless:
	.population 3, logits, classes
squares:
	.population 2, y, half
unlike:	.population 2, y, x
codes:	.bytes 200, 3, 1
codes2:	.bytes 200, 3, 2
sums:	.accumulators 60, 6, 1
residual:
	.bytes 300, 128, 1
update:	.update noise, 2, 1, codes, 1, 100, residual
rule:	.update noise, 2, 1, codes, 4, 100, residual
coding:	.update noise, 2, 4, codes, 1, 100, residual
mixed:	.update noise, 2, 3, sums, 1, 100, residual
wide:	.update noise, 2, 1, codes2, 1, 100, residual
rank:	.update noise, 257, 1, codes, 1, 100, residual
rate:	.update noise, 2, 1, codes, 1, 65537, residual
state:	.update noise, 2, 1, codes, 1, 100, codes
primal:	.update noise, 2, 3, sums, 3, 100, 0
last:	.word 1
`

// Every tensor instruction reports invalid operands. A name stands for a register that holds its
// address.
func TestTensorFaults(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"MATVEC y, w, first", "descriptor at 0 has kind 99, want 2 (bytes)"},
		{"MATVEC y, w, x2", ""},
		{"MATVEC y, w, noise", "has kind 4, want 2 (bytes)"},
		{"MATVEC y, P0, x", "descriptor at 0 has kind 99, want 1 (pents)"},
		{"MATVEC tall, w, x", "3×6 accumulators at 0 as the product of 4×8 pents at 0 and 8×6 bytes at 0"},
		{"MATVEC y, w, four", "4×6 bytes at 0"},
		{"MATVEC y, bad, x", "invalid code"},
		{"MATVEC y, last, x", "no pents descriptor at address"},
		{"MATVEC y, w, outside", "take 48 at 4000, beyond a memory of 1000"},
		{"MATVEC y, w, negative", "take 48 at -1"},
		{"MATVEC y, w, empty", "has rows 0"},
		{"MATVEC huge, w, x", "take 4000000000000000000 at 0"},
		{"RELU x2, plane", "planes of 3×1 in 8×6"},
		{"RELU x, four", "differ in shape"},
		{"RELU x, column", "differ in shape"},
		{"QUANT four, y, 31", "shift 31, want 0 to 30"},
		{"QUANT four, y, 3, y2", "bias: 4×6 accumulators at 24, want 4×1"},
		{"QUANT x, y, 3", "differ in shape"},
		{"POOL pooled, image, 0", "squares of side 0 in planes of 4×2"},
		{"POOL pooled, image, 3", "squares of side 3 in planes of 4×2"},
		{"POOL pooled, image, 1", "want 8×6 with planes of 4×2"},
		{"POOL pooled, image, 2", ""},
		{"CONV y, w, x, 0", "stride 0, want 1 or more"},
		{"CONV y, kernel, image, 1", "kernels of 5×1 in planes of 4×2"},
		{"CONV y, w, image, 1", "for 1 channels and kernels of 1×1"},
		{"CONV y, w, x, 1", ""},
		{"CONV tall, w, x, 1", "want 4×6 with planes of 1×1"},
		{"LOADV x, noise", "has kind 4, want 2"},
		{"LOADV noise, x", "is noise, want a tensor"},
		{"LOADV first, x", "no descriptor at address 0: the kind is 99"},
		{"LOADV x, four", "overlap"},
		{"LOADV x2, column", "differ in shape"},
		{"LOADV y, half, P28", "is not a column of"},
		{"LOADV x, column, P28", "no column 1000 in 8×6 bytes"},
		{"STOREV column, x, P28", "no column 1000 in 8×6 bytes"},
		{"LOADV w, w", "overlap"},
		{"LRGEN factors, noise, 3", "want 3 rows each"},
		{"LRGEN factors, noise, 0", "want 0 rows each"},
		{"LRGEN crossed, noise, 2", "overlap"},
		{"LRGEN lost, noise, 2", "factor B: no pents descriptor at address 100000"},
		{"LRGEN factors, law, 2", "has law 2, want 0 to 1"},
		{"LRGEN factors, seed, 2", "has seed_low -1, want 0 to 4294967295"},
		{"LRGEN factors, x, 2", "has kind 2, want 4 (noise)"},
		{"LRMUL y, wild, x, 2", "multiplier 1, want 128 to 256; LRGEN sets it"},
		{"LRMUL y, shifted, x, 2", "shift 31, want 0 to 30"},
		{"LRMUL tall, wild, x, 2", "3×6 accumulators at 0 for factors of 4×8 and 8×6 bytes"},
		{"LRMUL fa, factors, P0, 2", "want 4×8"},
		{"LRMUL w, factors, P0, 2", ""},
		{"LRADD odd, y, y", "odd number of columns"},
		{"LRADD y, half, odd", "for 4×6 accumulators at 0, want as many columns or half"},
		{"LRADD over, y, half", "overlap"},
		{"LRADD y, x, x", "want accumulators or pents"},
		{"LRADD y, y, w", "has kind 1, want 3"},
		{"LRADD y, w, w", "differ in shape"},
		{"POPEVAL first, population, 3", "for 3 members with targets"},
		{"POPEVAL P27, population, 2", "scores: 2 words at address -1"},
		{"POPEVAL first, population, 0", "scores: 0 words"},
		{"POPEVAL first, aimless, 2", "objective 3"},
		{"POPEVAL first, unlike, 1", "targets: descriptor at"},
		{"POPEVAL first, squares, 2", ""},
		{"POPAVG update, first, 5", "5 members, want an even number"},
		{"POPAVG update, first, 8", "codes: 3×1 bytes at 200, want 4×1"},
		{"POPAVG update, first, 7000", "scores: 7000 words"},
		{"POPAVG update, first, 6", ""},
		{"POPAVG rule, first, 6", "has rule 4"},
		{"POPAVG coding, first, 6", "has coding 4"},
		{"POPAVG mixed, first, 6", "has rule 1, which does not take coding 3"},
		{"POPAVG wide, first, 6", "codes: 3×2 bytes at 200, want one column"},
		{"POPAVG primal, first, 5", "codes: 6×1 accumulators at 60, want 5×1"},
		{"PQUANT w, update, 4", "4 levels, want 5"},
		{"PQUANT w, y, 5", "differ in shape"},
		{"PQUANT w, x, 5", "has kind 2, want 3"},
		{"PQUANT w, first, 5", "no descriptor at address 0: the kind is 99"},
		{"PQUANT bad, update, 5", "invalid code"},
		{"PQUANT w, rank, 5", "rank 257, want 1 to 256"},
		{"PQUANT w, rate, 5", "rate 65537, want 0 to 65536"},
		{"PQUANT w, state, 5", "residuals: 3×1 bytes at 200, want 128×1"},
		{"PQUANT w, primal, 5", "σ of 0 and rate 100"},
		{"PQUANT w, update, 5", ""},
		{"PRNG P1, noise, P27", "bound -1, want 1 to 2^32"},
		{"PRNG P1, x", "has kind 2, want 4 (noise)"},
	} {
		m := faultMachine(t, test.text)
		err := m.Run(context.Background())
		fault := &Fault{}
		switch {
		case test.want == "" && err != nil:
			t.Errorf("%s: %v", test.text, err)
		case test.want != "" && (!errors.As(err, &fault) || !strings.Contains(err.Error(), test.want) || !strings.HasPrefix(err.Error(), "line 10: ")):
			t.Errorf("%s: error %v, want %q in it", test.text, err, test.want)
		}
	}
}

// faultMachine returns a machine for one instruction, on line 10, with names as registers.
func faultMachine(t *testing.T, text string) *Machine {
	t.Helper()
	fields := strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == ',' })
	program := "ADDI P28, P0, 1000\nADDI P27, P0, -1\n"
	for i, name := range fields[1:] {
		if name[0] >= 'a' {
			fields[i+1] = fmt.Sprintf("P%d", 10+i)
			program += fmt.Sprintf("ADDI %s, P0, %s\n", fields[i+1], name)
		}
	}
	for strings.Count(program, "\n") < 9 {
		program += "\n"
	}
	m := assemble(t, program+fields[0]+" "+strings.Join(fields[1:], ", ")+"\nHALT\n"+faultData,
		Config{Words: 313, Pents: 500, Bytes: 1000, Accumulators: 100})
	for _, name := range []string{"w", "fa", "fb"} {
		tensor, err := m.Tensor(name)
		if err != nil {
			t.Fatal(err)
		}
		codes := make([]uint8, tensor.Rows*32)
		for i := range codes {
			codes[i] = 2
		}
		m.pack(tensor, codes)
	}
	for i := range m.pents[48:96] {
		m.pents[48+i] = 0xff
	}
	return m
}

func TestAccessErrors(t *testing.T) {
	m := faultMachine(t, "NOP")
	for want, err := range map[string]error{
		`no data symbol "foo"`:          errorOf(m.Tensor("foo")),
		"noise: descriptor at":          errorOf(m.Tensor("noise")),
		"outside: tensor at":            errorOf(m.Tensor("outside")),
		"address 313 of a data memory":  errorOf(m.Word(313)),
		"address -1 of a data memory":   m.SetWord(-1, 0),
		"4×8 pents at 48: packed: inva": errorOf(m.Matrix(Tensor{Kind: isa.Pents, Base: 48, Rows: 4, Cols: 8})),
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q in it", err, want)
		}
	}
	if err := m.SetWord(7, wordMax+1); err != nil || m.words[7] != -wordMax {
		t.Errorf("a word beyond the range is stored as %d, error %v", m.words[7], err)
	}
}

func errorOf[T any](_ T, err error) error { return err }
