// Gen writes the computed parts of the folder docs:
//
//	rank      docs/rank.svg and the table of docs/rank.md
//	settings  docs/settings.svg, docs/settings-curves.svg and the table of
//	          docs/settings.md, from docs/settings.csv; -measure first measures that file
//	          again, for some minutes
//	results   the table of docs/results/cpus.md, from the runs in that folder
//	isa       docs/isa.md
//
// Run it from the root of the repository:
//
//	go run ./cmd/pentary/gen rank
package main

import (
	"bytes"
	"flag"
	"log"

	"github.com/Kaleaon/pentary-go/cmd/pentary/gen/rank"
	"github.com/Kaleaon/pentary-go/cmd/pentary/gen/results"
	"github.com/Kaleaon/pentary-go/cmd/pentary/gen/settings"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/page"
	"github.com/Kaleaon/pentary-go/internal/hw/isa"
)

func main() {
	log.SetFlags(0)
	docs := flag.String("docs", "docs", "the folder to write to")
	measure := flag.Bool("measure", false, "settings: measure again")
	flag.Parse()
	d, err := document(flag.Arg(0), *docs, *measure)
	if err == nil {
		err = d.Write(*docs)
	}
	if err != nil {
		log.Fatal(err)
	}
}

func document(name, docs string, measure bool) (*page.Document, error) {
	switch name {
	case "rank":
		return rank.Document()
	case "settings":
		if measure {
			if err := settings.Measure(docs); err != nil {
				return nil, err
			}
		}
		return settings.Document(docs)
	case "results":
		return results.Document(docs)
	case "isa":
		var b bytes.Buffer
		err := isa.WriteReference(&b)
		return &page.Document{Files: map[string][]byte{"isa.md": b.Bytes()}}, err
	}
	log.Fatal("usage: gen [-docs FOLDER] [-measure] rank|settings|results|isa")
	return nil, nil
}
