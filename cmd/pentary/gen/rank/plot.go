package main

import (
	"bytes"
	"fmt"
	"math"
)

// The plot's sizes in pixels, and its ranges.
const (
	panelWidth, panelHeight = 340, 250
	left, right             = 54, 24
	top, bottom             = 34, 40
	plotWidth               = panelWidth - left - right
	plotHeight              = panelHeight - top - bottom

	leastRank, mostRank         = 0.8, 76
	leastDistance, mostDistance = 0.002, 0.6
)

// styles are the laws' colours, which people with any kind of colour vision tell
// apart (after Okabe and Ito), and marks.
var styles = map[string]struct{ color, mark string }{
	"binomial": {"#0072b2", `<circle cx="%.1f" cy="%.1f" r="3.2" fill="%s"/>`},
	"uniform":  {"#d55e00", `<path d="M%.1f,%.1fm0,-4l3.8,6.6h-7.6z" fill="%s"/>`},
	"Gaussian": {"#8a9199", `<path d="M%.1f,%.1fm-3,-3h6v6h-6z" fill="%s"/>`},
}

// plot draws the distances against the rank, both on logarithmic axes, a panel for
// each fitness, as SVG.
func plot(curves []curve) []byte {
	var b bytes.Buffer
	columns, rows := 2, (len(fitnesses)+1)/2
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %[1]d %[2]d" `+
		`font-family="Liberation Sans,Arial,Helvetica,sans-serif" font-size="11" fill="#22262b">`+"\n",
		columns*panelWidth, rows*panelHeight)
	fmt.Fprintln(&b, `<rect width="100%" height="100%" fill="#ffffff"/>`)
	for i, f := range fitnesses {
		fmt.Fprintf(&b, `<g transform="translate(%d,%d)">`+"\n", i%columns*panelWidth, i/columns*panelHeight)
		panel(&b, f.name, curves)
		fmt.Fprintln(&b, "</g>")
	}
	fmt.Fprintln(&b, "</svg>")
	return b.Bytes()
}

// x and y place a rank and a distance.
func x(rank float64) float64 { return left + plotWidth*between(leastRank, mostRank, rank) }
func y(d float64) float64    { return top + plotHeight*(1-between(leastDistance, mostDistance, d)) }

func between(least, most, v float64) float64 {
	return math.Log(v/least) / math.Log(most/least)
}

func panel(b *bytes.Buffer, fitness string, curves []curve) {
	text := func(x, y float64, attributes, s string) {
		fmt.Fprintf(b, `<text x="%.1f" y="%.1f" %s>%s</text>`+"\n", x, y, attributes, s)
	}
	line := func(x0, y0, x1, y1 float64, attributes string) {
		fmt.Fprintf(b, `<path d="M%.1f,%.1fL%.1f,%.1f" fill="none" %s/>`+"\n", x0, y0, x1, y1, attributes)
	}
	const hair, middle = `stroke="#e9ecef"`, `text-anchor="middle"`
	for _, r := range ranks {
		line(x(float64(r)), top, x(float64(r)), top+plotHeight, hair)
		text(x(float64(r)), top+plotHeight+15, middle, fmt.Sprint(r))
	}
	for _, d := range []float64{0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5} {
		line(left, y(d), left+plotWidth, y(d), hair)
		text(left-6, y(d)+4, `text-anchor="end"`, fmt.Sprint(d))
	}
	text(left+plotWidth/2, top-12, middle+` font-weight="bold"`, fitness)
	text(left+plotWidth/2, panelHeight-8, middle, "rank r")
	text(14, top+plotHeight/2, middle+fmt.Sprintf(` transform="rotate(-90,14,%d)"`, top+plotHeight/2), "relative distance")

	// What falls as 1/r and as 1/√r, from a common point.
	const start, dashes = 0.5, `stroke="#8a9199" stroke-dasharray="4 3"`
	for _, guide := range []struct {
		power float64
		name  string
	}{{1, "1/r"}, {0.5, "1/√r"}} {
		end := start * math.Pow(64, -guide.power)
		line(x(1), y(start), x(64), y(end), dashes)
		text(x(64)+6, y(end)-2, `fill="#8a9199" font-size="9"`, guide.name)
	}

	key := 0.0
	for _, c := range curves {
		if c.fitness != fitness {
			continue
		}
		s := styles[c.law]
		path := ""
		for i, d := range c.distances {
			path += fmt.Sprintf("%c%.1f,%.1f", "ML"[min(i, 1)], x(float64(ranks[i])), y(d))
		}
		fmt.Fprintf(b, `<path d="%s" fill="none" stroke="%s" stroke-width="1.4"/>`+"\n", path, s.color)
		for i, d := range c.distances {
			fmt.Fprintf(b, s.mark+"\n", x(float64(ranks[i])), y(d), s.color)
		}
		at := top + plotHeight - 42 + 15*key
		fmt.Fprintf(b, s.mark+"\n", left+12.0, at, s.color)
		text(left+20, at+4, "", c.law)
		key++
	}
}
