package exec

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/Kaleaon/pentary-go/internal/hw/isa"
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/lowrank"
	"github.com/Kaleaon/pentary-go/packed"
)

// lab builds a program of a few tensor instructions on tensors of random content. Tests compute
// the expected elements by plain loops over at.
type lab struct {
	t                  *testing.T
	rng                *rand.Rand
	text, data         strings.Builder
	registers          int
	pents, bytes, sums int
	tensors            []Tensor
	names              []string

	m        *Machine
	matrices map[int]*packed.Matrix // by tensor, in the machine's memory
	e        Event                  // the last event
}

func newLab(t *testing.T, seed uint64) *lab {
	return &lab{t: t, rng: rand.New(rand.NewPCG(seed, 0)), matrices: map[int]*packed.Matrix{}}
}

// tensor declares a tensor and loads its address into the next register. It returns the name of
// the register and the tensor's number for at.
func (l *lab) tensor(kind isa.Kind, rows, cols int, image ...int) (register string, number int) {
	t := Tensor{Kind: kind, Rows: rows, Cols: cols, Height: 1, Width: 1}
	if len(image) > 0 {
		t.Height, t.Width = image[0], image[1]
	}
	end := map[isa.Kind]*int{isa.Pents: &l.pents, isa.Bytes: &l.bytes, isa.Accumulators: &l.sums}[kind]
	t.Base = *end + l.rng.IntN(5)
	*end = t.Base + int(t.Size())
	number = len(l.tensors)
	l.tensors = append(l.tensors, t)
	name := fmt.Sprintf("t%d", number)
	l.names = append(l.names, name)
	fmt.Fprintf(&l.data, "%s: .%v %d, %d, %d, %d, %d\n", name, kind, t.Base, rows, cols, t.Height, t.Width)
	return l.address(name), number
}

// address loads the address of a symbol into the next register.
func (l *lab) address(symbol string) string {
	l.registers++
	fmt.Fprintf(&l.text, "ADDI P%d, P0, %s\n", l.registers, symbol)
	return fmt.Sprintf("P%d", l.registers)
}

// value loads a number into the next register.
func (l *lab) value(v int) string { return l.address(fmt.Sprint(v)) }

// declare adds a line of data.
func (l *lab) declare(format string, args ...any) { fmt.Fprintf(&l.data, format+"\n", args...) }

// run executes instructions after the declarations. prepare may change the random content.
func (l *lab) run(prepare func(), format string, args ...any) error {
	l.t.Helper()
	text := l.text.String() + fmt.Sprintf(format, args...) + "\nHALT\n.data\n" + l.data.String()
	p, err := isa.Assemble(text, nil)
	if err != nil {
		l.t.Fatalf("%v in\n%s", err, text)
	}
	l.m, err = New(p, Config{
		Words: 200, Pents: l.pents + 1, Bytes: l.bytes + 1, Accumulators: l.sums + 1,
		Observers: []Observer{ObserverFunc(func(e Event) {
			if e.Inst.Op != isa.HALT {
				l.e = e
			}
		})},
	})
	if err != nil {
		l.t.Fatal(err)
	}
	for i := range l.m.bytes {
		l.m.bytes[i] = int8(l.rng.IntN(255) - 127)
	}
	for i := range l.m.sums {
		l.m.sums[i] = int32(l.rng.IntN(1<<21) - 1<<20)
	}
	for _, t := range l.tensors {
		if t.Kind == isa.Pents {
			w := packed.NewMatrix(t.Rows, t.Cols)
			lowrank.Randomize(lowrank.Parameter{W: w}, kernels.Uniform, l.rng.Uint64())
			if err := l.m.SetMatrix(t, w); err != nil {
				l.t.Fatal(err)
			}
		}
		if t.Kind == isa.Bytes { // padding is zero
			for i := t.Rows; i%4 != 0; i++ {
				for c := range t.Cols {
					l.m.activations(t)[t.quad(i, c)] = 0
				}
			}
		}
	}
	if prepare != nil {
		prepare()
	}
	return l.m.Run(context.Background())
}

// at returns an element of a tensor.
func (l *lab) at(number, i, j int) int64 {
	t := l.tensors[number]
	switch t.Kind {
	case isa.Pents:
		if l.matrices[number] == nil {
			var err error
			l.matrices[number], err = l.m.Matrix(t)
			l.must(err)
		}
		return int64(l.matrices[number].At(i, j))
	case isa.Bytes:
		return int64(l.m.bytes[t.Base+(i/4*t.Cols+j)*4+i%4])
	}
	return int64(l.m.sums[t.Base+i*t.Cols+j])
}

// set changes an element of activations or accumulators.
func (l *lab) set(number, i, j int, v int64) {
	t := l.tensors[number]
	if t.Kind == isa.Bytes {
		l.m.bytes[t.Base+(i/4*t.Cols+j)*4+i%4] = int8(v)
		return
	}
	l.m.sums[t.Base+i*t.Cols+j] = int32(v)
}

// want fails unless every element of a tensor equals f's result and the padding is zero.
func (l *lab) want(number int, f func(i, j int) int64) {
	l.t.Helper()
	t := l.tensors[number]
	for i := range t.Rows {
		for j := range t.Cols {
			if got, want := l.at(number, i, j), f(i, j); got != want {
				l.t.Fatalf("%v: element (%d, %d) of %v is %d, want %d", l.e.Inst, i, j, t, got, want)
			}
		}
	}
	if t.Kind == isa.Bytes {
		for i := t.Rows; i%4 != 0; i++ {
			for j := range t.Cols {
				if v := l.at(number, i, j); v != 0 {
					l.t.Fatalf("%v: padding (%d, %d) of %v is %d", l.e.Inst, i, j, t, v)
				}
			}
		}
	}
}

// must fails on an error.
func (l *lab) must(err error) {
	l.t.Helper()
	if err != nil {
		l.t.Fatal(err)
	}
}

// size returns 1 to n.
func (l *lab) size(n int) int { return 1 + l.rng.IntN(n) }

// snapshot returns a copy of the elements, for instructions that work in place.
func (l *lab) snapshot(number int) func(i, j int) int64 {
	t := l.tensors[number]
	values := make([]int64, t.Rows*t.Cols)
	for i := range t.Rows {
		for j := range t.Cols {
			values[i*t.Cols+j] = l.at(number, i, j)
		}
	}
	return func(i, j int) int64 { return values[i*t.Cols+j] }
}

// roundShift is RoundShift by its definition in real numbers.
func roundShift(v int64, n uint) int64 {
	if n == 0 {
		return v
	}
	q, r := v>>n, v&(1<<n-1)
	if 2*r >= 1<<n {
		q++
	}
	return q
}
