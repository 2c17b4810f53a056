package cli

import (
	"io"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/console"
)

// everyCommand calls do for every command of the tree.
func everyCommand(t *testing.T, do func(*cobra.Command)) {
	t.Helper()
	s := console.NewStreams(io.Discard, io.Discard)
	root := newRoot(s)
	console.Finish(root, s)
	n := 0
	var visit func(*cobra.Command)
	visit = func(cmd *cobra.Command) {
		n++
		do(cmd)
		for _, sub := range cmd.Commands() {
			visit(sub)
		}
	}
	visit(root)
	if n < 30 {
		t.Errorf("%d commands", n)
	}
}

// Every flag and argument that names a file is checked by CheckPaths.
func TestCommandsDeclareFiles(t *testing.T) {
	file := regexp.MustCompile("`(file|folder|directory|FILE[.a-z]*)`")
	everyCommand(t, func(cmd *cobra.Command) {
		cmd.Flags().VisitAll(func(f *pflag.Flag) {
			if file.MatchString(f.Usage) != console.IsPath(f) {
				t.Errorf("%s --%s: %q, a path: %v", cmd.CommandPath(), f.Name, f.Usage, console.IsPath(f))
			}
		})
		words := strings.Fields(cmd.Use)[1:]
		if declared := cmd.Annotations != nil; declared != (len(words) > 0) {
			t.Errorf("%q: arguments declared: %v", cmd.UseLine(), declared)
		}
	})
}

// A flag has the same type in all commands, except choices that some commands lack, such as
// rank "full".
func TestCommandsAgreeOnFlags(t *testing.T) {
	types := map[string]string{}
	everyCommand(t, func(cmd *cobra.Command) {
		cmd.Flags().VisitAll(func(f *pflag.Flag) {
			if before, ok := types[f.Name]; ok && before != f.Value.Type() && f.Name != "rank" && f.Name != "rule" {
				t.Errorf("%s --%s is a %s, elsewhere a %s", cmd.CommandPath(), f.Name, f.Value.Type(), before)
			}
			types[f.Name] = f.Value.Type()
		})
	})
}

// Help fits in terminals with at least 40 columns and describes every flag.
func TestHelpFits(t *testing.T) {
	for _, columns := range []string{"40", "60", "80", "200"} {
		t.Setenv("COLUMNS", columns)
		limit := map[string]int{"40": 40, "60": 60, "80": 80, "200": 100}[columns]
		everyCommand(t, func(cmd *cobra.Command) {
			var out strings.Builder
			if code := Main(append(strings.Fields(cmd.CommandPath())[1:], "--help"), &out, &out); code != 0 {
				t.Errorf("%s --help: exit code %d", cmd.CommandPath(), code)
			}
			for line := range strings.SplitSeq(out.String(), "\n") {
				if n := len([]rune(line)); n > limit && strings.Contains(strings.TrimSpace(line), " ") {
					t.Errorf("%s --help: %d cells of %d: %s", cmd.CommandPath(), n, limit, line)
				}
			}
			cmd.Flags().VisitAll(func(f *pflag.Flag) {
				if f.Usage == "" || !f.Hidden && !strings.Contains(out.String(), "--"+f.Name) {
					t.Errorf("%s --help says nothing of --%s", cmd.CommandPath(), f.Name)
				}
			})
		})
	}
}
