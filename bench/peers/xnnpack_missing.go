//go:build !xnnpack || !cgo

package main

func init() {
	missing = append(missing, "without XNNPACK: apt-get install gcc libxnnpack-dev, and build with cgo and -tags xnnpack")
}
