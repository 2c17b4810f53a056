//go:build !ggml || !cgo

package main

func init() {
	missing = append(missing, "without ggml: apt-get install gcc libggml-dev, and build with cgo and -tags ggml")
}
