package asmtest

import (
	"fmt"
	"testing"
)

var allocated []byte

func ExampleAllocsPerRun() {
	fmt.Println(AllocsPerRun(1000, func() { allocated = make([]byte, 1000) }))
	// Output: 1
}

func TestAllocsPerRun(t *testing.T) {
	for want := range uint64(5) {
		got := AllocsPerRun(1000, func() {
			for range want {
				allocated = make([]byte, 1000)
			}
		})
		if got != want {
			t.Errorf("%d allocations a call, want %d", got, want)
		}
	}
}
