// Package hwreport writes what the hardware model finds as one page of HTML, with its
// pictures in it.
package hwreport

import (
	_ "embed"
	"html/template"
	"io"
	"strings"

	"github.com/Kaleaon/pentary-go/internal/hw/claims"
)

// Report is the page: facts at its head and sections.
type Report struct {
	Title    string
	Subtitle string
	Facts    []Fact
	Sections []Section
	Claims   []claims.Finding
}

// Fact is a figure with what it is.
type Fact struct{ Name, Value string }

// Section is a picture with what to see in it, and below it a table of Rows under a
// Heading. Either may be missing.
type Section struct {
	Title   string
	Text    string
	Picture template.HTML
	Heading []string
	Rows    [][]string
}

//go:embed page.html
var page string

var pageTemplate = template.Must(template.New("page").Funcs(template.FuncMap{
	"class": func(v claims.Verdict) string { return strings.ReplaceAll(string(v), " ", "-") },
}).Parse(page))

// Write writes the page.
func (r *Report) Write(out io.Writer) error { return pageTemplate.Execute(out, r) }
