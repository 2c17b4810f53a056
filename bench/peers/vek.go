package main

import (
	"runtime/debug"

	"github.com/viterin/vek/vek32"
)

func init() { others = append(others, contender{"vek", vek}) }

func vek(p *problem) (job, error) {
	w, x := p.floats()
	y := make([]float32, p.m*p.n)
	run := func() { vek32.MatMul_Into(y, w, x, p.k) }
	by := "vek32 of vek " + version("github.com/viterin/vek")
	return job{by: by, run: run, result: func() []int32 { return integers(y) }}, nil
}

// version returns the version of a module that the program was built with.
func version(path string) string {
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, dep := range info.Deps {
			if dep.Path == path {
				return dep.Version
			}
		}
	}
	return "of unknown version"
}
