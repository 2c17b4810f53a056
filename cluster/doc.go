// Package cluster trains one run on many processes or machines over NATS. The result has
// the weights of the same run in one process, bit for bit.
//
// Run coordinates: it is train.Run.Train, but workers score the generations. Work is a worker,
// in the same process or another, for a run with the same configuration, data and version.
// Both work for every task and estimator.
//
// # Protocol
//
// The coordinator's weights and journal are authoritative. Messages over NATS may be lost,
// repeated, delayed or reordered.
//
// A worker joins with its version and the hashes of configuration and data, and is refused
// if one differs. It loads the newest checkpoint from the object store and replays the
// records after it, so it has the coordinator's weights and optimizer state. Then it
// repeatedly asks for work. The answer is a chunk, a range of pairs of one generation, with the
// beginning of the hash of the coordinator's weights, which the worker compares with its own. It
// scores the chunk with es.RangeEvaluator; the next request carries the scores, and the hash of
// the worker's weights.
//
// Scores are a function of the weights, the generation and the pair, so the coordinator
// takes the first result of a chunk and drops later ones. Chunks are sized to take 50 to 500
// ms at the measured rate of each worker. A chunk without a result is given to another
// worker: early if a worker is idle, otherwise after a bounded time.
//
// When all pairs have scores, the coordinator publishes the record that they make, then
// moves its weights and appends the record to its journal, while workers replay it. A
// coordinator that is killed in between makes the same record again, because in its new session
// all workers start from its checkpoint. A worker whose weights have another hash drops
// them and joins again. With Options.Quorum a generation ends without late scores, and its
// record lists the pairs that have none.
//
// The coordinator scores a random share of the chunks itself (Options.Check), and makes a
// second worker score as many. A worker whose scores differ from the coordinator's is expelled,
// and its other chunks of the generation are scored again. Earlier records stay: Expulsion says
// which ones have scores of the worker, and train.Run.Audit checks them.
//
// # Subjects
//
// For a run named R, in binary messages that end with a CRC-32C:
//
//	pentary.R.info      request: version, configuration and data of the run
//	pentary.R.join      request: version and hashes; reply: token or refusal
//	pentary.R.pull      request: token, position, scores; reply: a chunk, wait, or join again
//	pentary.R.record.G  record of generation G, kept by the stream pentary_R
//	pentary.R.end       the run has ended, kept by the stream
//	pentary.R.status    state of the run once a second, as JSON
//
// A record takes 7 bytes beside its codes: session and generation are in its checksum only.
//
// The object store pentary_R has checkpoints in the format of package journal, and the files
// of Options.Data.
package cluster
