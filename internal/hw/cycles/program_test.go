package cycles

import (
	"testing"

	"github.com/Kaleaon/pentary-go/internal/hw/exec"
	"github.com/Kaleaon/pentary-go/internal/hw/isa"
)

// The observer counts the instructions of a loop and the expected stalls.
func TestProgram(t *testing.T) {
	p, err := isa.Assemble(`
	ADDI P1, P0, 3
loop:	LOAD P2, [P0+table]
	ADD P3, P3, P2		; waits for the load
	ADDI P1, P1, -1
	BGT P1, P0, loop	; taken twice
	HALT
.data
table:	.word 7
`, nil)
	if err != nil {
		t.Fatal(err)
	}
	o := NewObserver(DefaultMachine(), 3)
	m, err := exec.New(p, exec.Config{Observers: []exec.Observer{o}})
	if err != nil {
		t.Fatal(err)
	}
	if err := m.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	const instructions = 1 + 3*4 + 1
	want := [Stalls]int64{LoadUse: 3, Flush: 4}
	if o.Pipeline.Instructions != instructions || o.Pipeline.Stalls != want || o.Pipeline.Cycles() != instructions+4+7 {
		t.Errorf("%d instructions in %d cycles, stalls %v", o.Pipeline.Instructions, o.Pipeline.Cycles(), o.Pipeline.Stalls)
	}
	if len(o.Timeline.Slots) != 3 || o.Timeline.Slots[1].Inst.Op != isa.LOAD {
		t.Errorf("kept %+v", o.Timeline.Slots)
	}
}
