//go:build !openblas || !cgo

package main

func init() {
	missing = append(missing, "without OpenBLAS: apt-get install gcc pkg-config libopenblas-dev, and build with cgo and -tags openblas")
}
