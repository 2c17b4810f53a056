package exec_test

import (
	"context"
	"fmt"

	"github.com/Kaleaon/pentary-go/internal/hw/exec"
	"github.com/Kaleaon/pentary-go/internal/hw/isa"
	"github.com/Kaleaon/pentary-go/packed"
)

// A host loads tensors by the names of their descriptors; an observer receives each
// instruction.
func Example() {
	program, err := isa.Assemble(`
	ADDI P1, P0, y
	ADDI P2, P0, w
	ADDI P3, P0, x
	MATVEC P1, P2, P3
	HALT
.data
w:	.pents 0, 2, 3       ; at byte 0, 2 rows, 3 columns
x:	.bytes 0, 3, 1
y:	.accumulators 0, 2, 1
`, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	count := exec.ObserverFunc(func(e exec.Event) {
		if e.Inst.Op == isa.MATVEC {
			fmt.Printf("%v: %d multiply-adds, pents %+v\n", e.Inst, e.MACs(), e.Weights)
		}
	})
	m, err := exec.New(program, exec.Config{Observers: []exec.Observer{count}})
	if err != nil {
		fmt.Println(err)
		return
	}
	w, _ := m.Tensor("w")
	x, _ := m.Tensor("x")
	y, _ := m.Tensor("y")
	weights := packed.NewMatrix(2, 3)
	weights.Pack([]int8{2, -1, 0, 1, 0, -2})
	if err := m.SetMatrix(w, weights); err != nil {
		fmt.Println(err)
		return
	}
	copy(m.Activations(x), []int8{10, 20, 30})
	if err := m.Run(context.Background()); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(m.Accumulators(y))
	// Output:
	// MATVEC P1, P2, P3: 6 multiply-adds, pents {Zero:2 One:2 Two:2}
	// [0 -50]
}
