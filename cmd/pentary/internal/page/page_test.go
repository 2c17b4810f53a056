package page

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestInsert(t *testing.T) {
	const text = "a\n<!-- written by go run x -->\nold\n<!-- end -->\nb\n"
	got, err := Insert([]byte(text), "go run x", "new\n")
	if want := "a\n<!-- written by go run x -->\nnew\n<!-- end -->\nb\n"; err != nil || string(got) != want {
		t.Errorf("%q, error %v", got, err)
	}
	for _, broken := range []string{"", "<!-- written by go run x -->\nold\n", "<!-- end -->\n", "<!-- written by go run y -->\n<!-- end -->\n"} {
		if got, err := Insert([]byte(broken), "go run x", "new\n"); err == nil {
			t.Errorf("%q: %q", broken, got)
		}
	}
}

// Check compares a document with the written files.
func TestDocument(t *testing.T) {
	dir := t.TempDir()
	d := Document{Page: "x.md", Command: "go run x", Table: Table("--:", []string{"a", "b"}, [][]string{{"1", "2"}}), Files: map[string][]byte{"x.svg": []byte("svg")}}
	if err := d.Write(dir); err == nil {
		t.Error("written without a page")
	}
	if err := os.WriteFile(filepath.Join(dir, "x.md"), []byte("<!-- written by go run x -->\n<!-- end -->\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := d.Check(dir); err == nil {
		t.Error("no error before it is written")
	}
	if err := d.Write(dir); err != nil {
		t.Fatal(err)
	}
	if err := d.Check(dir); err != nil {
		t.Error(err)
	}
	text, err := os.ReadFile(filepath.Join(dir, "x.md"))
	if want := "<!-- written by go run x -->\n| a | b |\n|--:|--:|\n| 1 | 2 |\n<!-- end -->\n"; err != nil || string(text) != want {
		t.Errorf("%q, error %v", text, err)
	}
	d.Files["x.svg"] = nil
	if err := d.Check(dir); err == nil || !strings.Contains(err.Error(), "x.svg") {
		t.Errorf("error %v of another file", err)
	}
}
