package train

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/Kaleaon/pentary-go/cluster"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/console"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/report"
)

// NewTop returns the command top.
func NewTop(s *console.Streams) *cobra.Command {
	var e endpoint
	var json bool
	cmd := &cobra.Command{
		Use:   "top",
		Short: "Show the progress and the workers of a distributed run",
		Long: `Show the generation and score of a run coordinated by "pentary train --nats", and its
workers with their rates and lag, once per second until Ctrl-C.`,
		Example: "  pentary top --nats nats://host:4222",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if e.url == "" {
				e.url = os.Getenv(environmentURL)
			}
			if e.url == "" {
				return console.Usagef("--nats is missing, the URL of the server; or set $%s", environmentURL)
			}
			at, err := e.connection()
			if err != nil {
				return err
			}
			err = cluster.Watch(cmd.Context(), at, func(status *cluster.Status) error {
				if json {
					return s.PrintJSON("status", status)
				}
				text := statusText(status)
				if s.OutTerm != nil {
					text = "\x1b[H\x1b[J" + text
				}
				_, err := fmt.Fprint(s.Out, text)
				return err
			})
			if errors.Is(err, context.Canceled) {
				return nil
			}
			return err
		},
	}
	f := cmd.Flags()
	e.flags(f, "`URL` of the NATS server, such as nats://user:password@host:4222 (default: $"+environmentURL+")")
	f.BoolVar(&json, "json", false, "print one JSON object per line")
	return cmd
}

// statusText returns a status as text.
func statusText(s *cluster.Status) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Run %s  generation %s  %.3g per second  mean score %d  %d of %d pairs to score\n", s.Run, report.Count(s.Generation), s.PerSecond, s.Score, s.Missing, s.Pairs)
	c := &s.Counts
	fmt.Fprintf(&b, "Chunks %s  repeated %d  overdue %d  checked %d  compared %d  pairs missing %d  expelled %d  unreadable %d\n\n",
		report.Count(int(c.Chunks)), c.Repeated, c.Overdue, c.Checked, c.Compared, c.Missing, c.Expelled, c.Malformed)
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "WORKER\tPLATFORM\tPAIRS/S\tPAIRS\tLAG\tSILENT\t")
	for _, worker := range s.Workers {
		note := ""
		if worker.Expelled {
			note = "expelled"
		}
		silent := time.Duration(worker.Silent * float64(time.Second)).Round(100 * time.Millisecond)
		fmt.Fprintf(w, "%s\t%s\t%.4g\t%s\t%d\t%v\t%s\n", report.Printable(worker.Name), report.Printable(worker.Platform), worker.Rate, report.Count(int(worker.Pairs)), worker.Lag, silent, note)
	}
	w.Flush()
	return b.String()
}
