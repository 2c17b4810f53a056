package hw

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/console"
	"github.com/Kaleaon/pentary-go/nn"
	"github.com/Kaleaon/pentary-go/packed"
)

func TestReport(t *testing.T) {
	dir := t.TempDir()
	model, page := filepath.Join(dir, "m.pent"), filepath.Join(dir, "page.html")
	file := nn.NewMLP(1, 64, 16, 10).File(map[string]string{"task": "digits"})
	if err := packed.WriteFile(model, file); err != nil {
		t.Fatal(err)
	}

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := execute(ctx, "report", "--out", page, "--model", model); !errors.Is(err, console.ErrInterrupted) {
		t.Errorf("interrupted: error %v", err)
	}
	if _, err := os.Stat(page); err == nil {
		t.Error("interrupted, it left a page")
	}

	out, _, err := execute(t.Context(), "report", "--out", page, "--model", model, "--generations", "1")
	if err != nil || out != page+"\n" {
		t.Errorf("wrote %q, error %v", out, err)
	}
	text, err := os.ReadFile(page)
	if err != nil || !strings.Contains(string(text), "64-16-10, 1184 weights") {
		t.Errorf("a page of %d bytes, error %v", len(text), err)
	}
}

func TestReportErrors(t *testing.T) {
	dir := t.TempDir()
	page, model, text := filepath.Join(dir, "page.html"), filepath.Join(dir, "m.pent"), filepath.Join(dir, "text")
	for path, net := range map[string]*nn.Model{model: nn.NewMLP(1, 7, 3)} {
		if err := packed.WriteFile(path, net.File(map[string]string{"task": "digits"})); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(text, []byte("text"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		args  []string
		usage bool
		want  string
	}{
		{nil, true, "--out"},
		{[]string{"--out", page, "more"}, true, "no argument"},
		{[]string{"--out", page, "--generations", "0"}, true, "1 to"},
		{[]string{"--out", dir}, false, "is a directory"},
		{[]string{"--out", page, "--model", filepath.Join(dir, "none")}, false, "no such file"},
		{[]string{"--out", page, "--model", text}, false, text},
		{[]string{"--out", page, "--model", model}, false, "features"},
	} {
		_, _, err := execute(t.Context(), append([]string{"report"}, test.args...)...)
		var usage console.UsageError
		if err == nil || errors.As(err, &usage) != test.usage || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%q: error %v", test.args, err)
		}
		if _, err := os.Stat(page); err == nil {
			t.Errorf("%q left a page", test.args)
		}
	}
}
