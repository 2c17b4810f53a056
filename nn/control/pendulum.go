package control

// Pendulum is the task of swinging a pendulum up and holding it there, with a torque that is
// too weak to lift it directly, as Gymnasium's Pendulum-v1. A step costs θ² + 0.1·θ̇² +
// 0.001·u², for the angle from upright, the angular velocity and the torque.
//
// The variables are the angle, which is not wrapped, and the angular velocity. The
// action is the torque, ±2 from ±64 on.
//
// A policy sees the cosine and the sine of the angle, the velocity, a constant, the energy (0 when
// upright and at rest), and the product of energy and velocity, by which a swing is pumped up
// (Åström, Furuta, Automatica 36, 2000).
type Pendulum struct {
	// As the policies of earlier versions see it: without energy, or the constant either.
	NoEnergy, NoConstant bool
}

const (
	pendulumGravity Q40 = 10 * one
	pendulumStep    Q40 = 5 * one / 100
	pendulumSpeed   Q40 = 8 * one
	pendulumTorque  Q40 = 2 * one
)

// Spec implements Environment. Gymnasium has no threshold for this environment.
func (p Pendulum) Spec() Spec {
	inputs := 6
	switch {
	case p.NoConstant:
		inputs = 3
	case p.NoEnergy:
		inputs = 4
	}
	return Spec{Name: "pendulum", Variables: 2, Inputs: inputs, Outputs: 1, Throttle: true, Limit: 200, Threshold: -300 * one}
}

// Reset implements Environment: any angle, and up to one radian a second.
func (Pendulum) Reset(e *Episodes, i int, random *Random) {
	e.State[0][i] = random.Uniform(-pi, pi)
	e.State[1][i] = random.Uniform(-one, one)
}

// Observe implements Environment.
func (p Pendulum) Observe(e *Episodes, i int, inputs []int8) {
	sin, cos := Sincos(e.State[0][i])
	dθ := e.State[1][i]
	energy := square(dθ)/2 + Mul(3*pendulumGravity/2, cos-one)
	copy(inputs, []int8{
		Activation(cos, 127*one), Activation(sin, 127*one), Activation(dθ, 127*one/8), bias,
		Activation(energy, 127*one/16), Activation(Mul(energy, dθ), 127*one/40),
	}[:len(inputs)])
}

// Step implements Environment, by the semi-implicit Euler method.
func (Pendulum) Step(e *Episodes) {
	for i, done := range e.Done {
		if done {
			continue
		}
		θ, dθ := e.State[0][i], e.State[1][i]
		u := clamp(Q40(e.Action[i])*(one/32), pendulumTorque)
		sin, _ := Sincos(θ)
		cost := square(Wrap(θ)) + square(dθ)/10 + square(u)/1000
		dθ = clamp(dθ+Mul(Mul(pendulumGravity*3/2, sin)+3*u, pendulumStep), pendulumSpeed)
		θ += Mul(dθ, pendulumStep)
		e.State[0][i], e.State[1][i] = θ, dθ
		e.Count(i, -cost, false)
	}
}
