//go:build !race

package billion

const raceEnabled = false
