// Command release makes a release of all modules of the repository. Run it in a clean
// checkout:
//
//	export GOWORK=off
//	go -C tools run ./release check v0.2.0         # compares the API with the last release
//	go -C tools run ./release tag v0.2.0           # commits the release, tags every module
//	go -C tools run ./release build v0.2.0 DIR     # archives, Debian packages, SHA256SUMS
//	go -C tools run ./release proxy v0.2.0 DIR     # a folder for GOPROXY, to try it
//
// Nothing is pushed. A released module is any in the repository but those in tools, test
// and bench; all of them have the same version.
package main

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/semver"
)

const usage = "usage: release check|tag VERSION, release build|proxy VERSION DIR"

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "release:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) < 2 {
		return fmt.Errorf(usage)
	}
	if !semver.IsValid(args[1]) || semver.Canonical(args[1]) != args[1] {
		return fmt.Errorf("version %q: want one like v0.2.0", args[1])
	}
	root, err := output(".", "git", "rev-parse", "--show-toplevel")
	if err != nil {
		return err
	}
	r := repository{root: root}
	if r.modules, err = findModules(root); err != nil {
		return err
	}
	switch command, version := args[0], args[1]; {
	case command == "check" && len(args) == 2:
		return r.check(version, os.Stdout)
	case command == "tag" && len(args) == 2:
		return r.tag(version)
	case command == "build" && len(args) == 3:
		return r.build(version, args[2])
	case command == "proxy" && len(args) == 3:
		return r.proxy(version, args[2])
	}
	return fmt.Errorf(usage)
}

// repository is a checkout and its modules, each after those that it requires.
type repository struct {
	root    string
	modules []module
}

// module is a module of the repository.
type module struct {
	path, dir string // dir is relative to the root, "." for the library
	requires  []string
	released  bool
}

// tag returns the name of the module's tag for a version.
func (m module) tag(version string) string {
	if m.dir == "." {
		return version
	}
	return m.dir + "/" + version
}

// findModules returns the modules that git knows below root, sorted by what they require.
func findModules(root string) ([]module, error) {
	files, err := output(root, "git", "ls-files", "go.mod", "*/go.mod")
	if err != nil {
		return nil, err
	}
	found := map[string]module{}
	var paths []string
	for name := range strings.Lines(files) {
		name = strings.TrimSpace(name)
		text, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			return nil, err
		}
		f, err := modfile.Parse(name, text, nil)
		if err != nil {
			return nil, err
		}
		m := module{path: f.Module.Mod.Path, dir: filepath.Dir(name)}
		top, _, _ := strings.Cut(m.dir, "/")
		m.released = !slices.Contains([]string{"tools", "test", "bench"}, top)
		if m.released && len(f.Replace) > 0 {
			return nil, fmt.Errorf("%s: a module with a replace directive cannot be installed", name)
		}
		for _, r := range f.Require {
			m.requires = append(m.requires, r.Mod.Path)
		}
		found[m.path] = m
		paths = append(paths, m.path)
	}
	var sorted []module
	var visit func(path string)
	visit = func(path string) {
		m, ok := found[path]
		if !ok {
			return
		}
		delete(found, path)
		for _, required := range m.requires {
			visit(required)
		}
		sorted = append(sorted, m)
	}
	for _, path := range paths {
		visit(path)
	}
	return sorted, nil
}

// tag commits the release and tags it: every module requires the others at version,
// go.sum has their hashes, so that a build without the workspace works, and CHANGELOG.md
// has a section for it.
func (r repository) tag(version string) error {
	if changed, err := output(r.root, "git", "status", "--porcelain"); err != nil || changed != "" {
		return fmt.Errorf("the checkout is not clean (error %v):\n%s", err, changed)
	}
	date, err := output(r.root, "date", "-u", "+%Y-%m-%d")
	if err != nil {
		return err
	}
	if err := edit(filepath.Join(r.root, "CHANGELOG.md"), func(text string) (string, error) {
		return changelog(text, version, date)
	}); err != nil {
		return err
	}
	for _, m := range r.modules {
		for _, other := range r.modules {
			if !slices.Contains(m.requires, other.path) {
				continue
			}
			if _, err := output(r.root, "go", "mod", "edit", "-require", other.path+"@"+version, filepath.Join(m.dir, "go.mod")); err != nil {
				return err
			}
		}
	}
	if err := edit(filepath.Join(r.root, "go.work"), func(text string) (string, error) {
		for _, m := range r.modules {
			replaced := regexp.MustCompile(`(?m)^(\s*(?:replace )?` + regexp.QuoteMeta(m.path) + `) v\S+ =>`)
			text = replaced.ReplaceAllString(text, "${1} "+version+" =>")
		}
		return text, nil
	}); err != nil {
		return err
	}
	if _, err := output(r.root, "git", "commit", "--quiet", "--all", "--allow-empty", "-m", "release "+version); err != nil {
		return err
	}
	// The hash of a module counts its go.sum, so those it requires come first.
	for _, m := range r.modules {
		if !m.released {
			continue
		}
		lines, err := r.sums(m, version)
		if err != nil {
			return err
		}
		for _, other := range r.modules {
			if !other.released || !slices.Contains(other.requires, m.path) {
				continue
			}
			if err := edit(filepath.Join(r.root, other.dir, "go.sum"), func(text string) (string, error) {
				return replaceSums(text, m.path, lines), nil
			}); err != nil {
				return err
			}
		}
		if _, err := output(r.root, "git", "commit", "--quiet", "--all", "--amend", "--no-edit", "--allow-empty"); err != nil {
			return err
		}
	}
	var tags []string
	for _, m := range r.modules {
		if m.released {
			tags = append(tags, m.tag(version))
		}
	}
	for _, tag := range tags {
		if _, err := output(r.root, "git", "tag", "-a", "-m", "release "+tag, tag); err != nil {
			return err
		}
	}
	fmt.Println("git push origin HEAD", strings.Join(tags, " "))
	return nil
}

var unreleased = regexp.MustCompile(`(?m)^## \[Unreleased\]$`)

// changelog opens a section for version above what has not been released yet.
func changelog(text, version, date string) (string, error) {
	if !unreleased.MatchString(text) {
		return "", fmt.Errorf("CHANGELOG.md has no line %q", "## [Unreleased]")
	}
	return unreleased.ReplaceAllString(text, "## [Unreleased]\n\n## ["+version[1:]+"] - "+date), nil
}

// replaceSums replaces the lines of a module in the text of a go.sum.
func replaceSums(text, path string, lines []string) string {
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(line, path+" ") {
			lines = append(lines, line)
		}
	}
	slices.Sort(lines)
	return strings.Join(lines, "")
}

// check compares the API of every released module with its last release and writes a
// report. From v1 on, it is an error if the change needs a greater version.
func (r repository) check(version string, out io.Writer) error {
	for _, m := range r.modules {
		if !m.released {
			continue
		}
		tags, err := output(r.root, "git", "tag", "--list", "--sort=-version:refname", m.tag("v*"))
		if err != nil {
			return err
		}
		last, _, _ := strings.Cut(tags, "\n")
		if last == "" {
			fmt.Fprintln(out, m.path+":", "no release to compare with")
			continue
		}
		base := last[strings.LastIndex(last, "/")+1:]
		cmd := exec.Command("go", "tool", "-modfile="+filepath.Join(r.root, "tools/go.mod"), "gorelease", "-base="+base, "-version="+version)
		cmd.Dir, cmd.Stdout, cmd.Stderr = filepath.Join(r.root, m.dir), out, os.Stderr
		cmd.Env = append(os.Environ(), "GOWORK=off")
		if err := cmd.Run(); err != nil {
			return fmt.Errorf("%s since %s: %w", m.path, base, err)
		}
	}
	return nil
}

// edit rewrites a file.
func edit(name string, change func(string) (string, error)) error {
	text, err := os.ReadFile(name)
	if err != nil && !os.IsNotExist(err) {
		return err
	}
	changed, err := change(string(text))
	if err != nil {
		return err
	}
	return os.WriteFile(name, []byte(changed), 0o666)
}

// output runs a program in dir and returns what it prints, without the last line break.
func output(dir, name string, args ...string) (string, error) {
	cmd := exec.Command(name, args...)
	cmd.Dir, cmd.Stderr = dir, os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("%s %s: %w", name, strings.Join(args, " "), err)
	}
	return strings.TrimSuffix(string(out), "\n"), nil
}
