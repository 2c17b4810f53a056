//go:build !dnnl || !cgo

package main

func init() {
	missing = append(missing, "without oneDNN: apt-get install gcc libdnnl-dev, and build with cgo and -tags dnnl")
}
