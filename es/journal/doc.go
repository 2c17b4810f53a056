// Package journal makes runs that survive: a killed process, or a power cut, loses
// nothing that was acknowledged, and the run reaches the weights it would have
// come to.
//
// A run lives in a directory. Its journal is an append-only file of what the run is
// and of the fitness codes of every generation; with the same initial weights these
// alone rebuild all that followed, without evaluating anything. A checkpoint beside
// it holds weights and optimizer state, and saves most of the rebuilding:
//
//	DIR/journal.pej   the run; see Log for the format
//	DIR/checkpoint    the latest Checkpoint
//	DIR/lock          locked while a process has the run open
//
// The common loop is
//
//	log, at, err := journal.Resume(ctx, dir, header, optimizer, journal.Options{})
//	...
//	err = optimizer.Run(ctx, log.Follow(optimizer, journal.Interval{Time: time.Minute}))
//	...
//	err = log.Finish(optimizer, "done")
//
// # What is promised
//
// A generation is acknowledged when Append has returned nil and the policy of
// Options.Sync had it sync; under the default policy that is every Append. What is
// acknowledged survives a power cut on a disk that does what fsync asks. Of what is
// not, a whole beginning survives, maybe none. Append writes with one call, so a
// process that is killed, and not its machine, loses nothing that Append had
// returned from, under every policy.
//
// A write that a crash tore off is recognized by checksums, cut when the run is
// opened, and reported by Log.Cut. Damage to anything that had been acknowledged is
// an error that is ErrDamaged and names the file and the offset; nothing is cut then.
// The one exception is the very last record, where damage cannot be told from a
// torn write, unless a checkpoint attests it.
package journal
