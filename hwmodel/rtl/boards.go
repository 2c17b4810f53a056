package rtl

import "embed"

// boards holds the files of unit top that are not Verilog: the pins of two boards and a
// Makefile for their bitstreams.
//
//go:embed boards
var boards embed.FS

func boardFiles() []File {
	var files []File
	entries, err := boards.ReadDir("boards")
	if err != nil {
		panic(err) // cannot happen: the file is embedded
	}
	for _, e := range entries {
		text, err := boards.ReadFile("boards/" + e.Name())
		if err != nil {
			panic(err)
		}
		files = append(files, File{Name: e.Name(), Text: text})
	}
	return files
}
