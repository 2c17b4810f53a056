package search

import (
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/console"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/settings"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/task"
)

// A shell reads the original words.
func TestShellLine(t *testing.T) {
	words := []string{"a", "", "b c", "it's", "$x", "--data=/d/e", "*", "ä", "a\nb"}
	line := console.ShellLine(words...)
	if !strings.HasPrefix(line, "a '' 'b c' ") || !strings.Contains(line, " --data=/d/e ") {
		t.Errorf("%s", line)
	}
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("no shell")
	}
	out, err := exec.Command(sh, "-c", `printf '%s\0' `+line).Output()
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00"); !slices.Equal(got, words) {
		t.Errorf("%q, want %q", got, words)
	}
}

// Every task has the settings that vary by default, with values in range.
func TestVaried(t *testing.T) {
	for _, task := range task.All {
		for _, p := range varied(task) {
			for _, v := range p.Values {
				s := settings.NewClassifier(task)
				if err := settings.SetTexts(s, map[string]string{p.Name: v}); err != nil {
					t.Errorf("%s: %v", task.Name, err)
				} else if err := s.Check(); err != nil {
					t.Errorf("%s: %v", task.Name, err)
				}
			}
		}
	}
}

// A parameter has an effect only with its rule.
func TestTakes(t *testing.T) {
	for rule, want := range map[string]string{"error-feedback": "rate", "threshold": "share", "qes": "rate window", "bop": "rate average level"} {
		texts := map[string]string{"rule": rule}
		var got []string
		for _, name := range []string{"rate", "share", "window", "average", "level"} {
			if settings.Takes(texts, name) {
				got = append(got, name)
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s takes %v, want %s", rule, got, want)
		}
		if !settings.Takes(texts, "sigma") || !settings.Takes(texts, "rule") {
			t.Errorf("%s does not take sigma and rule", rule)
		}
	}
}
