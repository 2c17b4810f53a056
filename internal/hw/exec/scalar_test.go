package exec

import (
	"context"
	"errors"
	"math/big"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/Kaleaon/pentary-go/internal/hw/isa"
	"github.com/Kaleaon/pentary-go/trit5"
)

// There is a handler for every operation and no other.
func TestHandlers(t *testing.T) {
	for op := range handlers {
		if has, want := handlers[op] != nil, isa.SpecOf(isa.Op(op)) != nil; has != want {
			t.Errorf("operation %d: handler %t, entry %t", op, has, want)
		}
	}
}

// randomWord returns words of all magnitudes, with a higher probability for the ends of the
// range.
func randomWord(rng *rand.Rand) int64 {
	switch rng.IntN(8) {
	case 0:
		return wordMax - rng.Int64N(3)
	case 1:
		return -wordMax + rng.Int64N(3)
	case 2:
		return rng.Int64N(5) - 2
	}
	n := rng.Int64N(powers[1+rng.IntN(16)])
	return wrap(n)
}

// The references for arithmetic are package trit5, which works on pents, and math/big.
func TestArithmetic(t *testing.T) {
	word := func(v int64) trit5.Word {
		w, overflow := trit5.FromInt64(v)
		if overflow {
			t.Fatalf("%d is no word", v)
		}
		return w
	}
	sum := func(a, b trit5.Word) trit5.Word { s, _ := a.Add(b); return s }
	references := map[isa.Op]func(a, b trit5.Word) trit5.Word{
		isa.ADD:  sum,
		isa.SUB:  func(a, b trit5.Word) trit5.Word { return sum(a, b.Neg()) },
		isa.NEG:  func(a, _ trit5.Word) trit5.Word { return a.Neg() },
		isa.ABS:  func(a, _ trit5.Word) trit5.Word { return a.Abs() },
		isa.MUL2: func(a, _ trit5.Word) trit5.Word { d, _ := a.Mul2(); return d },
		isa.DIV2: func(a, _ trit5.Word) trit5.Word { q, _ := a.Div2(); return q },
		isa.MIN: func(a, b trit5.Word) trit5.Word {
			if a.Cmp(b) < 0 {
				return a
			}
			return b
		},
		isa.MAX: func(a, b trit5.Word) trit5.Word {
			if a.Cmp(b) > 0 {
				return a
			}
			return b
		},
		isa.CONS: func(a, b trit5.Word) trit5.Word {
			w := trit5.ZeroWord
			for i := range trit5.WordPents {
				if a.Pent(i) == b.Pent(i) {
					w = w.With(i, a.Pent(i))
				}
			}
			return w
		},
		isa.CLAMP: func(a, b trit5.Word) trit5.Word {
			switch most := b.Abs(); {
			case a.Cmp(most) > 0:
				return most
			case a.Cmp(most.Neg()) < 0:
				return most.Neg()
			}
			return a
		},
		isa.SIGN: func(a, _ trit5.Word) trit5.Word { return word(int64(a.Cmp(trit5.ZeroWord))) },
	}
	rng := rand.New(rand.NewPCG(1, 1))
	m := assemble(t, "HALT", Config{})
	for op, reference := range references {
		for range 3000 {
			a, b := randomWord(rng), randomWord(rng)
			m.SetRegister(1, a)
			m.SetRegister(2, b)
			in := isa.Instruction{Op: op, Rd: 3, Rs1: 1, Rs2: 2}
			if err := handlers[op](m, in, &m.event); err != nil {
				t.Fatal(err)
			}
			if want := reference(word(a), word(b)).Int64(); m.Register(3) != want {
				t.Fatalf("%v of %d and %d is %d, want %d", in, a, b, m.Register(3), want)
			}
		}
	}
}

func TestMultiplyAccumulate(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 2))
	m := assemble(t, "HALT", Config{})
	modulus := new(big.Int).Exp(big.NewInt(5), big.NewInt(32), nil)
	half := new(big.Int).Rsh(modulus, 1)
	acc := new(big.Int)
	for i := range 5000 {
		op := isa.MAC
		if i%50 == 0 {
			op = isa.MUL
			acc.SetInt64(0)
		}
		a, b, place := randomWord(rng), randomWord(rng), rng.IntN(17)
		m.SetRegister(1, a)
		m.SetRegister(2, b)
		if err := handlers[op](m, isa.Instruction{Op: op, Rd: 3, Rs1: 1, Rs2: 2, Imm: int32(place)}, &m.event); err != nil {
			t.Fatal(err)
		}
		acc.Add(acc, new(big.Int).Mul(big.NewInt(a), big.NewInt(b)))
		// Reduce to the symmetric range, then take pents place to place+15 of 32.
		acc.Mod(acc.Add(acc, half), modulus).Sub(acc, half)
		rest := new(big.Int).Set(acc)
		want := trit5.ZeroWord
		for n := range place + 16 {
			digit := new(big.Int).Mod(new(big.Int).Add(rest, big.NewInt(2)), big.NewInt(5)).Int64() - 2
			rest.Sub(rest, big.NewInt(digit)).Quo(rest, big.NewInt(5))
			if n >= place {
				want = want.With(n-place, trit5.Pent(digit))
			}
		}
		if m.Register(3) != want.Int64() {
			t.Fatalf("step %d: %v is %d, want %d", i, op, m.Register(3), want.Int64())
		}
	}
	for _, place := range []int32{-1, 17} {
		if err := handlers[isa.MAC](m, isa.Instruction{Op: isa.MAC, Imm: place}, &m.event); err == nil {
			t.Errorf("place %d is taken", place)
		}
	}
}

func assemble(t testing.TB, text string, c Config) *Machine {
	t.Helper()
	p, err := isa.Assemble(text, nil)
	if err != nil {
		t.Fatal(err)
	}
	m, err := New(p, c)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestControl runs a program with a loop, a recursion, all branches, and memory accesses.
func TestControl(t *testing.T) {
	m := assemble(t, `
	ADDI P1, P0, 10
loop:	ADD P2, P2, P1
	ADDI P1, P1, -1
	BNE P1, P0, loop
	ADDI P3, P0, 15
	CALL fibonacci
	ADDI P5, P0, 1
	BEQ P5, P0, bad
	BLT P5, P0, bad
	BGT P0, P5, bad
	BEQ P5, P5, good
bad:	ADDI P6, P0, 1
good:	ADDI P0, P0, 7
	LOAD P7, [P0+table+1]
	STORE P7, [P0+table]
	PUSH SP
	POP P8
	PUSH P5
	POP SP
	JUMP end
end:	HALT

; P4 = Fibonacci number P3
fibonacci:
	ADDI P9, P0, 2
	BLT P3, P9, small
	PUSH LR
	PUSH P3
	ADDI P3, P3, -1
	CALL fibonacci
	POP P3
	PUSH P4
	ADDI P3, P3, -2
	CALL fibonacci
	POP P9
	ADD P4, P4, P9
	POP LR
	RET
small:	ADD P4, P3, P0
	RET
.data
table:	.word 3, 9
`, Config{Words: 100})
	taken, last := 0, -1
	m.config.Observers = []Observer{ObserverFunc(func(e Event) {
		if last >= 0 && e.PC != last {
			t.Errorf("instruction %d follows, want %d", e.PC, last)
		}
		if e.Taken {
			taken++
		}
		last = e.Next
	})}
	if err := m.Run(context.Background()); err != nil {
		t.Fatal(err)
	}
	for r, want := range map[isa.Reg]int64{0: 0, 2: 55, 4: 610, 6: 0, 7: 9, 8: 100, isa.SP: 1} {
		if got := m.Register(r); got != want {
			t.Errorf("%v is %d, want %d", r, got, want)
		}
	}
	if v, err := m.Word(0); v != 9 || err != nil {
		t.Errorf("word 0 is %d, error %v", v, err)
	}
	if taken == 0 || !m.Halted() || m.PC() != 20 {
		t.Errorf("%d jumps, halted %t at %d", taken, m.Halted(), m.PC())
	}
	if steps := m.Steps(); m.Step() != nil || m.Steps() != steps {
		t.Error("a halted machine continues")
	}
	m.Restart()
	if m.Halted() || m.PC() != 0 || m.Register(2) != 0 || m.Register(isa.SP) != 100 {
		t.Error("not as at the start")
	}
}

func TestNewErrors(t *testing.T) {
	halt := []uint64{0xA00000152492} // HALT
	for want, test := range map[string]struct {
		p *isa.Program
		c Config
	}{
		"without instructions":                     {&isa.Program{}, Config{}},
		"instruction 1: isa: 0x000000000000: no":   {&isa.Program{Code: []uint64{halt[0], 0}}, Config{}},
		"line 7: isa: 0x":                          {&isa.Program{Code: []uint64{0}, Lines: []int{7}}, Config{}},
		"is the last instruction, want HALT":       {&isa.Program{Code: []uint64{halt[0] - 1<<18}}, Config{}},
		"data word 0: ":                            {&isa.Program{Code: halt, Data: []trit5.Word{7}}, Config{}},
		"2 words of data in a memory of 1":         {&isa.Program{Code: halt, Data: make([]trit5.Word, 2)}, Config{Words: 1}},
		"memory of -1 bytes, want 1 to 1073741824": {&isa.Program{Code: halt}, Config{Bytes: -1}},
	} {
		if m, err := New(test.p, test.c); m != nil || err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q in it", err, want)
		}
	}
}

func TestScalarFaults(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"LOAD P1, [P0-1]\nHALT", "line 1: LOAD P1, [P0-1]: address -1 of a data memory of 50 words"},
		{"NOP\nSTORE P1, [P0+50]\nHALT", "line 2: STORE P1, [P0+50]: address 50"},
		{"POP P1\nHALT", "line 1: POP P1: address 50"},
		{"ADDI SP, P0, 0\nPUSH P1\nHALT", "line 2: PUSH P1: address -1"},
		{"JUMP .-1\nHALT", "line 1: JUMP .-1: jump to instruction -1 of 2"},
		{"BEQ P0, P0, 9\nHALT", "line 1: BEQ P0, P0, .+9: jump to instruction 9 of 2"},
		{"ADDI LR, P0, 5\nRET", "line 2: RET: jump to instruction 5 of 2"},
		{"NOP\nHALT\nCALL 9\nRET", ""},
		{"loop: JUMP loop", "line 1: JUMP .+0: limit of steps reached: 1000"},
		{"MUL P1, P2, P3, 17\nHALT", "line 1: MUL P1, P2, P3, 17: place 17 in ACC, want 0 to 16"},
	} {
		m := assemble(t, test.text, Config{Words: 50, Steps: 1000})
		err := m.Run(context.Background())
		if test.want == "" {
			if err != nil {
				t.Errorf("%q: error %v", test.text, err)
			}
			continue
		}
		fault := &Fault{}
		if !errors.As(err, &fault) || !strings.HasPrefix(err.Error(), test.want) || fault.PC != m.PC() {
			t.Errorf("%q: error %v, want %s", test.text, err, test.want)
		}
	}
	m := assemble(t, "loop: JUMP loop", Config{})
	ctx, cancel := context.WithCancel(context.Background())
	m.config.Observers = []Observer{ObserverFunc(func(Event) { cancel() })}
	if err := m.Run(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("canceled: error %v", err)
	}
}
