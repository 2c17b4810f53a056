//go:build !race

package es_test

const raceEnabled = false
