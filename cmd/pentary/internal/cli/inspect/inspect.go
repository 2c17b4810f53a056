// Package inspect holds the commands inspect, for files, and version, for the program.
package inspect

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"

	"github.com/spf13/cobra"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/console"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/report"
	"github.com/Kaleaon/pentary-go/nn"
	"github.com/Kaleaon/pentary-go/packed"
	"github.com/Kaleaon/pentary-go/trit5"
)

// NewInspect returns the command inspect.
func NewInspect(s *console.Streams) *cobra.Command {
	var json bool
	cmd := &cobra.Command{
		Use:         "inspect FILE.pent",
		Annotations: console.Arguments(console.ArgModel),
		Short:       "Show the contents of a .pent file",
		Args:        console.OneArgument(".pent file"),
		RunE: func(_ *cobra.Command, args []string) error {
			i, err := inspectFile(args[0])
			if err != nil {
				return err
			}
			return s.Report(json, false, i)
		},
	}
	cmd.Flags().BoolVar(&json, "json", false, "print one JSON object")
	return cmd
}

// inspection is the description of a file.
type inspection struct {
	File          string            `json:"file"`
	FileBytes     int               `json:"file_bytes"`
	FileSHA256    string            `json:"file_sha256"`
	WeightsSHA256 string            `json:"weights_sha256"`
	Meta          map[string]string `json:"meta"`
	Tensors       []tensorInfo      `json:"tensors"`
	Weights       int               `json:"weights"`
	Bytes         int               `json:"bytes"`
	Levels        [trit5.Levels]int `json:"levels"`
	BitsPerWeight float64           `json:"bits_per_weight"`

	summary report.Weights
	layers  []nn.LayerSummary // for a model
}

// tensorInfo is the description of a tensor.
type tensorInfo struct {
	Name          string            `json:"name"`
	Rows          int               `json:"rows"`
	Cols          int               `json:"cols"`
	Scale         int32             `json:"scale"` // the value of a pent is pent·2^scale
	Bytes         int               `json:"bytes"`
	Levels        [trit5.Levels]int `json:"levels"`
	BitsPerWeight float64           `json:"bits_per_weight"`

	summary report.Weights
}

func inspectFile(path string) (*inspection, error) {
	f, err := packed.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	hash := sha256.New() // files with equal content have equal bytes
	size, err := f.WriteTo(hash)
	if err != nil {
		return nil, err
	}
	w := report.WeightsOf(f.Tensors...)
	i := &inspection{
		File: path, FileBytes: int(size), FileSHA256: hex.EncodeToString(hash.Sum(nil)),
		WeightsSHA256: w.SHA256, Meta: f.Meta, Tensors: []tensorInfo{},
		Weights: w.Count, Bytes: w.Bytes, Levels: w.Levels, BitsPerWeight: w.BitsPerWeight(),
		summary: w,
	}
	if m, err := nn.Load(f.File); err == nil {
		i.layers = m.Summary()
	}
	for _, t := range f.Tensors {
		w := report.WeightsOf(t)
		i.Tensors = append(i.Tensors, tensorInfo{
			Name: t.Name, Rows: t.Matrix.Rows(), Cols: t.Matrix.Cols(), Scale: t.Scale,
			Bytes: w.Bytes, Levels: w.Levels, BitsPerWeight: w.BitsPerWeight(),
			summary: w,
		})
	}
	return i, nil
}

// Write prints the inspection as text. Names and metadata come from the file and are quoted if they
// could control a terminal.
func (i *inspection) Write(p *report.Printer) {
	p.Title(i.File, report.Count(i.FileBytes)+" bytes")
	p.Printf("  file     sha256 %s\n", i.FileSHA256)
	p.Printf("  weights  sha256 %s\n", i.WeightsSHA256)

	if len(i.Meta) > 0 {
		p.Printf("\n%s\n", p.Bold("Meta"))
	}
	keys := slices.Sorted(maps.Keys(i.Meta))
	width := 0
	for _, key := range keys {
		width = max(width, len(report.Printable(key)))
	}
	for _, key := range keys {
		p.Printf("  %s  %s\n", p.Dim(fmt.Sprintf("%-*s", width, report.Printable(key))), beginning(i.Meta[key]))
	}
	if len(i.layers) > 0 {
		p.Printf("\n%s\n", p.Bold("Layers"))
		p.Layers(i.layers)
	}
	for _, t := range i.Tensors {
		p.Printf("\n%s  %d×%d, scale 2^%d  %s\n", p.Bold(report.Printable(t.Name)), t.Rows, t.Cols, t.Scale,
			p.Dim(report.Count(t.Bytes)+" bytes, "+t.summary.Bits()))
		t.summary.WriteLevels(p)
	}
	p.Section("Size", report.Count(i.Weights)+" weights")
	i.summary.WriteSize(p)
}

// beginning returns a metadata value, shortened if it is long, such as a vocabulary.
func beginning(value string) string {
	const most = 160 // characters
	n := 0
	for at := range value {
		if n == most {
			return report.Printable(value[:at]) + "… (" + report.Count(len(value)) + " bytes; --json prints all)"
		}
		n++
	}
	return report.Printable(value)
}
