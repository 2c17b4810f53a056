package cli

import (
	"github.com/Kaleaon/pentary-go/data"
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/nn"
)

// startEvent is printed when training begins.
type startEvent struct {
	Task         string            `json:"task"`
	Network      string            `json:"network"` // widths of its layers
	Weights      int               `json:"weights"`
	TrainSamples int               `json:"train_samples"`
	TestSamples  int               `json:"test_samples"`
	Generations  int               `json:"generations"`
	Kernels      string            `json:"kernels"`
	Settings     map[string]string `json:"settings"`
	Dir          string            `json:"dir,omitempty"` // of the journal
	Resumed      *resumedInfo      `json:"resumed,omitempty"`
}

// resumedInfo says where a run goes on.
type resumedInfo struct {
	Generation int    `json:"generation"`
	Checkpoint int    `json:"checkpoint"` // generation of the one loaded, 0 for none
	Replayed   int    `json:"replayed"`   // generations from the journal alone
	CutBytes   int64  `json:"cut_bytes"`  // of a torn record
	Ignored    string `json:"checkpoint_ignored,omitempty"`
}

// startOf describes a run that is about to begin.
func startOf(t *trainer, net *nn.Model, train, test *data.Dataset) startEvent {
	return startEvent{
		Task:    t.task.Name,
		Network: network(t.settings.widths(train.Features, train.Classes)), Weights: net.Size(),
		TrainSamples: train.Len(), TestSamples: test.Len(),
		Generations: t.settings.options.Generations, Kernels: kernels.Selected(), Settings: t.settings.meta(),
		Dir: t.journal.dir,
	}
}

// progressEvent is where a run stands.
type progressEvent struct {
	Generation  int     `json:"generation"`
	Generations int     `json:"generations"`
	Accuracy    float64 `json:"test_accuracy"` // last measured
	Moved       int     `json:"moved"`         // weights that the last generation moved
	Throughput  float64 `json:"member_samples_per_second"`
	ETA         float64 `json:"eta_seconds"`
}
