//go:build race

package lowrank

const raceEnabled = true
