//go:build race

package billion

const raceEnabled = true
