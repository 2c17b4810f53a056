// Package hwreport writes what the hardware model finds as one page of HTML, with its
// pictures in it.
package hwreport

import (
	"bytes"
	_ "embed"
	"html/template"
	"io"
	"strings"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/chart"
	"github.com/Kaleaon/pentary-go/hwmodel/claims"
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

// Section is a picture with what to see in it. Rows is a table below it, under Heading;
// both may be empty.
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

// Chart returns a line chart as a picture of the page.
func Chart(l *chart.Lines) (template.HTML, error) {
	var b bytes.Buffer
	if err := l.WriteSVG(&b); err != nil {
		return "", err
	}
	// What comes before the element is for files of their own.
	text := b.String()
	return template.HTML(text[strings.Index(text, "<svg"):]), nil
}
