package control

import (
	"crypto/sha256"
	"fmt"
	"testing"
)

// xorshift32 is Marsaglia's generator, for actions that the tables below can be made from in
// other languages.
type xorshift32 uint32

func (r *xorshift32) word() uint32 {
	x := *r
	x ^= x << 13
	x ^= x >> 17
	x ^= x << 5
	*r = x
	return uint32(x)
}

// Games take the course of MinAtar's own source (github.com/kenjyoung/MinAtar at 4241f24) under
// the same actions: the hash is of the bytes of all planes before each of 20,000 steps, by
// plane, row and column, and of its reward and whether it ended the game. It was computed by
// that source with numpy.
func TestMinAtar(t *testing.T) {
	for _, test := range []struct {
		env    Environment
		planes int
		start  func(e *Episodes, rng *xorshift32)
		act    func(e *Episodes, w uint32) uint32
		games  int
		want   string
	}{
		{Breakout{}, 4, func(e *Episodes, rng *xorshift32) {
			right := rng.word()>>31 != 0
			x, toRight := Q40(0), Q40(1)
			if right {
				x, toRight = 9, 0
			}
			e.State[ballX][0], e.State[beforeX][0], e.State[ballRight][0] = x, x, toRight
			wall := board{} // with gaps, between whose bricks the ball goes to and fro
			for y := 1; y <= 3; y++ {
				wall[y] = uint16(rng.word() >> 16 & fullRow)
			}
			wall.store(e, breakoutBricks, 0)
		}, func(e *Episodes, w uint32) uint32 { // mostly follows the ball
			paddle, ball := e.State[paddleX][0], e.State[ballX][0]
			switch {
			case w>>8%256 == 0:
				return w >> 16 % 3
			case ball < paddle:
				return 1
			case ball > paddle:
				return 2
			}
			return 0
		}, 18, "6ec7a8627b2dfb42d7b61bbf6e54dc831c2d672f1a64a6e4f7f1bdd37fa6762b"},
		{
			SpaceInvaders{},
			6, nil, func(_ *Episodes, w uint32) uint32 { return w >> 16 % 4 }, 379,
			"08ca114bad4a53630569efa9377fb4b8cce6912e4759e869b16f563a76fb4eca",
		},
		{SpaceInvaders{}, 6, nil, func(e *Episodes, w uint32) uint32 { // fires, and mostly evades
			if w>>8%4 == 0 {
				return w >> 16 % 4
			}
			x, shots := int(e.State[cannonX][0]), loadBoard(e, alienShots, 0)
			switch {
			case !shots.has(x, 6) && !shots.has(x, 7) && !shots.has(x, 8):
				return 3
			case x > 4:
				return 1
			}
			return 2
		}, 124, "9f40fa6400ce2f93a1aa6ee7cc8bc7b84cdc4e44de2ae487d42f4ee122cb2aef"},
	} {
		e := NewEpisodes(test.env, 1)
		rng := xorshift32(1)
		begin := func() {
			e.Begin(test.env, 1, 0, 0)
			if test.start != nil {
				test.start(e, &rng)
			}
		}
		begin()
		h := sha256.New()
		games := 0
		for range 20_000 {
			inputs := make([]int8, test.env.Spec().Inputs)
			test.env.Observe(e, 0, inputs)
			planes := make([]byte, test.planes*cells)
			for i := range planes {
				planes[i] = byte(inputs[i] / 127)
			}
			h.Write(planes)
			e.Action[0] = int(test.act(e, rng.word()))
			e.State[lastAction][0] = Q40(e.Action[0]) // which another is not taken for then
			before := e.Reward[0]
			e.limit = 1 << 30
			test.env.Step(e)
			reward, over := (e.Reward[0]-before)/one, byte(0)
			if e.Done[0] {
				over = 1
				games++
			}
			h.Write([]byte{byte(reward), over})
			if e.Done[0] {
				begin()
			}
		}
		if got := fmt.Sprintf("%x", h.Sum(nil)); got != test.want || games != test.games {
			t.Errorf("%s: %d games of hash %s, want %d of %s", test.env.Spec().Name, games, got, test.games, test.want)
		}
	}
}

// A tenth of the actions are the ones before.
func TestStickyActions(t *testing.T) {
	e := NewEpisodes(SpaceInvaders{}, 4)
	e.Begin(SpaceInvaders{}, 3, 0, 0)
	const steps = 50_000
	for i := range e.Len() {
		before, repeated := -1, 0
		for step := range steps {
			e.Action[i] = step % 4
			action := sticky(e, i)
			if action != step%4 {
				repeated++
				if action != before && step > 0 {
					t.Fatalf("episode %d, step %d: action %d after %d, want %d or the one before", i, step, action, before, step%4)
				}
			}
			before = action
		}
		// An action that is repeated twice looks like any other once in four times.
		if share := float64(repeated) / steps; share < 0.094 || share > 0.106 {
			t.Errorf("episode %d: %.4f of the actions are the ones before, want a tenth", i, share)
		}
	}
}
