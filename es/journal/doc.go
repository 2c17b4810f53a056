// Package journal keeps runs on disk. After a killed process or a power cut, no acknowledged
// generation is lost, and the run ends with the same weights as an uninterrupted one.
//
// A run is kept in a directory. Its journal is an append-only file of the run's header and of
// the fitness codes of every generation; together with the initial weights these rebuild all
// later weights without an evaluation. A checkpoint holds weights and optimizer state and
// makes resuming faster:
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
// # Durability
//
// A generation is acknowledged when Append has returned nil and the policy of Options.Sync
// made it sync; under the default policy every Append does. Acknowledged generations survive
// a power cut on a disk that honours fsync; of later ones some prefix survives, possibly
// empty. Append writes with one call, so if the process is killed but its machine is not, no
// generation for which Append has returned is lost, under any policy.
//
// Checksums detect a write that a crash has torn; opening the run truncates it, and
// Log.Truncated reports it. Damage to acknowledged records is an error that is ErrDamaged and
// names the file and the offset; nothing is truncated then. The one exception is the very last
// record: its damage looks like a torn write, unless a checkpoint counts the record.
package journal
