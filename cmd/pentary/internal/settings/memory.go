package settings

import (
	"github.com/spf13/pflag"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/console"
	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/internal/parallel"
	"github.com/Kaleaon/pentary-go/lowrank"
)

// NetworkMemory returns an estimate of the memory of training a network with the given widths, in
// bytes: weights, the rule's residual, an update, and the evaluation of the columns of a task.
func NetworkMemory(widths []int, o es.Options, samples int) int {
	var layers []layerShape
	for i, n := range widths[1:] {
		layers = append(layers, layerShape{n, widths[i], 1})
	}
	return memoryOf(layers, widths[0], o, samples)
}

// memoryOf is NetworkMemory for layers of any kind and the given number of inputs.
func memoryOf(layers []layerShape, inputs int, o es.Options, samples int) int {
	kept, updater, widest, perSample := 0, 0, inputs, 0
	if o.Estimator == lowrank.PerturbActivations {
		perSample = max(1, samples)
	}
	for _, l := range layers {
		widest = max(widest, l.rows*l.places)
		f := lowrank.TrainingFootprint(l.rows, l.columns, max(1, o.Pairs), max(1, o.Rank), perSample*l.places)
		kept, updater = kept+f.Weights+f.Residual, max(updater, f.Updater)
		if perSample > 0 && l.places > 1 { // inputs and outputs of the layer, operands and products
			kept += perSample * l.places * (2*l.columns + 5*l.rows)
		}
	}
	return kept + updater + ColumnsMemory(widest, 2*samples)
}

// ColumnsMemory returns the bytes of the accumulators and activations of the columns of each
// processor's task, which are at least a pair's.
func ColumnsMemory(widest, pair int) int {
	const columns = 1024
	return parallel.Workers() * widest * max(columns, pair) * (4 + 2)
}

// WeightsMemory returns the bytes of weights and their residuals.
func WeightsMemory(weights int) int { return weights * (3 + 8) / 8 }

// programBytes is an upper bound for the memory of the program itself.
const programBytes = 32 << 20

// CheckMemory returns an error if a run needs more memory than is available or than limit allows.
func CheckMemory(need, limit console.ByteSize) error {
	return console.CheckMemory(need+programBytes, limit)
}

// LimitFlag adds the flag --limit for the memory that a run may use.
func LimitFlag(f *pflag.FlagSet, limit *console.ByteSize) {
	f.Var(limit, "limit", "largest memory of the run, such as 2GiB (default: available memory)")
}
