package hw

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/console"
	"github.com/Kaleaon/pentary-go/internal/hw/claims"
)

// runClaims runs the command and returns its output.
func runClaims(t *testing.T, args ...string) (string, error) {
	t.Helper()
	out, _, err := execute(t.Context(), append([]string{"claims"}, args...)...)
	return out, err
}

func TestClaims(t *testing.T) {
	table, err := runClaims(t, "--why")
	if err != nil {
		t.Fatal(err)
	}
	lines, err := runClaims(t, "--json")
	if err != nil {
		t.Fatal(err)
	}
	decoder := json.NewDecoder(strings.NewReader(lines))
	n := 0
	for ; decoder.More(); n++ {
		var f claims.Finding
		if err := decoder.Decode(&f); err != nil {
			t.Fatal(err)
		}
		for _, text := range []string{f.Claim, f.Claimed, f.Computed, string(f.Verdict), f.Basis, f.Source} {
			if text == "" || !strings.Contains(table, text) {
				t.Errorf("%s: %q is not in the table", f.Claim, text)
			}
		}
	}
	if n != len(claims.All()) || strings.Count(lines, "\n") != n {
		t.Errorf("%d objects on %d lines of %d claims", n, strings.Count(lines, "\n"), len(claims.All()))
	}
	if _, err := runClaims(t, "all"); !errors.As(err, &console.UsageError{}) {
		t.Errorf("an argument: error %v", err)
	}
}
