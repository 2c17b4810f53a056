package rtl

import "embed"

// boards has what the top needs beside its modules: the pins of two boards and the way
// to their bitstreams.
//
//go:embed boards
var boards embed.FS

func boardFiles() []File {
	var files []File
	entries, err := boards.ReadDir("boards")
	if err != nil {
		panic(err) // it is embedded
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
