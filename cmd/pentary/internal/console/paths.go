package console

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// A role says what a command does with a path.
type role int

const (
	reads       role = iota // a file, or a folder of data
	readsFolder             // a folder of data
	writes                  // replaces a file as a whole: a regular one, or none yet
	streams                 // writes a file as it goes, which may be a device
	writesDir               // makes files in a folder
	keepsRun                // reads and writes the files of a run's directory
	readsRun                // reads them
)

// Path is a flag's value: the name of a file or folder, and what the command does with
// it. Every flag that names one is a Path, so that no command begins before its files
// are known to be different ones, see CheckPaths.
type Path struct {
	text     *string
	role     role
	ext      []string // names that complete, without the dot
	names    func() []string
	standard func(args []string) string // the path where none is given
	model    bool                       // whether it stands for the model of a run
}

// Set implements pflag.Value. It expands a leading ~/, which shells leave in --flag=~/file.
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
	if p.text == nil { // the zero value, which pflag asks for its default
		return ""
	}
	return *p.text
}

// Type implements pflag.Value.
func (p *Path) Type() string { return "file" }

// Ext says what the names of such files end in, without the dot.
func (p *Path) Ext(ext ...string) *Path {
	p.ext = ext
	return p
}

// Otherwise says which path it is where the flag names none; an empty one is none.
func (p *Path) Otherwise(path func(args []string) string) *Path {
	p.standard = path
	return p
}

// Model says that the file is the network of a run: it may be model.pent of a run that
// the command keeps or reads, in its directory.
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

// Output adds a flag for a file that the command replaces as a whole.
func Output(f *pflag.FlagSet, p *string, name, usage string) *Path {
	return newPath(f, p, name, usage, writes)
}

// OutputP is Output with a letter for the flag.
func OutputP(f *pflag.FlagSet, p *string, name, short, usage string) *Path {
	value := &Path{text: p, role: writes}
	f.VarP(value, name, short, usage)
	return value
}

// Stream adds a flag for a file that the command writes as it goes, a regular one or a
// device.
func Stream(f *pflag.FlagSet, p *string, name, usage string) *Path {
	return newPath(f, p, name, usage, streams)
}

// OutputFolder adds a flag for a folder in which the command makes files, called so
// where that is known before.
func OutputFolder(f *pflag.FlagSet, p *string, name, usage string, names func() []string) *Path {
	value := newPath(f, p, name, usage, writesDir)
	value.names = names
	return value
}

// RunFolder adds a flag for the directory of a run.
func RunFolder(f *pflag.FlagSet, p *string, name, usage string) *Path {
	return newPath(f, p, name, usage, keepsRun)
}

// Kinds of arguments, for Arguments.
const (
	ArgModel  = "pent" // a .pent file to read
	ArgRun    = "run"  // the directory of a run to read
	argsEntry = "arguments"
)

// Arguments returns the annotation of a command whose arguments are paths of these
// kinds: ArgRun, or a file to read whose name ends so, with a bar between several
// endings. The last kind holds for all further arguments.
func Arguments(kinds ...string) map[string]string {
	return map[string]string{argsEntry: strings.Join(kinds, ",")}
}

// argumentKind returns the kind of argument i of a command, empty for no path.
func argumentKind(cmd *cobra.Command, i int) string {
	entry := cmd.Annotations[argsEntry]
	if entry == "" {
		return ""
	}
	kinds := strings.Split(entry, ",")
	return kinds[min(i, len(kinds)-1)]
}

// IsPath reports whether a flag is for a file or folder that CheckPaths knows.
func IsPath(f *pflag.Flag) bool {
	_, ok := inner(f.Value).(*Path)
	return ok
}
