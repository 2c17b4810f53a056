// Package control trains policies for the classic tasks of reinforcement learning:
// CartPole, MountainCar with three actions and with a throttle, Acrobot and Pendulum, after the
// published equations and with the constants, limits and rewards of Gymnasium
// (https://gymnasium.farama.org), and for two games of MinAtar, Breakout and Space Invaders.
//
// A policy is an nn.Model, recurrent or not, with a state for each episode. Its inputs
// describe the state of the environment, and the row of its largest output is its action;
// with one output, that is how hard it pushes. The physics is computed in fixed point, so
// that episodes, and the weights that training ends with, are the same on every CPU:
//
//	net := nn.NewMLP(seed, control.Widths(env, 16)...)
//	policy, err := control.NewPolicy(net, env)
//	...
//	evaluator, err := control.NewEvaluator(net, env, 8) // episodes of each member
//	...
//	opt, err := es.New(net.Parameters(), evaluator, es.Options{Seed: seed, Generations: 100, Pairs: 64})
//	...
//	err = opt.Run(ctx)
//	rewards := policy.Test(seed, control.HeldOut, 100)
//
// Environments of any size can be implemented outside this package: see Environment.
package control
