package pentary

import (
	"cmp"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// files returns the files of the repository that match one of the patterns.
func files(t *testing.T, patterns ...string) []string {
	t.Helper()
	out, err := exec.Command("git", append([]string{"ls-files"}, patterns...)...).Output()
	if err != nil {
		t.Skip("not a checkout: ", err)
	}
	return strings.Fields(string(out))
}

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// marks are phrases that a native reader stumbles on, or that stand where the field has a
// term.
var marks = regexp.MustCompile(`(?i)` + strings.Join([]string{
	`\bso many\b`, `\b(that|those) of\b`, `\bin place of\b`, `\bgo(es)? on (to|with|as|from|where)\b`, `\byields?\b`,
	`\btakes? back\b`, `\blen(t|d|ds|ding)\b`, `\bhouses?\b`, `\bdoors?\b`, `\bchapters?\b`, `\bcalm(er)?\b`,
	`\bheat\b`, `\brustles?\b`, `\ba floor of the library\b`, `\bhave it\b`, `\bby a hair\b`, `\bthought up\b`,
	`(?-i:(^|[.:;] )What [a-z][^?\n]*\b(is|are|was|were|has|have|decides|does)\b[^?\n]*[.,;:])`,
}, "|"))

// TestProse fails on each of the marks outside code: in pages, and in comments of Go and
// assembly.
func TestProse(t *testing.T) {
	for _, name := range files(t, "*.go", "*.s", "*.h") {
		for i, line := range comments(name, read(t, name)) {
			if found := marks.FindString(line); found != "" {
				t.Errorf("%s:%d: %q: say it plainly", name, i, found)
			}
		}
	}
	for _, name := range files(t, "*.md") {
		code := false
		for i, line := range strings.Split(read(t, name), "\n") {
			if strings.HasPrefix(line, "```") {
				code = !code
			}
			if code || strings.HasPrefix(line, "    ") || strings.HasPrefix(line, "> ") {
				continue
			}
			if found := marks.FindString(line); found != "" {
				t.Errorf("%s:%d: %q: say it plainly", name, i+1, found)
			}
		}
	}
}

// comments returns the text of a file's comments by line number: to the end of the line in
// assembly, all comments in Go.
func comments(name, text string) map[int]string {
	found := map[int]string{}
	if !strings.HasSuffix(name, ".go") {
		for i, line := range strings.Split(text, "\n") {
			if _, comment, ok := strings.Cut(line, "//"); ok {
				found[i+1] = strings.TrimSpace(comment)
			}
		}
		return found
	}
	var s scanner.Scanner
	file := token.NewFileSet().AddFile(name, -1, len(text))
	s.Init(file, []byte(text), nil, scanner.ScanComments)
	for {
		pos, tok, literal := s.Scan()
		if tok == token.EOF {
			return found
		}
		if tok == token.COMMENT {
			for i, line := range strings.Split(literal, "\n") {
				found[file.Line(pos)+i] += strings.TrimSpace(strings.TrimPrefix(line, "//"))
			}
		}
	}
}

func TestMarks(t *testing.T) {
	for _, bad := range []string{"a sum of that of W", "it goes on to the end", "What decides, is the rate.", "rows. What a pair weighs is rounded.", "so many bytes"} {
		if !marks.MatchString(bad) {
			t.Errorf("%q passes", bad)
		}
	}
	text := "package p // yields\n\nvar s = \"so many\" /* the\nheat */\n"
	if got, want := comments("p.go", text), (map[int]string{1: "yields", 3: "/* the", 4: "heat */"}); !maps.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	if got, want := comments("p.s", "MOVQ AX, BX // lends\nRET\n"), (map[int]string{1: "lends"}); !maps.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	for _, good := range []string{"What is a pent?", "That often helps", "a blended floor", "on those offsets"} {
		if found := marks.FindString(good); found != "" {
			t.Errorf("%q in %q", found, good)
		}
	}
}

// The comment of every exported name that users can import begins with the name, an article
// before it allowed. Constants and variables in a group share the group's comment, and String
// needs none.
func TestGodoc(t *testing.T) {
	check := func(fset *token.FileSet, name *ast.Ident, doc *ast.CommentGroup) {
		text := strings.TrimSpace(doc.Text())
		for _, article := range []string{"A ", "An ", "The "} {
			text = strings.TrimPrefix(text, article)
		}
		if name.IsExported() && (doc != nil || name.Name != "String") && !strings.HasPrefix(text, name.Name) {
			t.Errorf("%s: the comment of %s does not begin with its name", fset.Position(name.Pos()), name.Name)
		}
	}
	for _, name := range files(t, "*.go") {
		if strings.HasSuffix(name, "_test.go") || notImported.MatchString(name) {
			continue
		}
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, name, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		if file.Name.Name == "main" {
			continue
		}
		for _, decl := range file.Decls {
			switch d := decl.(type) {
			case *ast.FuncDecl:
				if d.Recv == nil || exported(d.Recv.List[0].Type) {
					check(fset, d.Name, d.Doc)
				}
			case *ast.GenDecl:
				for _, spec := range d.Specs {
					switch s := spec.(type) {
					case *ast.TypeSpec:
						check(fset, s.Name, cmp.Or(s.Doc, d.Doc))
					case *ast.ValueSpec:
						if len(d.Specs) == 1 && len(s.Names) == 1 {
							check(fset, s.Names[0], cmp.Or(s.Doc, d.Doc))
						}
					}
				}
			}
		}
	}
}

// notImported matches files of packages that users do not import.
var notImported = regexp.MustCompile(`(^|/)(internal|cmd|bench|test|tools|examples|docs|\.ci)/`)

// Every package that users import has an example. Package hwmodel has no API.
func TestExamples(t *testing.T) {
	has := map[string]bool{"hwmodel": true}
	for _, name := range files(t, "*.go") {
		if dir := filepath.ToSlash(filepath.Dir(name)); !notImported.MatchString(name) {
			has[dir] = has[dir] || strings.HasSuffix(name, "_test.go") && strings.Contains(read(t, name), "\nfunc Example")
		}
	}
	for dir, ok := range has {
		if !ok {
			t.Errorf("package %s has no example", dir)
		}
	}
}

// exported reports whether a receiver's type is.
func exported(receiver ast.Expr) bool {
	switch r := receiver.(type) {
	case *ast.StarExpr:
		return exported(r.X)
	case *ast.IndexExpr:
		return exported(r.X)
	case *ast.Ident:
		return r.IsExported()
	}
	return false
}

// Every anchor of docs/ that a comment of the code names is a heading, and the code that a
// decision is about names it.
func TestCodeLinks(t *testing.T) {
	linked := map[string]bool{}
	for _, name := range files(t, "*.go", "*.s") {
		for _, found := range codeLink.FindAllStringSubmatch(read(t, name), -1) {
			linked[found[1]+"#"+found[2]] = true
			if !slices.Contains(anchors(t, found[1]), found[2]) {
				t.Errorf("%s: %s has no heading %q", name, found[1], found[2])
			}
		}
	}
	const page = "docs/decisions.md"
	for _, h := range heading.FindAllStringSubmatch(read(t, page), -1) {
		if strings.HasPrefix(h[0], "### ") && !linked[page+"#"+anchor(h[1])] {
			t.Errorf("%s: no comment of the code names the decision %q", page, h[1])
		}
	}
}

// anchors returns the anchors of a page's headings.
func anchors(t *testing.T, page string) (all []string) {
	t.Helper()
	for _, h := range heading.FindAllStringSubmatch(read(t, page), -1) {
		all = append(all, anchor(h[1]))
	}
	return all
}

// anchor returns the anchor of a heading, as GitHub makes it.
func anchor(heading string) string {
	return strings.ReplaceAll(symbols.ReplaceAllString(strings.ToLower(heading), ""), " ", "-")
}

// CONTRIBUTING.md lists every environment variable that the code reads or names, and no
// others of this project. Tests that start themselves as another process use some of their own.
func TestEnvironment(t *testing.T) {
	_, table, _ := strings.Cut(read(t, "CONTRIBUTING.md"), "\n| variable |")
	table, _, _ = strings.Cut(table, "\n\n")
	listed := map[string]bool{}
	for row := range strings.Lines(table) {
		names, _, _ := strings.Cut(strings.TrimPrefix(row, "|"), "|")
		for _, found := range regexp.MustCompile("`([A-Z_]+)`").FindAllStringSubmatch(names, -1) {
			listed[found[1]] = false
		}
	}
	others := []string{"PATH", "PENTARY_ISA", "PENTARY_JOURNAL_TEST_DIR", "PENTARY_JOURNAL_TEST_RULE", "PENTARY_TEST_SET"}
	variable := regexp.MustCompile(`\b(?:Getenv|LookupEnv)\("([A-Z_]+)"|\b(PENTARY_[A-Z_]+)\b`)
	for _, name := range files(t, "*.go", ".ci/*") {
		for _, found := range variable.FindAllStringSubmatch(read(t, name), -1) {
			v := found[1] + found[2]
			if _, ok := listed[v]; !ok && !slices.Contains(others, v) {
				t.Errorf("%s reads %s, which CONTRIBUTING.md does not list", name, v)
			}
			listed[v] = true
		}
	}
	for name, used := range listed {
		if !used && strings.HasPrefix(name, "PENTARY_") {
			t.Errorf("CONTRIBUTING.md lists %s, which nothing reads", name)
		}
	}
}

var (
	codeLink = regexp.MustCompile(`// .*\b(docs/[a-z-]+\.md)#([\w-]+)`)

	link    = regexp.MustCompile(`\]\(([^)#\s]*)(?:#([^)\s]*))?\)`)
	heading = regexp.MustCompile(`(?m)^#+ +(.*)$`)
	symbols = regexp.MustCompile(`[^\p{L}\p{N} _-]`)
)

// Every relative link leads to a file, and every anchor to a heading.
func TestLinks(t *testing.T) {
	for _, name := range files(t, "*.md") {
		for _, found := range link.FindAllStringSubmatch(read(t, name), -1) {
			target, anchor := found[1], found[2]
			if strings.Contains(target, "://") {
				continue
			}
			file := name
			if target != "" {
				file = filepath.Join(filepath.Dir(name), target)
			}
			if _, err := os.Stat(file); err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			if anchor == "" {
				continue
			}
			if !slices.Contains(anchors(t, file), anchor) {
				t.Errorf("%s: %s has no heading %q", name, file, anchor)
			}
		}
	}
}

// README.md fits on a screen, and the example has its program.
func TestReadme(t *testing.T) {
	readme := read(t, "README.md")
	if n := strings.Count(readme, "\n"); n > 100 {
		t.Errorf("README.md has %d lines, want at most 100", n)
	}
	_, program, _ := strings.Cut(readme, "```go\n")
	program, _, _ = strings.Cut(program, "```")
	if strings.Count(program, "\n") < 8 {
		t.Fatalf("the program is\n%s", program)
	}
	example := read(t, "example_test.go")
	for line := range strings.Lines(program) {
		line, result, printed := strings.Cut(strings.TrimSpace(line), " // ")
		if line == "// ..." {
			continue
		}
		if printed && strings.HasPrefix(line, "fmt.Println") && !strings.Contains(example, "// Output: "+result) {
			t.Errorf("the example does not print %q", result)
		}
		_, after, ok := strings.Cut(example, strings.TrimPrefix(line, "err = "))
		if !ok {
			t.Errorf("the example does not have, in this order, %q", line)
			continue
		}
		example = after
	}
}
