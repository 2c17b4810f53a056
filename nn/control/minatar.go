package control

import "math/bits"

// The games of MinAtar (Young and Tian 2019, arXiv 1903.03176, version 1.0) are played on a
// board of 10×10 cells by the rules of its source. As there, the action of a step is with a
// chance of a tenth the one before again, which is no action at first. A policy sees the board
// once for each kind of thing on it, 127 where there is one: cell (row, column) of plane p is
// input 100·p + 10·row + column. The last input is constant. Actions are the minimal ones, and
// episodes end after 1,000 steps.
const (
	side      = 10 // of the board, in cells
	cells     = side * side
	gameLimit = 1000
)

// board is the rows of a plane: bit x is column x.
type board [side]uint16

const fullRow = 1<<side - 1

// loadBoard returns the board that the variables from v on hold, one a row.
func loadBoard(e *Episodes, v, i int) (b board) {
	for y := range b {
		b[y] = uint16(e.State[v+y][i])
	}
	return b
}

func (b *board) store(e *Episodes, v, i int) {
	for y, row := range b {
		e.State[v+y][i] = Q40(row)
	}
}

func (b *board) has(x, y int) bool { return b[y]>>x&1 != 0 }

// count returns the number of things.
func (b *board) count() (n int) {
	for _, row := range b {
		n += bits.OnesCount16(row)
	}
	return n
}

// columns returns the columns that have any.
func (b *board) columns() (all uint16) {
	for _, row := range b {
		all |= row
	}
	return all
}

// observe writes the plane's inputs.
func (b *board) observe(inputs []int8) {
	for y, row := range b {
		for ; row != 0; row &= row - 1 {
			inputs[side*y+bits.TrailingZeros16(row)] = 127
		}
	}
}

// Variables of every game: the last action, and the random numbers of the episode to come, 64
// bits of xorshift64 (Marsaglia 2003).
const (
	lastAction = iota
	randomBits
	gameVariables
)

// beginGame sets the variables of every game, and the others to 0.
func beginGame(e *Episodes, i int, random *Random) {
	for v := range e.State {
		e.State[v][i] = 0
	}
	e.State[randomBits][i] = Q40(uint64(random.Uint32())<<32 | uint64(random.Uint32()) | 1)
}

// sticky returns the action of a step, the policy's or the one before.
func sticky(e *Episodes, i int) int {
	r := uint64(e.State[randomBits][i])
	r ^= r << 13
	r ^= r >> 7
	r ^= r << 17
	e.State[randomBits][i] = Q40(r)
	if r>>32 < 1<<32/10 {
		e.Action[i] = int(e.State[lastAction][i])
	}
	e.State[lastAction][i] = Q40(e.Action[i])
	return e.Action[i]
}

// Breakout is the game of returning a ball that breaks three rows of bricks, with a paddle of
// one cell. A brick is worth 1; when all are broken, new ones appear once the ball comes down. The
// episode ends when the ball is missed. The actions are 0, none; 1, left; 2, right. The planes
// are the paddle, the ball, where it was before, and the bricks.
type Breakout struct{}

// Variables of Breakout.
const (
	paddleX = gameVariables + iota
	ballX
	ballY
	beforeX
	beforeY
	ballDown  // 1: it moves down
	ballRight // 1: it moves right
	striking  // 1: it has struck a brick in the step before
	breakoutBricks
	breakoutVariables = breakoutBricks + side
)

// Spec implements Environment. MinAtar has no threshold; this one takes aimed returns.
func (Breakout) Spec() Spec {
	return Spec{Name: "breakout", Variables: breakoutVariables, Inputs: 4*cells + 1, Outputs: 3, Limit: gameLimit, Threshold: 10 * one}
}

// Reset implements Environment: the ball begins at the left or at the right.
func (Breakout) Reset(e *Episodes, i int, random *Random) {
	beginGame(e, i, random)
	x, right := Q40(0), Q40(1)
	if random.Uint32()&1 != 0 {
		x, right = side-1, 0
	}
	e.State[paddleX][i] = 4
	e.State[ballX][i], e.State[ballY][i], e.State[beforeX][i], e.State[beforeY][i] = x, 3, x, 3
	e.State[ballDown][i], e.State[ballRight][i] = 1, right
	wall := newWall()
	wall.store(e, breakoutBricks, i)
}

func newWall() board { return board{1: fullRow, 2: fullRow, 3: fullRow} }

// Observe implements Environment.
func (Breakout) Observe(e *Episodes, i int, inputs []int8) {
	inputs[side*(side-1)+int(e.State[paddleX][i])] = 127
	inputs[cells+side*int(e.State[ballY][i])+int(e.State[ballX][i])] = 127
	inputs[2*cells+side*int(e.State[beforeY][i])+int(e.State[beforeX][i])] = 127
	wall := loadBoard(e, breakoutBricks, i)
	wall.observe(inputs[3*cells:])
	inputs[4*cells] = bias
}

// Step implements Environment.
func (Breakout) Step(e *Episodes) {
	for i, done := range e.Done {
		if !done {
			reward, missed := stepBreakout(e, i)
			e.Count(i, reward, missed)
		}
	}
}

func stepBreakout(e *Episodes, i int) (reward Q40, missed bool) {
	s := func(v int) *Q40 { return &e.State[v][i] }
	switch sticky(e, i) {
	case 1:
		*s(paddleX) = max(*s(paddleX)-1, 0)
	case 2:
		*s(paddleX) = min(*s(paddleX)+1, side-1)
	}
	fromX, fromY := *s(ballX), *s(ballY)
	x, y := fromX+2**s(ballRight)-1, fromY+2**s(ballDown)-1
	if x < 0 || x >= side {
		x = fromX
		*s(ballRight) ^= 1
	}
	wall := loadBoard(e, breakoutBricks, i)
	struck := false
	switch {
	case y < 0:
		y = 0
		*s(ballDown) ^= 1
	case wall.has(int(x), int(y)):
		struck = true
		if *s(striking) == 0 {
			reward = one
			wall[y] &^= 1 << x
			y = fromY
			*s(ballDown) ^= 1
		}
	case y == side-1:
		if wall.count() == 0 {
			wall = newWall()
		}
		switch *s(paddleX) {
		case fromX:
			*s(ballDown) ^= 1
			y = fromY
		case x:
			*s(ballDown) ^= 1
			*s(ballRight) ^= 1
			y = fromY
		default:
			missed = true
		}
	}
	*s(striking) = 0
	if struck {
		*s(striking) = 1
	}
	*s(beforeX), *s(beforeY), *s(ballX), *s(ballY) = fromX, fromY, x, y
	wall.store(e, breakoutBricks, i)
	return reward, missed
}

// SpaceInvaders is the game of shooting aliens that come down in a block and shoot back. An
// alien is worth 1; a new block follows each one, and moves faster. The episode ends when a shot or an alien hits
// the cannon, or an alien the ground. The actions are 0, none; 1, left; 2, right; 3, fire. The
// planes are the cannon, the aliens, the aliens while they go left, and while they go right,
// the cannon's shots and the aliens'.
type SpaceInvaders struct{}

// Variables of SpaceInvaders.
const (
	cannonX       = gameVariables + iota
	aliensRight   // 1: they move right
	alienInterval // steps between their moves, while there are as many of them
	alienTimer
	alienShotTimer
	cannonTimer
	aliens
	cannonShots       = aliens + side
	alienShots        = cannonShots + side
	invadersVariables = alienShots + side
)

const (
	cannonInterval    = 5 // steps between shots of the cannon
	alienShotInterval = 10
	slowestAliens     = 12
	fastestAliens     = 6
)

// Spec implements Environment. MinAtar has no threshold; this one is two blocks of aliens.
func (SpaceInvaders) Spec() Spec {
	return Spec{Name: "spaceinvaders", Variables: invadersVariables, Inputs: 6*cells + 1, Outputs: 4, Limit: gameLimit, Threshold: 48 * one}
}

// Reset implements Environment.
func (SpaceInvaders) Reset(e *Episodes, i int, random *Random) {
	beginGame(e, i, random)
	e.State[cannonX][i] = 5
	e.State[alienInterval][i], e.State[alienTimer][i], e.State[alienShotTimer][i] = slowestAliens, slowestAliens, alienShotInterval
	block := newBlock()
	block.store(e, aliens, i)
}

func newBlock() board {
	const row = 1<<8 - 1<<2
	return board{row, row, row, row}
}

// Observe implements Environment.
func (SpaceInvaders) Observe(e *Episodes, i int, inputs []int8) {
	inputs[side*(side-1)+int(e.State[cannonX][i])] = 127
	block, own, theirs := loadBoard(e, aliens, i), loadBoard(e, cannonShots, i), loadBoard(e, alienShots, i)
	block.observe(inputs[cells:])
	block.observe(inputs[cells*(2+int(e.State[aliensRight][i])):])
	own.observe(inputs[4*cells:])
	theirs.observe(inputs[5*cells:])
	inputs[6*cells] = bias
}

// Step implements Environment.
func (SpaceInvaders) Step(e *Episodes) {
	for i, done := range e.Done {
		if !done {
			reward, lost := stepInvaders(e, i)
			e.Count(i, reward, lost)
		}
	}
}

func stepInvaders(e *Episodes, i int) (reward Q40, lost bool) {
	s := func(v int) *Q40 { return &e.State[v][i] }
	block, own, theirs := loadBoard(e, aliens, i), loadBoard(e, cannonShots, i), loadBoard(e, alienShots, i)
	switch sticky(e, i) {
	case 1:
		*s(cannonX) = max(*s(cannonX)-1, 0)
	case 2:
		*s(cannonX) = min(*s(cannonX)+1, side-1)
	case 3:
		if *s(cannonTimer) == 0 {
			own[side-1] |= 1 << *s(cannonX)
			*s(cannonTimer) = cannonInterval
		}
	}
	x := int(*s(cannonX))
	copy(own[:], own[1:])
	own[side-1] = 0
	copy(theirs[1:], theirs[:side-1])
	theirs[0] = 0
	lost = theirs.has(x, side-1) || block.has(x, side-1)

	if *s(alienTimer) == 0 {
		*s(alienTimer) = min(Q40(block.count()), *s(alienInterval))
		landed := block.move(s(aliensRight))
		lost = lost || landed || block.has(x, side-1)
	}
	if *s(alienShotTimer) == 0 {
		*s(alienShotTimer) = alienShotInterval
		x, y := block.nearest(x)
		theirs[y] |= 1 << x
	}
	for y := range block {
		hit := block[y] & own[y]
		reward += Q40(bits.OnesCount16(hit)) * one
		block[y] &^= hit
		own[y] &^= hit
	}

	*s(cannonTimer) = max(*s(cannonTimer)-1, 0)
	*s(alienTimer)--
	*s(alienShotTimer)--
	if block.count() == 0 {
		*s(alienInterval) = max(*s(alienInterval)-1, fastestAliens)
		block = newBlock()
	}
	block.store(e, aliens, i)
	own.store(e, cannonShots, i)
	theirs.store(e, alienShots, i)
	return reward, lost
}

// move moves a block of aliens a column on, or at the edge a row down, and turns it. It reports
// whether an alien was on the ground before it came down.
func (b *board) move(right *Q40) (landed bool) {
	at := b.columns()
	switch {
	case *right == 0 && at&1 == 0:
		for y := range b {
			b[y] >>= 1
		}
	case *right != 0 && at>>(side-1) == 0:
		for y := range b {
			b[y] <<= 1
		}
	default:
		*right ^= 1
		last := b[side-1]
		copy(b[1:], b[:side-1])
		b[0] = last
		return last != 0
	}
	return false
}

// nearest returns the lowest alien of the column nearest to x, the left one of two.
func (b *board) nearest(x int) (int, int) {
	at := b.columns()
	for away := range side {
		for _, x := range [2]int{x - away, x + away} {
			if x < 0 || x >= side || at>>x&1 == 0 {
				continue
			}
			y := side - 1
			for !b.has(x, y) {
				y--
			}
			return x, y
		}
	}
	panic("control: no alien") // a block is never empty between steps
}
