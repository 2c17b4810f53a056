package crossbar_test

import (
	"fmt"

	"github.com/Kaleaon/pentary-go/hwmodel/crossbar"
	"github.com/Kaleaon/pentary-go/packed"
)

// A row of four pents, on an ideal chip and on a chip with stuck cells.
func Example() {
	w := packed.NewMatrix(1, 4)
	w.Pack([]int8{2, -1, 0, 1})
	x := []int8{100, 50, 20, -10}
	y := make([]int32, 1)

	flawed := crossbar.Ideal
	flawed.StuckOff = 0.5
	for _, device := range []crossbar.Device{crossbar.Ideal, flawed} {
		chip, err := crossbar.New(crossbar.Config{Device: device, Seed: 5}, w)
		if err != nil {
			fmt.Println(err)
			return
		}
		chip.MatMul(y, x, 1, crossbar.Read{})
		fmt.Println(y[0], "from weights", chip.Weight(0, 0), chip.Weight(0, 1), chip.Weight(0, 2), chip.Weight(0, 3))
	}
	// Output:
	// 140 from weights 2 -1 0 1
	// 190 from weights 2 0 0 1
}
