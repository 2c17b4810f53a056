package hw

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/console"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/report"
	"github.com/Kaleaon/pentary-go/internal/hw/claims"
)

func newClaims(s *console.Streams) *cobra.Command {
	var json, why bool
	cmd := &cobra.Command{
		Use:   "claims",
		Short: "Compare the claims of the Pentary documents with the models",
		Long: `Print every claim of the Pentary documents with the figure computed by the models of
this module, and a verdict that follows from both numbers:

  confirmed           within 5 %
  true against dense  correct, but only compared with storing every member as a whole
  understated         the computed advantage is larger
  overstated          the advantage is smaller, or the cost higher, than claimed
  false               no advantage, or off by more than a factor of 10

--json prints one object per claim: the claim, the claimed figure, the computed figure,
the verdict, the computation, and the source of the claim.`,
		Example: "  pentary hw claims --why\n  pentary hw claims --json | jq -r 'select(.verdict == \"false\").claim'",
		RunE: func(cmd *cobra.Command, _ []string) error {
			findings, err := claims.Compute(cmd.Context())
			if err != nil {
				return interrupted(s, err, "no claim is printed")
			}
			if !json {
				writeFindings(s, findings, why)
				return nil
			}
			for _, f := range findings {
				if err := s.PrintJSON("claim", f); err != nil {
					return err
				}
			}
			return nil
		},
	}
	f := cmd.Flags()
	f.BoolVar(&why, "why", false, "show the computation of each figure")
	f.BoolVar(&json, "json", false, "print one JSON object per claim")
	return cmd
}

// writeFindings prints one row per claim and a summary; with why, also the computation of each
// figure and the source of the claim.
func writeFindings(s *console.Streams, findings []claims.Finding, why bool) {
	p := s.Printer()
	counts := map[claims.Verdict]int{}
	var rows [][]string
	for _, f := range findings {
		counts[f.Verdict]++
		rows = append(rows, []string{f.Claim, f.Claimed, f.Computed, verdict(p, f.Verdict)})
	}
	p.Table(3, []string{"claim", "claimed", "computed", "verdict"}, rows)
	if why {
		for _, f := range findings {
			p.Printf("\n  %s\n    %s\n    %s\n", f.Claim, f.Basis, p.Dim(f.Source))
		}
	}
	var summary []string
	for _, v := range claims.Verdicts {
		if counts[v] > 0 {
			summary = append(summary, fmt.Sprintf("%d %s", counts[v], v))
		}
	}
	p.Printf("\n  %s claims: %s\n", p.Bold(report.Count(len(findings))), strings.Join(summary, ", "))
}

// verdict returns a verdict in its colour.
func verdict(p *report.Printer, v claims.Verdict) string {
	switch v {
	case claims.Confirmed, claims.Understated:
		return p.Good(string(v))
	case claims.False:
		return p.Bad(string(v))
	}
	return string(v)
}
