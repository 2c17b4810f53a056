package control

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// A twin is an environment in floating point, written from the published equations: a
// step from a state by an action.
type twin func(s *[4]float64, action int) (reward float64, terminated bool)

func clip(v, most float64) float64 { return min(max(v, -most), most) }

func cartPoleTwin(s *[4]float64, action int) (float64, bool) {
	const gravity, massCart, massPole, length, force, tau = 9.8, 1.0, 0.1, 0.5, 10.0, 0.02
	f := force
	if action == 0 {
		f = -force
	}
	sin, cos := math.Sincos(s[2])
	temp := (f + massPole*length*s[3]*s[3]*sin) / (massCart + massPole)
	angular := (gravity*sin - cos*temp) / (length * (4.0/3 - massPole*cos*cos/(massCart+massPole)))
	linear := temp - massPole*length*angular*cos/(massCart+massPole)
	*s = [4]float64{s[0] + tau*s[1], s[1] + tau*linear, s[2] + tau*s[3], s[3] + tau*angular}
	return 1, math.Abs(s[0]) > 2.4 || math.Abs(s[2]) > 12*2*math.Pi/360
}

func mountainCarTwin(s *[4]float64, action int) (float64, bool) {
	s[1] = clip(s[1]+float64(action-1)*0.001-math.Cos(3*s[0])*0.0025, 0.07)
	s[0] = min(max(s[0]+s[1], -1.2), 0.6)
	if s[0] == -1.2 && s[1] < 0 {
		s[1] = 0
	}
	return -1, s[0] >= 0.5 && s[1] >= 0
}

func mountainCarContinuousTwin(s *[4]float64, action int) (float64, bool) {
	u := clip(float64(action)/64, 1)
	s[1] = clip(s[1]+u*0.0015-math.Cos(3*s[0])*0.0025, 0.07)
	s[0] = min(max(s[0]+s[1], -1.2), 0.6)
	if s[0] == -1.2 && s[1] < 0 {
		s[1] = 0
	}
	if s[0] >= 0.45 && s[1] >= 0 {
		return 100 - 0.1*u*u, true
	}
	return -0.1 * u * u, false
}

func acrobotTwin(s *[4]float64, action int) (float64, bool) {
	const dt = 0.2
	torque := float64(action - 1)
	at := func(k [4]float64, h float64) [4]float64 {
		next := *s
		for i := range next {
			next[i] += h * k[i]
		}
		return acrobotDerivative(next, torque)
	}
	k1 := acrobotDerivative(*s, torque)
	k2 := at(k1, dt/2)
	k3 := at(k2, dt/2)
	k4 := at(k3, dt)
	for i := range s {
		s[i] += dt / 6 * (k1[i] + 2*k2[i] + 2*k3[i] + k4[i])
	}
	for i := range 2 {
		for s[i] > math.Pi {
			s[i] -= 2 * math.Pi
		}
		for s[i] < -math.Pi {
			s[i] += 2 * math.Pi
		}
	}
	s[2], s[3] = clip(s[2], 4*math.Pi), clip(s[3], 9*math.Pi)
	if -math.Cos(s[0])-math.Cos(s[0]+s[1]) > 1 {
		return 0, true
	}
	return -1, false
}

// acrobotDerivative is equations of motion as the book has them.
func acrobotDerivative(s [4]float64, torque float64) [4]float64 {
	const m1, m2, l1, lc1, lc2, i1, i2, g = 1.0, 1.0, 1.0, 0.5, 0.5, 1.0, 1.0, 9.8
	θ1, θ2, dθ1, dθ2 := s[0], s[1], s[2], s[3]
	d1 := m1*lc1*lc1 + m2*(l1*l1+lc2*lc2+2*l1*lc2*math.Cos(θ2)) + i1 + i2
	d2 := m2*(lc2*lc2+l1*lc2*math.Cos(θ2)) + i2
	φ2 := m2 * lc2 * g * math.Cos(θ1+θ2-math.Pi/2)
	φ1 := -m2*l1*lc2*dθ2*dθ2*math.Sin(θ2) - 2*m2*l1*lc2*dθ2*dθ1*math.Sin(θ2) +
		(m1*lc1+m2*l1)*g*math.Cos(θ1-math.Pi/2) + φ2
	ddθ2 := (torque + d2/d1*φ1 - m2*l1*lc2*dθ1*dθ1*math.Sin(θ2) - φ2) / (m2*lc2*lc2 + i2 - d2*d2/d1)
	ddθ1 := -(d2*ddθ2 + φ1) / d1
	return [4]float64{dθ1, dθ2, ddθ1, ddθ2}
}

func pendulumTwin(s *[4]float64, action int) (float64, bool) {
	const g, m, l, dt = 10.0, 1.0, 1.0, 0.05
	u := clip(float64(action)/32, 2)
	angle := math.Mod(s[0]+math.Pi, 2*math.Pi)
	if angle < 0 {
		angle += 2 * math.Pi
	}
	angle -= math.Pi
	cost := angle*angle + .1*s[1]*s[1] + .001*u*u
	s[1] = clip(s[1]+(3*g/(2*l)*math.Sin(s[0])+3/(m*l*l)*u)*dt, 8)
	s[0] += s[1] * dt
	return -cost, false
}

// twins are the environments with their twins, how to act so that an episode shows
// much, and how far apart the two may be after a number of steps: a pole and an Acrobot
// that act alike but for an error part at a factor of e⁴ and of ten a second.
var twins = []struct {
	env       Environment
	twin      twin
	act       func(s [4]float64, rng *rand.Rand) int
	steps     int
	tolerance float64
	single    float64 // tolerance of one step from any state
}{
	{CartPole{}, cartPoleTwin, func(s [4]float64, rng *rand.Rand) int { // mostly keeps the pole up
		if 20*s[2]+5*s[3]+s[1] > rng.NormFloat64() {
			return 1
		}
		return 0
	}, 100, 1e-7, 1e-10},
	{MountainCar{}, mountainCarTwin, func(s [4]float64, rng *rand.Rand) int { // mostly pushes where it goes
		if rng.IntN(4) > 0 && s[1] != 0 {
			return 1 + int(math.Copysign(1, s[1]))
		}
		return rng.IntN(3)
	}, 200, 1e-7, 1e-11},
	{MountainCarContinuous{}, mountainCarContinuousTwin, func(s [4]float64, rng *rand.Rand) int { // nor always as hard as it can
		return max(min(int(math.Copysign(48, s[1])+40*rng.NormFloat64()), 127), -127)
	}, 200, 1e-7, 1e-11},
	{Acrobot{}, acrobotTwin, func(s [4]float64, rng *rand.Rand) int {
		return 1 + int(math.Copysign(1, s[3]+rng.NormFloat64()))
	}, 100, 1e-5, 1e-6},
	{Pendulum{}, pendulumTwin, func(s [4]float64, rng *rand.Rand) int {
		return max(min(int(math.Copysign(64, s[1])+30*rng.NormFloat64()), 127), -127)
	}, 100, 1e-5, 1e-9},
}

func TestTwins(t *testing.T) {
	const episodes = 200
	for _, c := range twins {
		t.Run(c.env.Spec().Name, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(4, 4))
			e := NewEpisodes(c.env, episodes)
			e.Begin(c.env, 7, 0, 0)
			states, rewards := make([][4]float64, episodes), make([]float64, episodes)
			for i := range states {
				for v := range e.State {
					states[i][v] = float64(e.State[v][i]) / one
				}
			}
			worst, compared := 0.0, 0
			for step := range c.steps {
				before := slices.Clone(e.Done)
				for i := range states {
					e.Action[i] = c.act(states[i], rng)
				}
				c.env.Step(e)
				for i := range states {
					if before[i] {
						continue
					}
					compared++
					reward, terminated := c.twin(&states[i], int(e.Action[i]))
					rewards[i] += reward
					for v := range e.State {
						worst = max(worst, math.Abs(float64(e.State[v][i])/one-states[i][v]))
					}
					worst = max(worst, math.Abs(float64(e.Reward[i])/one-rewards[i]))
					if worst > c.tolerance {
						t.Fatalf("episode %d, step %d: off by %g, want at most %g", i, step, worst, c.tolerance)
					}
					if limit := step+1 == c.env.Spec().Limit; e.Done[i] != (terminated || limit) {
						t.Fatalf("episode %d, step %d: done %t, and the twin has terminated %t", i, step, e.Done[i], terminated)
					}
				}
			}
			t.Logf("%d steps, off by %.2g at most", compared, worst)
		})
	}
}

// A step from any state whatever, near the limits and beyond them too.
func TestTwinSteps(t *testing.T) {
	spread := map[string][]float64{
		"cartpole": {2.5, 5, 0.25, 5}, "mountaincar": {0.85, 0.08}, "mountaincarcontinuous": {0.85, 0.08}, "acrobot": {3.14, 3.14, 12, 28}, "pendulum": {50, 8.5},
	}
	for _, c := range twins {
		t.Run(c.env.Spec().Name, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(5, 5))
			e := NewEpisodes(c.env, 1)
			for range 20_000 {
				e.Begin(c.env, 1, 0, 0)
				var s [4]float64
				for v, most := range spread[c.env.Spec().Name][:len(e.State)] {
					e.State[v][0] = Q40(most * (2*rng.Float64() - 1) * one)
					s[v] = float64(e.State[v][0]) / one
				}
				before := s
				action := c.act(s, rng)
				e.Action[0] = action
				c.env.Step(e)
				reward, terminated := c.twin(&s, action)
				off := math.Abs(float64(e.Reward[0])/one - reward)
				for v := range e.State {
					off = max(off, math.Abs(float64(e.State[v][0])/one-s[v]))
				}
				if off > c.single || e.Done[0] != terminated {
					t.Fatalf("from %v by %d: off by %g, done %t, want at most %g and %t", before, action, off, e.Done[0], c.single, terminated)
				}
			}
		})
	}
}
