package machine

import (
	"runtime"
	"runtime/debug"

	"github.com/Kaleaon/pentary-go/kernels"
)

// Build describes the program.
type Build struct {
	Version  string   `json:"version"`
	Revision string   `json:"revision,omitempty"` // revision in version control
	Modified bool     `json:"modified,omitempty"` // whether the sources differ from the revision
	Sum      string   `json:"sum,omitempty"`      // hash of the module, as in go.sum, if installed from a proxy
	Go       string   `json:"go"`
	Platform string   `json:"platform"`
	Kernels  []string `json:"kernels"` // implementations that this CPU supports
	Selected string   `json:"selected"`
}

// ThisBuild returns the description of the running program.
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

// String returns the version with the revision, or with the module's hash if the program was
// installed from a proxy, which has no revision.
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
