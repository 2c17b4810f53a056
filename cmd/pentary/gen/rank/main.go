// Rank measures how far the updates of low-rank evolution strategies are from the
// full-rank one, against the rank, and writes docs/rank.svg and the tables of
// docs/rank.md. Run it from the repository's root:
//
//	go run ./cmd/pentary/gen/rank
package main

import (
	"fmt"
	"log"
	"math"
	"os"
	"strings"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/page"
)

func main() {
	log.SetFlags(0)
	curves := measure()
	text, err := os.ReadFile("docs/rank.md")
	if err != nil {
		log.Fatal(err)
	}
	if text, err = page.Insert(text, command, table(curves)); err != nil {
		log.Fatal("docs/rank.md: ", err)
	}
	for name, content := range map[string][]byte{"docs/rank.md": text, "docs/rank.svg": plot(curves)} {
		if err := os.WriteFile(name, content, 0o644); err != nil {
			log.Fatal(err)
		}
	}
}

// curve is the distance of one law's updates of one fitness.
type curve struct {
	law, fitness string
	distances    []float64 // by rank
}

func measure() []curve {
	var curves []curve
	for _, f := range fitnesses {
		samples := draw(f.inputs)
		full := updates(limit, f, samples)[0]
		for _, l := range laws {
			c := curve{law: l.name, fitness: f.name}
			for _, g := range updates(l, f, samples) {
				c.distances = append(c.distances, distance(g, full))
			}
			curves = append(curves, c)
		}
	}
	return curves
}

// slope returns the exponent of the rank, least squares on logarithms, from rank 8
// on.
func slope(distances []float64) float64 {
	var n, x, y, xx, xy float64
	for i, d := range distances {
		if ranks[i] < 8 {
			continue
		}
		u, v := math.Log(float64(ranks[i])), math.Log(d)
		n, x, y, xx, xy = n+1, x+u, y+v, xx+u*u, xy+u*v
	}
	return (n*xy - x*y) / (n*xx - x*x)
}

// table returns the curves in Markdown.
func table(curves []curve) string {
	var b strings.Builder
	b.WriteString("| fitness | factors |")
	for _, r := range ranks {
		fmt.Fprintf(&b, " r = %d |", r)
	}
	b.WriteString(" slope |\n|---|---|" + strings.Repeat("---|", len(ranks)+1) + "\n")
	for _, c := range curves {
		fmt.Fprintf(&b, "| %s | %s |", c.fitness, c.law)
		for _, d := range c.distances {
			fmt.Fprintf(&b, " %.4f |", d)
		}
		fmt.Fprintf(&b, " %.2f |\n", slope(c.distances))
	}
	return b.String()
}

const command = "go run ./cmd/pentary/gen/rank"
