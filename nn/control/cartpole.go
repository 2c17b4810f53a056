package control

// CartPole is the task of balancing a pole on a cart by pushing the cart left or right: the
// task of Barto, Sutton and Anderson (1983), as Gymnasium's CartPole-v1. The reward of every
// step is 1, until the pole or the cart is out of bounds.
//
// The variables are the cart's position and velocity, the pole's angle and angular
// velocity. The actions are 0, left, and 1, right.
type CartPole struct{}

const (
	cartGravity   Q40 = 98 * one / 10
	cartMass      Q40 = 1 * one
	poleMass      Q40 = 1 * one / 10
	poleHalf      Q40 = 1 * one / 2 // of its length
	cartForce     Q40 = 10 * one
	cartStep      Q40 = 2 * one / 100 // seconds
	cartMost      Q40 = 24 * one / 10
	poleMost          = pi * 12 / 180
	cartStart     Q40 = 5 * one / 100
	cartTotalMass     = cartMass + poleMass
)

// Spec implements Environment.
func (CartPole) Spec() Spec {
	return Spec{Name: "cartpole", Variables: 4, Inputs: 4, Outputs: 2, Limit: 500, Threshold: 475 * one}
}

// Reset implements Environment: all variables are within ±0.05.
func (CartPole) Reset(e *Episodes, i int, random *Random) {
	for v := range e.State {
		e.State[v][i] = random.Uniform(-cartStart, cartStart)
	}
}

// Observe implements Environment.
func (CartPole) Observe(e *Episodes, i int, inputs []int8) {
	copy(inputs, []int8{
		Activation(e.State[0][i], 127*one*10/24),
		Activation(e.State[1][i], 127*one/3),
		Activation(e.State[2][i], 127*one*100/21),
		Activation(e.State[3][i], 127*one/3),
	})
}

// Step implements Environment, by Euler's method.
func (CartPole) Step(e *Episodes) {
	for i, done := range e.Done {
		if done {
			continue
		}
		x, dx, θ, dθ := e.State[0][i], e.State[1][i], e.State[2][i], e.State[3][i]
		force := cartForce
		if e.Action[i] == 0 {
			force = -force
		}
		const massLength = poleMass / 2
		sin, cos := Sincos(θ)
		push := Div(force+Mul(massLength, Mul(square(dθ), sin)), cartTotalMass)
		ddθ := Div(Mul(cartGravity, sin)-Mul(cos, push), Mul(poleHalf, 4*one/3-Div(Mul(poleMass, square(cos)), cartTotalMass)))
		ddx := push - Div(Mul(massLength, Mul(ddθ, cos)), cartTotalMass)
		x += Mul(cartStep, dx)
		dx += Mul(cartStep, ddx)
		θ += Mul(cartStep, dθ)
		dθ += Mul(cartStep, ddθ)
		e.State[0][i], e.State[1][i], e.State[2][i], e.State[3][i] = x, dx, θ, dθ
		e.Count(i, one, magnitude(x) > uint64(cartMost) || magnitude(θ) > uint64(poleMost))
	}
}
