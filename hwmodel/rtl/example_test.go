package rtl_test

import (
	"fmt"
	"log"

	"github.com/Kaleaon/pentary-go/hwmodel/rtl"
)

// The Verilog files of a tile of 16×16 weights, and the cycles of its products.
func ExampleEmit() {
	files, err := rtl.Emit("tile", map[string]int{rtl.Rows: 16, rtl.Cols: 16})
	if err != nil {
		log.Fatal(err)
	}
	for _, f := range files {
		fmt.Println(f.Name)
	}
	tile := rtl.CyclesTile(16, 16)
	fmt.Println("latency", tile.Latency, "interval", tile.Interval, "cycles;", tile.Of(100), "for 100 products")
	// Output:
	// pent_tile.v
	// pent_dot.v
	// pent_partial.v
	// latency 22 interval 16 cycles; 1606 for 100 products
}
