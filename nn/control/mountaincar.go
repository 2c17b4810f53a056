package control

// MountainCar is the task of driving an underpowered car out of a valley, for which it has to
// gain momentum: the task of Moore (1990) and of Sutton and Barto, as Gymnasium's
// MountainCar-v0. Every step costs 1.
//
// The variables are the car's position and velocity. The actions are 0, backward, 1,
// nothing, and 2, forward. Progress is the greatest energy that the car has had, as
// part of what it needs at the goal.
type MountainCar struct{}

const (
	carForce   Q40 = 1 * one / 1000
	carGravity Q40 = 25 * one / 10000
	carLeast   Q40 = -12 * one / 10
	carMost    Q40 = 6 * one / 10
	carGoal    Q40 = 5 * one / 10
	carSpeed   Q40 = 7 * one / 100
)

// Spec implements Environment.
func (MountainCar) Spec() Spec {
	return Spec{Name: "mountaincar", Variables: 2, Inputs: 3, Outputs: 3, Limit: 200, Threshold: -110 * one}
}

// Reset implements Environment: the car rests between -0.6 and -0.4.
func (MountainCar) Reset(e *Episodes, i int, random *Random) {
	e.State[0][i] = random.Uniform(-6*one/10, -4*one/10)
	e.State[1][i] = 0
}

// Observe implements Environment.
func (MountainCar) Observe(e *Episodes, i int, inputs []int8) {
	copy(inputs, []int8{
		Activation(e.State[0][i]+one/2, 127*one*10/11),
		Activation(e.State[1][i], 127*one*100/7),
		bias,
	})
}

// Step implements Environment.
func (MountainCar) Step(e *Episodes) {
	for i, done := range e.Done {
		if done {
			continue
		}
		x, v := e.State[0][i], e.State[1][i]
		sin, cos := Sincos(3 * x)
		e.Progress[i] = max(e.Progress[i], carEnergy(v, sin))
		v = clamp(v+Q40(e.Action[i]-1)*carForce-Mul(carGravity, cos), carSpeed)
		x, v = roll(x, v)
		e.State[0][i], e.State[1][i] = x, v
		e.Count(i, -one, x >= carGoal && v >= 0)
	}
}

// roll returns the position and velocity of a car after a step with a velocity: it stops at the
// left end.
func roll(x, v Q40) (Q40, Q40) {
	x = min(max(x+v, carLeast), carMost)
	if x == carLeast && v < 0 {
		v = 0
	}
	return x, v
}

// MountainCarContinuous is MountainCar with a throttle, one and a half times the power, and a
// nearer goal, as Gymnasium's MountainCarContinuous-v0. Reaching the goal is worth 100; a step
// costs a tenth of the square of the power.
//
// The variables and inputs are MountainCar's. The action is the power, full from ±64 on.
type MountainCarContinuous struct{}

const (
	continuousForce Q40 = 15 * one / 10000
	continuousGoal  Q40 = 45 * one / 100
)

// Spec implements Environment.
func (MountainCarContinuous) Spec() Spec {
	return Spec{Name: "mountaincarcontinuous", Variables: 2, Inputs: 3, Outputs: 1, Throttle: true, Limit: 999, Threshold: 90 * one}
}

// Reset implements Environment: the car rests between -0.6 and -0.4.
func (MountainCarContinuous) Reset(e *Episodes, i int, random *Random) {
	MountainCar{}.Reset(e, i, random)
}

// Observe implements Environment.
func (MountainCarContinuous) Observe(e *Episodes, i int, inputs []int8) {
	MountainCar{}.Observe(e, i, inputs)
}

// Step implements Environment.
func (MountainCarContinuous) Step(e *Episodes) {
	for i, done := range e.Done {
		if done {
			continue
		}
		x, v := e.State[0][i], e.State[1][i]
		sin, cos := Sincos(3 * x)
		e.Progress[i] = max(e.Progress[i], carEnergy(v, sin))
		u := clamp(Q40(e.Action[i])*(one/64), one)
		v = clamp(v+Mul(u, continuousForce)-Mul(carGravity, cos), carSpeed)
		x, v = roll(x, v)
		e.State[0][i], e.State[1][i] = x, v
		reward := -square(u) / 10
		reached := x >= continuousGoal && v >= 0
		if reached {
			reward += 100 * one
		}
		e.Count(i, reward, reached)
	}
}

// carEnergy returns the energy of a car, ½v² + carGravity·sin(3x)/3, as part of what
// it has on the hill's top.
func carEnergy(v, sin3x Q40) Q40 {
	const perEnergy = 3 * one * 10000 / 25
	return min((Mul(square(v)/2, perEnergy)+sin3x+one)/2, one)
}
