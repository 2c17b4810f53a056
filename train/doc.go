// Package train runs trainings: any task, kept in a directory, resumed after a crash,
// stopped early on a hold-out, replayed and verified.
//
// A Task names the parameters, the evaluator and the measurements. Classification,
// Language and Policy return the tasks of package nn; a literal makes one's own:
//
//	task, err := train.Classification(net, samples, test, 128, 0)
//	...
//	run, err := train.New(task, es.Options{Seed: 1, Generations: 400}, train.Options{Dir: "run"})
//	...
//	err = run.Open(ctx) // begins the run in the directory, or resumes it
//	...
//	result, err := run.Train(ctx)
//
// After Train the parameters hold the weights that the run keeps: with a hold-out the
// weights of the best measurement, else the last. A cancelled context stops the evaluation
// within a task of it; the generation in flight is dropped, so that a run that is
// resumed comes to the weights of a run that nothing stopped.
//
// Replay rebuilds the weights from the journal alone, and Verify compares a saved file
// with them.
package train
