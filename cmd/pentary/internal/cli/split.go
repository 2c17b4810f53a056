package cli

import "github.com/Kaleaon/pentary-go/nn"

// validationEvery says which training samples are held out where accuracy decides
// something: sample i where i modulo it is its last value.
const validationEvery = 5

// split divides training samples into those to learn from and those to judge by.
func split(d *nn.Dataset) (train, validation *nn.Dataset) {
	train = &nn.Dataset{Features: d.Features, Classes: d.Classes}
	validation = &nn.Dataset{Features: d.Features, Classes: d.Classes}
	for i, label := range d.Labels {
		part := train
		if i%validationEvery == validationEvery-1 {
			part = validation
		}
		part.Inputs = append(part.Inputs, d.Sample(i)...)
		part.Labels = append(part.Labels, label)
	}
	return train, validation
}
