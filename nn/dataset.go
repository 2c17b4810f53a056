package nn

import (
	"fmt"

	"github.com/Kaleaon/pentary-go/lowrank"
)

// Dataset is labelled samples: Inputs holds one vector of Features activations
// after another, Labels a class below Classes for each.
type Dataset struct {
	Features int
	Classes  int
	Inputs   []int8
	Labels   []uint8
}

// Len returns the number of samples.
func (d *Dataset) Len() int { return len(d.Labels) }

// Sample returns the inputs of sample i.
func (d *Dataset) Sample(i int) []int8 { return d.Inputs[i*d.Features : (i+1)*d.Features] }

// Draw calls take for each of n samples of a batch, with its place in the batch and its
// number: by independent uniform choice, from the stream of a group of a generation's.
func (d *Dataset) Draw(seed uint64, generation uint32, group, n int, take func(i, sample int)) {
	stream := lowrank.StreamOf(seed, generation, 0, lowrank.Batch, group)
	var block [4]uint32
	for i := range n {
		if i%4 == 0 {
			block = stream.Block(uint32(i / 4))
		}
		take(i, int(uint64(block[i%4])*uint64(d.Len())>>32))
	}
}

// Check returns an error if the sizes disagree or a label or input is out of
// range.
func (d *Dataset) Check() error {
	if d.Features < 1 || d.Classes < 2 || len(d.Labels) == 0 {
		return fmt.Errorf("nn: dataset of %d samples, %d features, %d classes", len(d.Labels), d.Features, d.Classes)
	}
	if len(d.Inputs) != len(d.Labels)*d.Features {
		return fmt.Errorf("nn: dataset has %d inputs for %d samples of %d features", len(d.Inputs), len(d.Labels), d.Features)
	}
	for i, l := range d.Labels {
		if int(l) >= d.Classes {
			return fmt.Errorf("nn: label %d of sample %d, want below %d", l, i, d.Classes)
		}
	}
	for i, v := range d.Inputs {
		if v == -128 {
			return fmt.Errorf("nn: input -128 in sample %d, want -127 to 127", i/d.Features)
		}
	}
	return nil
}
