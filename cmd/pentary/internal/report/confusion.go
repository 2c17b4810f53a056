package report

import "fmt"

// Confusion counts samples by true class, then by assigned class.
type Confusion [][]int

// Correct returns the number of samples classified correctly.
func (c Confusion) Correct() int {
	n := 0
	for class, row := range c {
		if class < len(row) {
			n += row[class]
		}
	}
	return n
}

// Total returns the number of samples.
func (c Confusion) Total() int {
	n := 0
	for _, row := range c {
		for _, v := range row {
			n += v
		}
	}
	return n
}

// Accuracy returns the fraction of the samples classified correctly.
func (c Confusion) Accuracy() float64 {
	return float64(c.Correct()) / float64(max(c.Total(), 1))
}

// Write prints the matrix: one row per true class, one column per assigned class. Each row ends with
// the percentage classified correctly and the name of the class, if there are names.
func (c Confusion) Write(p *Printer, names []string) {
	if len(c) == 0 {
		return
	}
	width := 3
	for _, row := range c {
		for _, v := range row {
			width = max(width, len(fmt.Sprint(v)))
		}
	}
	fmt.Fprint(p, "     ")
	for class := range c[0] {
		fmt.Fprint(p, " ", p.Dim(fmt.Sprintf("%*d", width, class)))
	}
	fmt.Fprintln(p)
	for class, row := range c {
		fmt.Fprint(p, "  ", p.Dim(fmt.Sprintf("%3d", class)))
		sum := 0
		for assigned, v := range row {
			fmt.Fprint(p, " ", cell(v, width, class == assigned, p))
			sum += v
		}
		if class < len(row) {
			p.Printf("  %s", p.Dim(fmt.Sprintf("%7s", Percent(row[class], sum))))
		}
		if class < len(names) {
			p.Printf("  %s", Printable(names[class]))
		}
		fmt.Fprintln(p)
	}
}

// cell formats a count; zero is a dot, so that errors stand out.
func cell(v, width int, right bool, p *Printer) string {
	text := fmt.Sprintf("%*d", width, v)
	switch {
	case v == 0:
		return p.Dim(fmt.Sprintf("%*s", width, "·"))
	case right:
		return p.Good(text)
	}
	return p.Bad(text)
}
