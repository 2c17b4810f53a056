package cli

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/console"
	"github.com/Kaleaon/pentary-go/kernels"
)

func newVersion(s *console.Streams) *cobra.Command {
	var json, implementations bool
	cmd := &cobra.Command{
		Use:   "version",
		Short: "Show the version, and the kernels that this CPU runs",
		Args:  console.NoArguments,
		RunE: func(*cobra.Command, []string) error {
			v := thisVersion()
			switch {
			case json:
				return s.PrintJSON("result", v)
			case implementations:
				fmt.Fprintln(s.Out, strings.Join(v.Kernels, "\n"))
				return nil
			}
			fmt.Fprintf(s.Out, "pentary %s\n%s %s\nkernels: %s (of %s)\n",
				v.describe(), v.Go, v.Platform, v.Selected, strings.Join(v.Kernels, ", "))
			return nil
		},
	}
	cmd.Flags().BoolVar(&json, "json", false, "print one JSON object")
	cmd.Flags().BoolVar(&implementations, "implementations", false, "print only the kernels that this CPU runs, one a line")
	return cmd
}

// version describes the binary.
type version struct {
	Version  string   `json:"version"`
	Revision string   `json:"revision,omitempty"` // of the version control system
	Modified bool     `json:"modified,omitempty"` // whether the sources differ from the revision
	Go       string   `json:"go"`
	Platform string   `json:"platform"`
	Kernels  []string `json:"kernels"` // that this CPU runs
	Selected string   `json:"selected"`
}

func thisVersion() version {
	v := version{
		Version: "(devel)",
		Go:      runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH,
		Kernels: kernels.Implementations(), Selected: kernels.Selected(),
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return v
	}
	if info.Main.Version != "" {
		v.Version = info.Main.Version
	}
	for _, setting := range info.Settings {
		switch setting.Key {
		case "vcs.revision":
			v.Revision = setting.Value
		case "vcs.modified":
			v.Modified = setting.Value == "true"
		}
	}
	return v
}

// describe writes the version with what is known of its revision.
func (v version) describe() string {
	text := v.Version
	if v.Revision != "" {
		text += " " + v.Revision
	}
	if v.Modified {
		text += " (modified)"
	}
	return text
}
