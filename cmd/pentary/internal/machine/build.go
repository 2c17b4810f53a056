package machine

import (
	"runtime"
	"runtime/debug"

	"github.com/Kaleaon/pentary-go/kernels"
)

// Build describes the program.
type Build struct {
	Version  string   `json:"version"`
	Revision string   `json:"revision,omitempty"` // of the version control system
	Modified bool     `json:"modified,omitempty"` // whether the sources differ from the revision
	Sum      string   `json:"sum,omitempty"`      // of the module, as in go.sum, where it was installed from a proxy
	Go       string   `json:"go"`
	Platform string   `json:"platform"`
	Kernels  []string `json:"kernels"` // that this CPU runs
	Selected string   `json:"selected"`
}

// ThisBuild returns the description of the program that runs.
func ThisBuild() Build {
	b := Build{
		Version: "(devel)", Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH,
		Kernels: kernels.Implementations(), Selected: kernels.Selected(),
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return b
	}
	if info.Main.Version != "" {
		b.Version = info.Main.Version
	}
	b.Sum = info.Main.Sum
	for _, setting := range info.Settings {
		switch setting.Key {
		case "vcs.revision":
			b.Revision = setting.Value
		case "vcs.modified":
			b.Modified = setting.Value == "true"
		}
	}
	return b
}

// String writes the version with its revision, or with the module's hash if the program
// was installed from a proxy, which knows no revision.
func (b Build) String() string {
	text := b.Version
	if b.Revision != "" {
		text += " " + b.Revision
	} else if b.Sum != "" {
		text += " " + b.Sum
	}
	if b.Modified {
		text += " (modified)"
	}
	return text
}
