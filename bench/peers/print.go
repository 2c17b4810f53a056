package main

import (
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"
)

// writeTable writes the results of one shape as a table.
func writeTable(w io.Writer, results []result) error {
	r := results[0]
	fmt.Fprintf(w, "%s %d×%d×%d\n", r.Kernel, r.M, r.K, r.N)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "\tGMAC/s\tbest\tµs\tratio to ours\t")
	for _, r := range results {
		fmt.Fprintf(t, "%s\t%.1f\t%.1f\t%.1f\t%.3f\t  %s\n", r.Impl, r.GMACs, r.Best, r.Micros, r.Ratio, r.By)
	}
	fmt.Fprintln(t)
	return t.Flush()
}

// writeJSON writes a line a result.
func writeJSON(w io.Writer, results []result) error {
	enc := json.NewEncoder(w)
	for _, r := range results {
		if err := enc.Encode(r); err != nil {
			return err
		}
	}
	return nil
}
