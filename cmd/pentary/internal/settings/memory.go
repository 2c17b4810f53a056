package settings

import (
	"github.com/spf13/pflag"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/console"
	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/internal/parallel"
	"github.com/Kaleaon/pentary-go/lowrank"
)

// NetworkMemory returns the bytes that the training of a network of those widths takes,
// about: weights, the rule's residual, an update, and what the evaluation of a task's
// columns takes.
func NetworkMemory(widths []int, o es.Options, samples int) int {
	var layers []layerShape
	for i, n := range widths[1:] {
		layers = append(layers, layerShape{n, widths[i], 1})
	}
	return memoryOf(layers, widths[0], o, samples)
}

// memoryOf is NetworkMemory of layers that are not all dense, of that number of inputs.
func memoryOf(layers []layerShape, inputs int, o es.Options, samples int) int {
	kept, updater, widest, perSample := 0, 0, inputs, 0
	if o.Estimator == lowrank.PerturbActivations {
		perSample = max(1, samples)
	}
	for _, l := range layers {
		widest = max(widest, l.rows*l.places)
		f := lowrank.TrainingFootprint(l.rows, l.columns, max(1, o.Pairs), max(1, o.Rank), perSample*l.places)
		kept, updater = kept+f.Weights+f.Residual, max(updater, f.Updater)
		if perSample > 0 && l.places > 1 { // what the layer sees and returns, its operands and products
			kept += perSample * l.places * (2*l.columns + 5*l.rows)
		}
	}
	return kept + updater + ColumnsMemory(widest, 2*samples)
}

// ColumnsMemory returns the bytes of the accumulators and activations of the columns of
// each processor's task, a pair's at least.
func ColumnsMemory(widest, pair int) int {
	const columns = 1024
	return parallel.Workers() * widest * max(columns, pair) * (4 + 2)
}

// WeightsMemory returns the bytes of weights and their residuals.
func WeightsMemory(weights int) int { return weights * (3 + 8) / 8 }

// programBytes is what the program takes by itself, generously.
const programBytes = 32 << 20

// CheckMemory returns an error if a run would take more memory than there is, or than it
// may.
func CheckMemory(need, limit console.ByteSize) error {
	return console.CheckMemory(need+programBytes, limit)
}

// LimitFlag adds the flag --limit, the memory that a run may take.
func LimitFlag(f *pflag.FlagSet, limit *console.ByteSize) {
	f.Var(limit, "limit", "refuse to take more memory, as in 2GiB (default what is available)")
}
