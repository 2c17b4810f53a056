package control

// Acrobot is the task of swinging the tip of a double pendulum above a line that is a link's
// length over its pivot, with a torque at the joint between the links: the task of Sutton
// (1996) with the dynamics of Sutton and Barto's book, as Gymnasium's Acrobot-v1. Every step
// except the last costs 1.
//
// The variables are the angle of the first link from hanging down, the second's from
// the first, and their angular velocities. The actions are torques: 0, -1; 1, none; 2,
// +1. Progress is the greatest height of the tip, as a share of the goal's.
type Acrobot struct{}

// All lengths and masses are 1, and with them the moments of inertia; the centers of
// mass are at half of the lengths.
const (
	acroGravity Q40 = 98 * one / 10
	acroStep    Q40 = 2 * one / 10
	acroStart   Q40 = 1 * one / 10
	acroSpeed1      = 4 * pi
	acroSpeed2      = 9 * pi
)

// Spec implements Environment.
func (Acrobot) Spec() Spec {
	return Spec{Name: "acrobot", Variables: 4, Inputs: 7, Outputs: 3, Limit: 500, Threshold: -100 * one}
}

// Reset implements Environment: all variables are within ±0.1.
func (Acrobot) Reset(e *Episodes, i int, random *Random) {
	for v := range e.State {
		e.State[v][i] = random.Uniform(-acroStart, acroStart)
	}
}

// Observe implements Environment.
func (Acrobot) Observe(e *Episodes, i int, inputs []int8) {
	sin1, cos1 := Sincos(e.State[0][i])
	sin2, cos2 := Sincos(e.State[1][i])
	copy(inputs, []int8{
		Activation(cos1, 127*one), Activation(sin1, 127*one),
		Activation(cos2, 127*one), Activation(sin2, 127*one),
		Activation(e.State[2][i], 127*one/8), Activation(e.State[3][i], 127*one/16),
		bias,
	})
}

// Step implements Environment, by a step of the Runge-Kutta method of fourth order.
func (Acrobot) Step(e *Episodes) {
	for i, done := range e.Done {
		if done {
			continue
		}
		s := linkState{e.State[0][i], e.State[1][i], e.State[2][i], e.State[3][i]}
		s = s.rungeKutta(Q40(e.Action[i]-1)*one, acroStep)
		s[0], s[1] = wrapped(s[0]), wrapped(s[1])
		s[2], s[3] = clamp(s[2], acroSpeed1), clamp(s[3], acroSpeed2)
		for v := range s {
			e.State[v][i] = s[v]
		}
		_, cos1 := Sincos(s[0])
		_, cos12 := Sincos(s[0] + s[1])
		height := -cos1 - cos12 // of the tip, -2 to 2
		e.Progress[i] = max(e.Progress[i], min(Div(height+2*one, 3*one), one))
		reward := Q40(-one)
		if height > one {
			reward = 0
		}
		e.Count(i, reward, height > one)
	}
}

// linkState is the variables of an Acrobot.
type linkState [4]Q40

// plus returns s + h·d.
func (s linkState) plus(h Q40, d linkState) linkState {
	for v := range s {
		s[v] += Mul(h, d[v])
	}
	return s
}

// rungeKutta returns the state after a time h under a torque.
func (s linkState) rungeKutta(torque, h Q40) linkState {
	k1 := s.derivative(torque)
	k2 := s.plus(h/2, k1).derivative(torque)
	k3 := s.plus(h/2, k2).derivative(torque)
	k4 := s.plus(h, k3).derivative(torque)
	for v := range s {
		s[v] += Mul(h/6, k1[v]+2*k2[v]+2*k3[v]+k4[v])
	}
	return s
}

// derivative returns the velocities and accelerations under a torque.
func (s linkState) derivative(torque Q40) linkState {
	const g = acroGravity
	dθ1, dθ2 := s[2], s[3]
	sin1, cos1 := Sincos(s[0])
	sin2, cos2 := Sincos(s[1])
	sin12 := Mul(sin1, cos2) + Mul(cos1, sin2) // of both angles together
	d1 := cos2 + 7*one/2
	d2 := cos2/2 + 5*one/4
	φ2 := Mul(g/2, sin12)
	φ1 := -Mul(Mul(dθ2, dθ2/2+dθ1), sin2) + Mul(g*3/2, sin1) + φ2
	ratio := Div(d2, d1)
	ddθ2 := Div(torque+Mul(ratio, φ1)-Mul(square(dθ1), sin2)/2-φ2, 5*one/4-Mul(ratio, d2))
	ddθ1 := -Div(Mul(d2, ddθ2)+φ1, d1)
	return linkState{dθ1, dθ2, ddθ1, ddθ2}
}

// wrapped returns an angle as one within ±π.
func wrapped(x Q40) Q40 {
	for x > pi {
		x -= tau
	}
	for x < -pi {
		x += tau
	}
	return x
}
