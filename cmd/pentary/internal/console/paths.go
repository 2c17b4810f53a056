package console

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// role is the use of a path by a command.
type role int

const (
	reads       role = iota // a file, or a folder of data
	readsFolder             // a folder of data
	writes                  // replaces a file atomically: a regular file, or one that does not exist
	streams                 // writes a file incrementally; it may be a device
	writesDir               // creates files in a folder
	keepsRun                // reads and writes the files of a run's directory
	readsRun                // reads the files of a run's directory
)

// Path is the value of a flag that names a file or folder, with its use by the command. Every such
// flag is a Path, so that CheckPaths can check that the files are distinct before the command
// begins.
type Path struct {
	text     *string
	role     role
	ext      []string // extensions for completion, without the dot
	names    func() []string
	standard func(args []string) string // the default path
	model    bool                       // whether it may be the model of a run
}

// Set implements pflag.Value. It expands a leading ~/, which shells do not expand in --flag=~/file.
func (p *Path) Set(text string) error {
	*p.text = text
	if rest, ok := strings.CutPrefix(text, "~/"); ok {
		home, err := os.UserHomeDir()
		if err != nil {
			return err
		}
		*p.text = filepath.Join(home, rest)
	}
	return nil
}

// String implements pflag.Value.
func (p *Path) String() string {
	if p.text == nil { // the zero value, which pflag uses to detect defaults
		return ""
	}
	return *p.text
}

// Type implements pflag.Value.
func (p *Path) Type() string { return "file" }

// Ext sets the extensions of the files, without the dot.
func (p *Path) Ext(ext ...string) *Path {
	p.ext = ext
	return p
}

// Otherwise sets the default path if the flag is not set; an empty result is no path.
func (p *Path) Otherwise(path func(args []string) string) *Path {
	p.standard = path
	return p
}

// Model marks the file as the network of a run. It may be model.pent in the directory of a run that
// the command maintains or reads.
func (p *Path) Model() *Path {
	p.model = true
	return p.Ext("pent")
}

func newPath(f *pflag.FlagSet, p *string, name, usage string, r role) *Path {
	value := &Path{text: p, role: r}
	f.Var(value, name, usage)
	return value
}

// Input adds a flag for a file that the command reads.
func Input(f *pflag.FlagSet, p *string, name, usage string) *Path {
	return newPath(f, p, name, usage, reads)
}

// InputFolder adds a flag for a folder of data that the command reads.
func InputFolder(f *pflag.FlagSet, p *string, name, usage string) *Path {
	return newPath(f, p, name, usage, readsFolder)
}

// Output adds a flag for a file that the command replaces atomically.
func Output(f *pflag.FlagSet, p *string, name, usage string) *Path {
	return newPath(f, p, name, usage, writes)
}

// OutputP is Output with a shorthand for the flag.
func OutputP(f *pflag.FlagSet, p *string, name, short, usage string) *Path {
	value := &Path{text: p, role: writes}
	f.VarP(value, name, short, usage)
	return value
}

// Stream adds a flag for a file that the command writes incrementally, a regular file or a device.
func Stream(f *pflag.FlagSet, p *string, name, usage string) *Path {
	return newPath(f, p, name, usage, streams)
}

// OutputFolder adds a flag for a folder in which the command creates files; names returns their
// names, as far as known in advance.
func OutputFolder(f *pflag.FlagSet, p *string, name, usage string, names func() []string) *Path {
	value := newPath(f, p, name, usage, writesDir)
	value.names = names
	return value
}

// RunFolder adds a flag for the directory of a run.
func RunFolder(f *pflag.FlagSet, p *string, name, usage string) *Path {
	return newPath(f, p, name, usage, keepsRun)
}

// Kinds of arguments for Arguments.
const (
	ArgModel  = "pent" // a .pent file to read
	ArgRun    = "run"  // the directory of a run to read
	argsEntry = "arguments"
)

// Arguments returns the annotation of a command whose arguments are paths. A kind is ArgRun, or
// the extension of a file to read; several extensions are separated by bars. The last kind holds
// for all further arguments.
func Arguments(kinds ...string) map[string]string {
	return map[string]string{argsEntry: strings.Join(kinds, ",")}
}

// argumentKind returns the kind of argument i of a command, or "" if it is not a path.
func argumentKind(cmd *cobra.Command, i int) string {
	entry := cmd.Annotations[argsEntry]
	if entry == "" {
		return ""
	}
	kinds := strings.Split(entry, ",")
	return kinds[min(i, len(kinds)-1)]
}

// IsPath reports whether the value of a flag is a Path.
func IsPath(f *pflag.Flag) bool {
	_, ok := inner(f.Value).(*Path)
	return ok
}
