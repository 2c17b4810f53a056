package programs_test

import (
	"context"
	"fmt"

	"github.com/Kaleaon/pentary-go/data"
	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/internal/hw/exec"
	"github.com/Kaleaon/pentary-go/internal/hw/programs"
	"github.com/Kaleaon/pentary-go/nn"
)

// A program that learns the parity of three signs.
func ExampleNewTraining() {
	data := &data.Dataset{Features: 3, Classes: 2}
	for i := range 8 {
		for bit := range 3 {
			data.Inputs = append(data.Inputs, int8(100-200*(i>>bit&1)))
		}
		data.Labels = append(data.Labels, uint8(i^i>>1^i>>2)&1)
	}
	net := nn.NewMLP(1, 3, 32, 2)
	training, err := programs.NewTraining(net, data, 16, es.Options{Seed: 1, Generations: 200, Pairs: 64, Sigma: es.WholeLevel})
	if err != nil {
		fmt.Println(err)
		return
	}
	instructions := 0
	count := exec.ObserverFunc(func(exec.Event) { instructions++ })
	if err := training.Run(context.Background(), count); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(net.Confusion(data))
	fmt.Println(instructions, "instructions")
	// Output:
	// [[4 0] [0 4]] <nil>
	// 507195 instructions
}
