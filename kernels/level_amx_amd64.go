//go:build !purego && !linux

package kernels

// requestTiles reports that the process may use AMX tiles, which is known of Linux alone.
func requestTiles() bool { return false }
