// Package tutorial has the tutorial's pages. Their programs are built and run by its
// test, as a user would: in a module of their own.
package tutorial

import (
	"flag"
	"fmt"
	"go/format"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write into the pages what their programs print")

// program is a block of Go on a page, and the block of text after it: what it prints.
type program struct {
	page   string
	line   int // of its first line
	source string

	output     string
	start, end int // of the output, as offsets in the page
}

func (p program) String() string { return fmt.Sprintf("%s:%d", p.page, p.line) }

var (
	goBlock   = regexp.MustCompile("(?ms)^```go\n(.*?)^```$")
	textBlock = regexp.MustCompile("(?ms)^```text\n(.*?)^```$")
)

// programs returns the programs of a page. Every Go block has to be one, and to be
// followed by its output.
func programs(page, text string) ([]program, error) {
	var all []program
	blocks := goBlock.FindAllStringSubmatchIndex(text, -1)
	for i, block := range blocks {
		p := program{page: page, line: 1 + strings.Count(text[:block[2]], "\n"), source: text[block[2]:block[3]]}
		next := len(text)
		if i+1 < len(blocks) {
			next = blocks[i+1][0]
		}
		output := textBlock.FindStringSubmatchIndex(text[block[1]:next])
		if output == nil {
			return nil, fmt.Errorf("%v: no output follows", p)
		}
		p.start, p.end = block[1]+output[2], block[1]+output[3]
		p.output = text[p.start:p.end]
		formatted, err := format.Source([]byte(p.source))
		switch {
		case err != nil:
			return nil, fmt.Errorf("%v: %w", p, err)
		case string(formatted) != p.source:
			return nil, fmt.Errorf("%v: gofmt would change it", p)
		case !strings.HasPrefix(p.source, "package main\n"):
			return nil, fmt.Errorf("%v: not a whole program", p)
		}
		all = append(all, p)
	}
	return all, nil
}

// build vets and builds programs in a module made for them, and returns the files that
// run, in order. The module requires what the examples do, and this library as it is here.
func build(t *testing.T, all []program) ([]string, error) {
	t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	write := func(name string, content []byte) {
		name = filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, content, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"go.mod", "go.sum"} {
		text, err := os.ReadFile(filepath.Join(root, "examples", name))
		if err != nil {
			t.Fatal(err)
		}
		if name == "go.mod" {
			text = fmt.Appendf(text, "\nreplace github.com/Kaleaon/pentary-go => %s\n", root)
		}
		write(name, text)
	}
	var files []string
	for i, p := range all {
		name := fmt.Sprintf("program%d", i)
		// Errors name the line of the page.
		write(filepath.Join(name, "main.go"), fmt.Appendf(nil, "//line %s:%d\n%s", p.page, p.line, p.source))
		files = append(files, filepath.Join(dir, "bin", name))
	}
	for _, args := range [][]string{{"vet", "./..."}, {"build", "-o", "bin/", "./..."}} {
		cmd := exec.Command("go", args...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=-mod=readonly")
		if out, err := cmd.CombinedOutput(); err != nil {
			return nil, fmt.Errorf("go %s: %w\n%s", args[0], err, out)
		}
	}
	return files, nil
}

// Every program of the tutorial builds, and prints what the page says that it does.
func TestPages(t *testing.T) {
	if testing.Short() {
		t.Skip("builds and runs programs")
	}
	pages, err := filepath.Glob("*.md")
	if err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{}
	var all []program
	for _, page := range pages {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		texts[page] = string(text)
		found, err := programs(page, texts[page])
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, found...)
	}
	if len(all) < 6 {
		t.Fatalf("%d programs in %v", len(all), pages)
	}
	files, err := build(t, all)
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range slices.Backward(all) { // what is written moves what follows it
		cmd := exec.Command(files[i])
		cmd.Dir, cmd.Stderr = t.TempDir(), t.Output()
		out, err := cmd.Output()
		if err != nil {
			t.Errorf("%v: %v", p, err)
			continue
		}
		switch {
		case string(out) == p.output:
		case *update:
			text := texts[p.page]
			texts[p.page] = text[:p.start] + string(out) + text[p.end:]
		default:
			t.Errorf("%v prints\n%s\nwant\n%s", p, out, p.output)
		}
	}
	if *update && !t.Failed() {
		for page, text := range texts {
			if err := os.WriteFile(page, []byte(text), 0o666); err != nil {
				t.Error(err)
			}
		}
	}
}

// A mistake on a page is found, and its place.
func TestFaults(t *testing.T) {
	const output = "```text\n```\n"
	for text, want := range map[string]string{
		"text\n```go\npackage main\n```\n":                     "page.md:3: no output follows",
		"```go\nfunc main() {\n```\n" + output:                 "page.md:2: ",
		"```go\nfunc main() {}\n```\n" + output:                "page.md:2: not a whole program",
		"```go\npackage main\nfunc main( ) {}\n```\n" + output: "page.md:2: gofmt",
	} {
		if all, err := programs("page.md", text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, %v, want %q", text, all, err, want)
		}
	}
	if testing.Short() {
		t.Skip("builds a program")
	}
	all, err := programs("page.md", "```go\npackage main\n\nfunc main() {\n\tundefined()\n}\n```\n"+output)
	if err != nil || len(all) != 1 {
		t.Fatal(all, err)
	}
	if _, err := build(t, all); err == nil || !strings.Contains(err.Error(), "page.md:5:") {
		t.Errorf("error %v, want one of page.md:5", err)
	}
}
