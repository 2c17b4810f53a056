// Package cluster trains one run on many processes or machines over NATS. The result has
// the weights of the same run in one process, bit for bit.
//
// Run is train.Run.Train with the generations scored elsewhere: it coordinates. Work is a
// worker, in the same process or another, of a run with the same configuration, data and
// version. Neither knows anything about tasks or estimators.
//
// # Protocol
//
// The coordinator owns the truth: its weights and its journal, synced before a record is
// published. Everything that NATS carries may be lost, repeated, delayed or reordered.
//
// A worker joins with its version and the hashes of configuration and data, and is refused
// if one differs. It loads the newest checkpoint from the object store and replays the
// records after it, so it has the coordinator's weights and optimizer state. Then it asks
// for work again and again. The answer is a chunk, a range of pairs of one generation,
// which it scores by es.RangeEvaluator; the next request carries the scores.
//
// Scores are a function of the weights, the generation and the pair, so the coordinator
// takes the first result of a chunk and drops later ones. Chunks take 50 to 500 ms, by the
// rate measured of each worker. A chunk without a result is given to another worker:
// early if a worker is idle, otherwise after a bounded time.
//
// When all pairs have scores, the coordinator moves its weights, appends the record to its
// journal, and publishes it with the hash of the new weights. Workers replay the record.
// A worker whose hash differs drops its weights and joins again.
//
// The coordinator scores a random share of the chunks itself (Options.Check). A worker
// whose scores differ is expelled, and its other chunks of the generation are done again.
//
// # Subjects
//
// For a run named R, in binary messages that end with a CRC-32C:
//
//	pentary.R.info      request: version, configuration and data of the run
//	pentary.R.join      request: version and hashes; reply: token or refusal
//	pentary.R.pull      request: token, position, scores; reply: a chunk, wait, or join again
//	pentary.R.record.G  record of generation G, kept by the stream pentary_R
//	pentary.R.end       the run has ended
//	pentary.R.status    state of the run once a second, as JSON
//
// The object store pentary_R has checkpoints in the format of package journal.
package cluster
