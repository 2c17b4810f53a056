package hwreport

import (
	"fmt"
	"html"
	"html/template"
	"strconv"
	"strings"
)

// picture is an SVG that grows. Colours and fonts are the page's, by class.
type picture struct {
	width, height float64
	body          strings.Builder
}

// num writes a coordinate, to a hundredth.
func num(v float64) string {
	s := strconv.FormatFloat(v, 'f', 2, 64)
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}

// rect draws a rectangle. title is what a pointer over it reads, if not empty.
func (p *picture) rect(x, y, w, h float64, class, title string) {
	fmt.Fprintf(&p.body, `<rect x="%s" y="%s" width="%s" height="%s" class="%s"`, num(x), num(y), num(w), num(h), class)
	if title == "" {
		p.body.WriteString("/>")
		return
	}
	fmt.Fprintf(&p.body, "><title>%s</title></rect>", html.EscapeString(title))
}

// shade is rect with an opacity.
func (p *picture) shade(x, y, w, h, opacity float64, class string) {
	fmt.Fprintf(&p.body, `<rect x="%s" y="%s" width="%s" height="%s" class="%s" fill-opacity="%s"/>`, num(x), num(y), num(w), num(h), class, num(opacity))
}

// fill is rect in a colour.
func (p *picture) fill(x, y, w, h float64, colour string) {
	fmt.Fprintf(&p.body, `<rect x="%s" y="%s" width="%s" height="%s" fill="%s"/>`, num(x), num(y), num(w), num(h), colour)
}

func (p *picture) line(x1, y1, x2, y2 float64, class string) {
	fmt.Fprintf(&p.body, `<line x1="%s" y1="%s" x2="%s" y2="%s" class="%s"/>`, num(x1), num(y1), num(x2), num(y2), class)
}

// text writes a text whose anchor, a class, is start, middle or end.
func (p *picture) text(x, y float64, class, text string) {
	fmt.Fprintf(&p.body, `<text x="%s" y="%s" class="%s">%s</text>`, num(x), num(y), class, html.EscapeString(text))
}

// html returns the picture with what it shows in words.
func (p *picture) html(label string) template.HTML {
	return template.HTML(fmt.Sprintf(`<svg viewBox="0 0 %s %s" width="%s" role="img" aria-label="%s">%s</svg>`,
		num(p.width), num(p.height), num(p.width), html.EscapeString(label), p.body.String()))
}
