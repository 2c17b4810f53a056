package control

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/Kaleaon/pentary-go/internal/asmtest"
)

// randomActions makes every episode act at random, and hold an action for a while.
func randomActions(e *Episodes, s Spec, rng *rand.Rand) {
	for i := range e.Action {
		switch {
		case rng.IntN(4) != 0 && e.Steps[i] > 0:
		case s.Throttle:
			e.Action[i] = rng.IntN(255) - 127
		default:
			e.Action[i] = rng.IntN(s.Outputs)
		}
	}
}

// States stay within the limits of the published tasks, and episodes within theirs.
func TestLimits(t *testing.T) {
	bounds := map[string][]Q40{
		"mountaincar": {carMost - carLeast, carSpeed}, "mountaincarcontinuous": {carMost - carLeast, carSpeed}, "acrobot": {pi, pi, acroSpeed1, acroSpeed2}, "pendulum": {math.MaxInt64, pendulumSpeed},
	}
	for _, env := range All {
		s := env.Spec()
		rng := rand.New(rand.NewPCG(6, 6))
		e := NewEpisodes(env, 50)
		steps := 0
		for e.Begin(env, 3, 1, 2); e.Live > 0; steps++ {
			randomActions(e, s, rng)
			env.Step(e)
			for v, most := range bounds[s.Name] {
				for i, q := range e.State[v] {
					if magnitude(q) > uint64(most) {
						t.Fatalf("%s: variable %d of episode %d is %d, want at most %d", s.Name, v, i, q, most)
					}
				}
			}
		}
		if steps > s.Limit {
			t.Errorf("%s: an episode of %d steps, want at most %d", s.Name, steps, s.Limit)
		}
		for i := range e.Done {
			if p := e.Progress[i]; p < 0 || p > one {
				t.Errorf("%s: progress %d of episode %d, want 0 to 1", s.Name, p, i)
			}
		}
	}
}

// Starts are in their ranges, and fill them.
func TestStarts(t *testing.T) {
	const n = 2000
	for env, ranges := range map[Environment][][2]float64{
		CartPole{}:              {{-.05, .05}, {-.05, .05}, {-.05, .05}, {-.05, .05}},
		MountainCar{}:           {{-.6, -.4}, {0, 0}},
		MountainCarContinuous{}: {{-.6, -.4}, {0, 0}},
		Acrobot{}:               {{-.1, .1}, {-.1, .1}, {-.1, .1}, {-.1, .1}},
		Pendulum{}:              {{-math.Pi, math.Pi}, {-1, 1}},
	} {
		e := NewEpisodes(env, n)
		e.Begin(env, 11, 0, 0)
		for v, r := range ranges {
			least, most := math.Inf(1), math.Inf(-1)
			for _, q := range e.State[v] {
				least, most = min(least, float64(q)/one), max(most, float64(q)/one)
			}
			if air := (r[1] - r[0]) / 100; least < r[0]-1e-11 || most > r[1] || least > r[0]+air || most < r[1]-air {
				t.Errorf("%s: variable %d begins from %v to %v, want about %v", env.Spec().Name, v, least, most, r)
			}
		}
	}
}

// A pendulum that nothing drives keeps its energy but for what the semi-implicit Euler
// method lets it swing, which does not grow.
func TestPendulumEnergy(t *testing.T) {
	e := NewEpisodes(Pendulum{}, 20)
	e.limit = math.MaxInt32
	e.Begin(Pendulum{}, 1, 0, 0)
	energy := func(i int) float64 {
		θ, dθ := float64(e.State[0][i])/one, float64(e.State[1][i])/one
		return dθ*dθ/6 + 5*math.Cos(θ)
	}
	first := make([]float64, e.Len())
	for i := range first {
		e.Action[i] = 0
		e.State[0][i] = e.State[0][i]/2 + pi // so that the speed's limit is not reached
		first[i] = energy(i)
	}
	for range 20_000 {
		Pendulum{}.Step(e)
		for i, want := range first {
			if off := math.Abs(energy(i) - want); off > 0.7 {
				t.Fatalf("episode %d: energy off by %.3f of %.3f", i, off, want)
			}
		}
	}
}

// Policies of this version and of earlier ones see these inputs of a pendulum.
func TestPendulumInputs(t *testing.T) {
	for _, test := range []struct {
		θ, dθ float64
		want  []int8
	}{
		{0, 0, []int8{127, 0, 0, 64, 0, 0}},
		{math.Pi / 2, 2, []int8{0, 127, 32, 64, -103, -83}},   // 2²/2 - 15 = -13
		{-math.Pi / 2, -4, []int8{0, -127, -63, 64, -56, 89}}, // 4²/2 - 15 = -7
		{math.Pi, 8, []int8{-127, 0, 127, 64, 16, 51}},        // 8²/2 - 30 = 2
		{math.Pi, 0, []int8{-127, 0, 0, 64, -127, 0}},         // -30
		{math.Pi / 3, -6, []int8{64, 110, -95, 64, 83, -127}}, // 6²/2 - 7.5 = 10.5
	} {
		e := NewEpisodes(Pendulum{}, 1)
		e.State[0][0], e.State[1][0] = Q40(test.θ*one), Q40(test.dθ*one)
		for n, env := range map[int]Pendulum{6: {}, 4: {NoEnergy: true}, 3: {NoConstant: true}} {
			got := make([]int8, env.Spec().Inputs)
			env.Observe(e, 0, got)
			if !slices.Equal(got, test.want[:n]) {
				t.Errorf("%+v at %v, %v: inputs %d, want %d", env, test.θ, test.dθ, got, test.want[:n])
			}
		}
	}
}

// An Acrobot without torque keeps its energy; fine steps leave little of the method's
// error.
func TestAcrobotEnergy(t *testing.T) {
	energy := func(s linkState) float64 {
		var θ [4]float64
		for v := range s {
			θ[v] = float64(s[v]) / one
		}
		// Of two links of mass and moment of inertia 1, whose centers are halfway.
		v1 := θ[2] * θ[2] / 4
		both := θ[2] + θ[3]
		v2 := θ[2]*θ[2] + both*both/4 + θ[2]*both*math.Cos(θ[1])
		return (v1+v2+θ[2]*θ[2]+both*both)/2 - 9.8*(1.5*math.Cos(θ[0])+.5*math.Cos(θ[0]+θ[1]))
	}
	rng := rand.New(rand.NewPCG(8, 8))
	for range 20 {
		var s linkState
		for v := range s {
			s[v] = Uniform(rng.Uint32(), -3*one, 3*one)
		}
		first := energy(s)
		for range 1000 {
			s = s.rungeKutta(0, one/100)
			s[0], s[1] = wrapped(s[0]), wrapped(s[1])
			if off := math.Abs(energy(s) - first); off > 1e-4 {
				t.Fatalf("energy off by %g of %g", off, first)
			}
		}
	}
}

// Progress tells a better try from a worse one, and never falls.
func TestProgress(t *testing.T) {
	for _, env := range []Environment{MountainCar{}, Acrobot{}} {
		s := env.Spec()
		e := NewEpisodes(env, 2)
		e.Begin(env, 5, 0, 0)
		for v := range e.State { // from one state
			e.State[v][1] = e.State[v][0]
		}
		before := [2]Q40{}
		for range 100 {
			e.Action[0] = 1 // nothing
			speed := e.State[1][1]
			if s.Name == "acrobot" {
				speed = e.State[3][1]
			}
			e.Action[1] = 2 // along
			if speed < 0 {
				e.Action[1] = 0
			}
			env.Step(e)
			for i, p := range e.Progress {
				if p < before[i] {
					t.Fatalf("%s: progress of episode %d falls from %d to %d", s.Name, i, before[i], p)
				}
				before[i] = p
			}
		}
		if before[1] < before[0]+one/10 {
			t.Errorf("%s: progress %d of what gains momentum, %d of what rests", s.Name, before[1], before[0])
		}
	}
}

// goldenTrajectories pin every state and reward of 30 episodes of random actions.
var goldenTrajectories = map[string]string{
	"mountaincarcontinuous": "92bd711b9d5e316239d3fb338c42965a81821811454437a60bec7686ede9845c",
	"breakout":              "b8e1f9f4a58adcd8b9170ed2f10c8aa1116433ebe392883d5fb7a868c1ed7fe1",
	"spaceinvaders":         "4c3b09ac369cf775d209de53038e1c0e881b5288850282c144b4ff3509ee8480",
	"cartpole":              "832b4c773829c93afc3c05f3d6e4b7404a04cf9a33a8b307fb91ead3e36092bf",
	"mountaincar":           "b65d3b018201d52b7b8e79155b2cb937e8a27d777c1c1011bae266d28ce73ca8",
	"acrobot":               "03059ef135f5f560421dc6695d1c0d032b08f0531f44013beda937ab54b9a366",
	"pendulum":              "9f243fca86f3afde19dfa5a7685f9aa3b198c2d8f436bd228f382b852710f431",
	"pendulum of 4 inputs":  "e04e8d017719e1a9b3498c31800c067f6a1ed9015edc9b12b6f569b36af21e6e",
}

// golden are the environments, and those that policies of the last version see in another way,
// by the names of their golden hashes.
func golden() map[string]Environment {
	all := map[string]Environment{}
	for _, env := range All {
		all[env.Spec().Name] = env
	}
	for _, env := range []Environment{Pendulum{NoEnergy: true}} {
		all[fmt.Sprintf("%s of %d inputs", env.Spec().Name, env.Spec().Inputs)] = env
	}
	return all
}

func TestGoldenTrajectories(t *testing.T) {
	for name, env := range golden() {
		s := env.Spec()
		rng := rand.New(rand.NewPCG(9, 9))
		e := NewEpisodes(env, 30)
		h := sha256.New()
		for e.Begin(env, 123, 4, 5); e.Live > 0; {
			randomActions(e, s, rng)
			env.Step(e)
			for v := range 4 { // the hashes are of four variables, zeros where there are fewer
				state := make([]Q40, e.Len())
				if v < s.Variables {
					copy(state, e.State[v])
				}
				binary.Write(h, binary.LittleEndian, state)
			}
			binary.Write(h, binary.LittleEndian, e.Reward)
			binary.Write(h, binary.LittleEndian, e.Progress)
			for i := range e.Done {
				inputs := make([]int8, max(s.Inputs, 8)) // and of eight inputs at least
				env.Observe(e, i, inputs[:s.Inputs])
				binary.Write(h, binary.LittleEndian, inputs)
			}
		}
		if got := fmt.Sprintf("%x", h.Sum(nil)); got != goldenTrajectories[name] {
			t.Errorf("%s: trajectories %s, want %s", name, got, goldenTrajectories[name])
		}
	}
}

func TestStepAllocations(t *testing.T) {
	for _, env := range All {
		e := NewEpisodes(env, 40)
		e.limit = math.MaxInt32
		e.Begin(env, 1, 0, 0)
		inputs := env.Spec().Inputs
		x := make([]int8, batch(inputs, 40))
		if n := asmtest.AllocsPerRun(50, func() { e.observe(x, env, inputs); env.Step(e) }); n > 0 {
			t.Errorf("%s: %d allocations a step", env.Spec().Name, n)
		}
	}
}
