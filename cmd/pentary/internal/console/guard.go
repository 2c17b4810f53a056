package console

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/Kaleaon/pentary-go/data"
)

// place is a file that a command reads or writes, whether or not it exists.
type place struct {
	label string // flag or argument, for example "--out"
	path  string
	role  role
	model bool
	run   bool        // whether it is a file in the folder of a run or search
	info  fs.FileInfo // nil if the file does not exist
	dir   string      // nearest existing folder
	rest  string      // path below it
}

// runFiles lists the files that pentary maintains in a folder, and the file that identifies such a
// folder.
var runFiles = []struct {
	mark  string
	what  string
	names []string
}{
	{"journal.pej", "run", []string{"journal.pej", "checkpoint", "lock", modelName}},
	{"tune.jsonl", "search", []string{"tune.jsonl", "tune.lock"}},
}

// modelName is the file in a run's directory that holds its network.
const modelName = "model.pent"

// resolve returns the place of a path, following links, including links to files that do not
// exist.
func resolve(label, path string, r role) place {
	p := place{label: label, path: path, role: r}
	at := path
	for range 40 { // more links than any system follows
		info, err := os.Lstat(at)
		if err != nil || info.Mode()&fs.ModeSymlink == 0 {
			break
		}
		target, err := os.Readlink(at)
		if err != nil {
			break
		}
		if !filepath.IsAbs(target) {
			parent, _ := cut(at)
			target = parent + string(filepath.Separator) + target
		}
		at = target
	}
	p.info, _ = os.Stat(path)
	for dir, base := cut(at); ; dir, base = cut(dir) {
		p.rest = filepath.Join(base, p.rest)
		p.dir = dir
		if info, err := os.Stat(dir); err == nil && info.IsDir() || dir == "." || dir == string(filepath.Separator) {
			return p
		}
	}
}

// cut returns the folder of a path and the name in it. Unlike filepath.Dir, it does not resolve "..",
// which means another folder after a link.
func cut(path string) (dir, base string) {
	path = strings.TrimRight(path, string(filepath.Separator))
	i := strings.LastIndexByte(path, filepath.Separator)
	switch {
	case i < 0 && path == "":
		return string(filepath.Separator), "."
	case i < 0:
		return ".", path
	case i == 0:
		return string(filepath.Separator), path[1:]
	}
	return path[:i], path[i+1:]
}

// same reports whether two places are the same file, or would be.
func (p place) same(q place) bool {
	if p.info != nil || q.info != nil {
		return p.info != nil && q.info != nil && os.SameFile(p.info, q.info)
	}
	a, errA := os.Stat(p.dir)
	b, errB := os.Stat(q.dir)
	if errA != nil || errB != nil || !os.SameFile(a, b) {
		return false
	}
	return p.rest == q.rest || strings.EqualFold(p.rest, q.rest) && folds(p.dir)
}

var folds = foldsCase // for tests

// foldsCase reports whether names in a folder are case-insensitive.
func foldsCase(dir string) bool {
	probe, err := os.CreateTemp(dir, ".pentary-case-*")
	if err != nil {
		return false
	}
	defer os.Remove(probe.Name())
	defer probe.Close()
	here, err := probe.Stat()
	if err != nil {
		return false
	}
	other, err := os.Stat(filepath.Join(dir, strings.ToUpper(filepath.Base(probe.Name()))))
	return err == nil && os.SameFile(here, other)
}

// CheckPaths returns an error if an output of the command, or a file to which standard output or
// standard error is redirected, is an input, another output or a file of a run, or if an output
// cannot be created. It is called before every command. A command that finds further inputs in its
// files calls it again with these inputs, keyed by their description.
func CheckPaths(cmd *cobra.Command, args []string, s *Streams, inputs map[string]string) error {
	places := placesOf(cmd, args)
	for label, path := range inputs {
		if path == "" {
			continue
		}
		places = append(places, inputPlaces(label, path)...)
	}
	for i, p := range places {
		for _, q := range places[:i] {
			if err := p.conflict(q); err != nil {
				return err
			}
		}
	}
	for _, p := range places {
		if p.output() && !p.run {
			if err := p.foreign(places); err != nil {
				return err
			}
		}
		for _, q := range s.regular {
			if err := p.redirected(q); err != nil {
				return err
			}
		}
	}
	for _, p := range places {
		if err := p.possible(); err != nil {
			return err
		}
	}
	return nil
}

// inputPlaces returns the places of an input; for a folder of data, also the files in it.
func inputPlaces(label, path string) []place {
	places := []place{resolve(label, path, reads)}
	entries, err := os.ReadDir(path)
	if err != nil { // a file, or it does not exist
		return places
	}
	for _, e := range entries {
		if data.IsImageFile(e.Name()) {
			places = append(places, resolve(label, filepath.Join(path, e.Name()), reads))
		}
	}
	return places
}

// joins reports whether an output would be a new file in a folder of data that is read.
func (p place) joins(folder place) bool {
	if p.info != nil || folder.info == nil || !folder.info.IsDir() || !data.IsImageFile(p.rest) {
		return false
	}
	dir, err := os.Stat(p.dir)
	return err == nil && os.SameFile(dir, folder.info)
}

// shared reports whether several writers may use the place, such as a device.
func (p place) shared() bool {
	return p.role == streams && p.info != nil && !p.info.Mode().IsRegular() && !p.info.IsDir()
}

// isStream reports whether a path names a stream of the process, such as /dev/stdout.
func isStream(path string) bool {
	return strings.HasPrefix(path, "/dev/std") || strings.HasPrefix(path, "/dev/fd/") || strings.HasPrefix(path, "/proc/self/fd/")
}

// output reports whether the command writes the file.
func (p place) output() bool { return p.role == writes || p.role == streams || p.role == keepsRun }

// conflict returns an error if two places are the same file and one of them is an output.
func (p place) conflict(q place) error {
	if !p.output() || p.run && !q.run && q.output() {
		p, q = q, p
	}
	if !p.output() || p.run && q.run || p.model && q.model || p.shared() || !p.same(q) && !(q.role == reads && p.joins(q)) {
		return nil
	}
	does := "writes"
	switch {
	case q.run:
		does = "keeps"
	case q.role == reads:
		does = "reads"
	}
	return Usagef("%s %s: is a file that %s %s", p.label, p.path, q.label, does)
}

// redirected returns an error if a place is the regular file to which standard output or standard
// error is redirected.
func (p place) redirected(stream place) error {
	if p.info == nil || !os.SameFile(p.info, stream.info) {
		return nil
	}
	switch {
	case p.run:
		return Usagef("%s: is redirected to %s, a file that %s keeps", stream.label, p.path, p.label)
	case !p.output():
		return Usagef("%s: is redirected to %s, which the command reads", stream.label, p.path)
	case isStream(p.path):
		return nil
	}
	return Usagef("%s %s: is also the file of %s", p.label, p.path, stream.label)
}

// foreign returns an error if an output is a file of a run or a search, other than the network of
// the command's own run.
func (p place) foreign(places []place) error {
	if p.model && slices.ContainsFunc(places, func(q place) bool { return q.run && q.model && p.same(q) }) {
		return nil
	}
	for _, kept := range runFiles {
		mark, err := os.Stat(filepath.Join(p.dir, kept.mark))
		if err != nil || !mark.Mode().IsRegular() {
			continue
		}
		for _, name := range kept.names {
			if p.same(resolve("", filepath.Join(p.dir, name), reads)) {
				return Usagef("%s %s: belongs to the %s in %s", p.label, p.path, kept.what, p.dir)
			}
		}
	}
	return nil
}

// possible returns an error unless an output can be created, so that a run does not fail at its
// end. It leaves no files.
func (p place) possible() error {
	if p.run || p.role != writes && p.role != streams {
		return nil
	}
	info, err := os.Stat(p.path)
	switch {
	case err == nil && info.IsDir():
		return fmt.Errorf("%s %s: is a directory, want a file", p.label, p.path)
	case err == nil && !info.Mode().IsRegular() && p.role == streams:
		return nil
	case err == nil && !info.Mode().IsRegular():
		// Saving replaces the file by a rename, which would destroy a device.
		return fmt.Errorf("%s %s: is not a regular file, which saving replaces", p.label, p.path)
	case err == nil && p.role == streams:
		f, err := os.OpenFile(p.path, os.O_WRONLY|os.O_APPEND, 0)
		if err != nil {
			return fmt.Errorf("%s: %w", p.label, err)
		}
		return f.Close()
	case err != nil && !os.IsNotExist(err):
		return fmt.Errorf("%s: %w", p.label, err)
	}
	dir, base := cut(p.path)
	if base == "." || base == ".." || strings.HasSuffix(p.path, string(filepath.Separator)) {
		return fmt.Errorf("%s %s: names a directory, want a file", p.label, p.path)
	}
	folder, err := os.Stat(dir)
	switch {
	case err != nil:
		return fmt.Errorf("%s %s: %w", p.label, p.path, missing(dir, err))
	case !folder.IsDir():
		return fmt.Errorf("%s %s: %s is not a directory", p.label, p.path, dir)
	}
	probe, err := os.CreateTemp(dir, ".pentary-*")
	if err != nil {
		return fmt.Errorf("%s %s: %w", p.label, p.path, missing(dir, err))
	}
	probe.Close()
	return os.Remove(probe.Name())
}

// missing returns an error about a folder with the name given by the user.
func missing(dir string, err error) error {
	if e, ok := err.(*fs.PathError); ok {
		err = e.Err
	}
	return &fs.PathError{Op: "folder", Path: dir, Err: err}
}

// placesOf returns the places of a command's flags and arguments.
func placesOf(cmd *cobra.Command, args []string) []place {
	var places []place
	add := func(label, path string, v *Path) {
		join := func(r role, names []string) {
			for _, name := range names {
				p := resolve(label, filepath.Join(path, name), r)
				p.run, p.model = true, name == modelName
				places = append(places, p)
			}
		}
		switch v.role {
		case reads, readsFolder:
			places = append(places, inputPlaces(label, path)...)
		case writesDir:
			if v.names != nil {
				join(writes, v.names())
			}
		case keepsRun:
			join(keepsRun, runFiles[0].names)
		case readsRun:
			join(reads, runFiles[0].names)
		default:
			p := resolve(label, path, v.role)
			p.model = v.model && v.role == writes
			places = append(places, p)
		}
	}
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		v, ok := inner(f.Value).(*Path)
		if !ok {
			return
		}
		path := v.String()
		if path == "" && v.standard != nil {
			path = v.standard(args)
		}
		if path != "" {
			add("--"+f.Name, path, v)
		}
	})
	for i, arg := range args {
		switch argumentKind(cmd, i) {
		case "":
		case ArgRun:
			add(arg, arg, &Path{role: readsRun})
		default:
			add(arg, arg, &Path{role: reads})
		}
	}
	return slices.Clip(places)
}
