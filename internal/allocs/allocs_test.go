package allocs

import (
	"fmt"
	"testing"
)

var sink []byte

func Example() {
	fmt.Println(PerRun(1000, func() { sink = make([]byte, 1000) }))
	// Output: 1
}

func TestPerRun(t *testing.T) {
	for want := range uint64(5) {
		got := PerRun(1000, func() {
			for range want {
				sink = make([]byte, 1000)
			}
		})
		if got != want {
			t.Errorf("%d allocations a call, want %d", got, want)
		}
	}
}
