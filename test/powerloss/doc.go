// Package powerloss tests runs against power cuts, on the file system that Pebble
// simulates them with. It is a module of its own so that nothing else depends on
// that.
package powerloss
