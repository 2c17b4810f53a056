// Package train runs the training of any task. A run can be kept in a directory, resumed after
// a crash, stopped early on a hold-out, replayed and verified.
//
// A Task names the parameters, the evaluator and the measurements. Classification,
// Regression, Language, Tokens, Completions and Policy return tasks for models of package nn; a literal
// makes any other:
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
// soon and drops the generation in flight, so a resumed run ends with the same weights as an
// uninterrupted one.
//
// Replay rebuilds the weights from the journal alone, and Verify compares a saved file
// with them.
package train
