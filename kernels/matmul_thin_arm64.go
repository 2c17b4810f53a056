//go:build !purego

package kernels

// No thin products on arm64: its tiles have few rows.

func isThin(rows, k int) bool { return false }

func (p *part) runThin() bool { return false }

// Nor has it tiles that take weights and columns in an order of their own.

func (p *part) packTiles(j, cols, d, depth int) bool { return false }

func (p *part) panelTiles(i, rows, j, cols, d, depth, kappa int) bool { return false }
