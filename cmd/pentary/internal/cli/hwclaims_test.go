package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/console"
	"github.com/Kaleaon/pentary-go/internal/hw/claims"
)

// hwClaims runs the command and returns what it wrote.
func hwClaims(t *testing.T, args ...string) (string, error) {
	t.Helper()
	var stdout bytes.Buffer
	cmd := newHWClaims(console.NewStreams(&stdout, t.Output()))
	cmd.SilenceErrors, cmd.SilenceUsage = true, true
	cmd.SetArgs(args)
	err := cmd.ExecuteContext(t.Context())
	return stdout.String(), err
}

func TestHWClaims(t *testing.T) {
	table, err := hwClaims(t, "--why")
	if err != nil {
		t.Fatal(err)
	}
	lines, err := hwClaims(t, "--json")
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
	if _, err := hwClaims(t, "all"); !errors.As(err, &console.UsageError{}) {
		t.Errorf("an argument: error %v", err)
	}
}
