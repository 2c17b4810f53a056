"""The tasks of docs/spec.md#control, in whole numbers of 2^-40."""

import math

from pentary import BATCH, Stream, clip, cut, round_div

ONE = 1 << 40
PI, TAU = 3454217652358, 6908435304715
M64 = (1 << 64) - 1


def mul(a, b):
    return (a * b + (1 << 39)) >> 40


def div(a, b):
    return round_div(a << 40, b)


def ratio(a, b=1):
    return cut(a << 40, b)


def clamp(v, low, high):
    return min(max(v, low), high)


def seen(v, scale):
    return clip((mul(v, scale) + (1 << 39)) >> 40)


def turns(x):
    return (x * 2935890503282001226 >> 40) & M64


def signed(t):
    return t - (1 << 64) if t >> 63 else t


def high(a, b):
    return a * b >> 64


def series(z, n):
    p = M64 // math.factorial(n) - high(z, M64 // math.factorial(n + 2))
    for n in range(n - 2, 1, -2):
        p = M64 // math.factorial(n) - high(z, p)
    return p


def sincos(x):
    t = turns(x)
    q = (t + (1 << 61) & M64) >> 62
    r = signed(t - (q << 62) & M64)
    y = 2 * high(4 * abs(r), 14488038916154245685)
    z = high(y, y)
    s = (y - high(high(y, z), series(z, 11)) + (1 << 23)) >> 24
    c = ONE - ((high(z, series(z, 12)) + (1 << 23)) >> 24)
    if r < 0:
        s = -s
    return [(s, c), (c, -s), (-s, -c), (-c, s)][q]


class Words:
    """The random words of an episode."""

    def __init__(self, seed, generation, group, episode):
        self.stream, self.at = Stream(seed, generation, group, BATCH, episode), 0

    def next(self):
        self.at += 1
        return self.stream.block((self.at - 1) // 4)[(self.at - 1) % 4]

    def uniform(self, low, high):
        return low + mul(self.next() << 8, high - low)


# A task has limit, one (one output), observe, and step, which returns the reward and whether the
# episode ends.


class CartPole:
    limit, one, progress = 500, False, 0

    def __init__(self, words, inputs):
        self.state = [words.uniform(-ratio(5, 100), ratio(5, 100)) for _ in range(4)]

    def observe(self):
        return [seen(v, s) for v, s in zip(self.state, (ratio(1270, 24), ratio(127, 3), ratio(12700, 21), ratio(127, 3)))]

    def step(self, action):
        x, v, angle, speed = self.state
        sin, cos = sincos(angle)
        force = ratio(10 if action else -10)
        total, m = ONE + ratio(1, 10), ratio(1, 10) // 2
        p = div(force + mul(m, mul(mul(speed, speed), sin)), total)
        turn = div(
            mul(ratio(98, 10), sin) - mul(cos, p),
            mul(ratio(1, 2), ratio(4, 3) - div(mul(ratio(1, 10), mul(cos, cos)), total)),
        )
        a = p - div(mul(m, mul(turn, cos)), total)
        h = ratio(2, 100)
        self.state = x, _, angle, _ = [x + mul(h, v), v + mul(h, a), angle + mul(h, speed), speed + mul(h, turn)]
        return ONE, abs(x) > ratio(24, 10) or abs(angle) > cut(12 * PI, 180)


class MountainCar:
    limit, one, progress = 200, False, 0

    def __init__(self, words, inputs):
        self.x, self.v = words.uniform(ratio(-6, 10), ratio(-4, 10)), 0

    def observe(self):
        return [seen(self.x + ONE // 2, ratio(1270, 11)), seen(self.v, ratio(12700, 7)), 64]

    def roll(self, push):
        sin, cos = sincos(3 * self.x)
        self.progress = max(self.progress, min(cut(mul(cut(mul(self.v, self.v), 2), ratio(1200)) + sin + ONE, 2), ONE))
        self.v = clamp(self.v + push - mul(ratio(25, 10000), cos), -ratio(7, 100), ratio(7, 100))
        self.x = clamp(self.x + self.v, ratio(-12, 10), ratio(6, 10))
        if self.x == ratio(-12, 10) and self.v < 0:
            self.v = 0

    def step(self, action):
        self.roll((action - 1) * ratio(1, 1000))
        return -ONE, self.x >= ratio(5, 10) and self.v >= 0


class MountainCarContinuous(MountainCar):
    limit, one = 999, True

    def step(self, o):
        u = clamp(o << 34, -ONE, ONE)
        self.roll(mul(u, ratio(15, 10000)))
        end = self.x >= ratio(45, 100) and self.v >= 0
        return cut(-mul(u, u), 10) + (ratio(100) if end else 0), end


class Acrobot:
    limit, one, progress = 500, False, 0

    def __init__(self, words, inputs):
        self.state = [words.uniform(-ratio(1, 10), ratio(1, 10)) for _ in range(4)]

    def observe(self):
        (sin1, cos1), (sin2, cos2) = sincos(self.state[0]), sincos(self.state[1])
        angles = [seen(v, ratio(127)) for v in (cos1, sin1, cos2, sin2)]
        return angles + [seen(self.state[2], ratio(127, 8)), seen(self.state[3], ratio(127, 16)), 64]

    def change(self, s, torque):
        (sin1, cos1), (sin2, cos2), (_, _, w1, w2) = sincos(s[0]), sincos(s[1]), s
        g = ratio(98, 10)
        both = mul(sin1, cos2) + mul(cos1, sin2)
        a, b = cos2 + ratio(7, 2), cut(cos2, 2) + ratio(5, 4)
        p2 = mul(g // 2, both)
        p1 = -mul(mul(w2, cut(w2, 2) + w1), sin2) + mul(3 * g // 2, sin1) + p2
        r = div(b, a)
        a2 = div(torque + mul(r, p1) - cut(mul(mul(w1, w1), sin2), 2) - p2, ratio(5, 4) - mul(r, b))
        return w1, w2, -div(mul(b, a2) + p1, a), a2

    def step(self, action):
        torque, h, s = (action - 1) * ONE, ratio(2, 10), self.state

        def moved(h, k):
            return [v + mul(h, d) for v, d in zip(s, k)]

        k1 = self.change(s, torque)
        k2 = self.change(moved(h // 2, k1), torque)
        k3 = self.change(moved(h // 2, k2), torque)
        k4 = self.change(moved(h, k3), torque)
        s = moved(h // 6, [a + 2 * b + 2 * c + d for a, b, c, d in zip(k1, k2, k3, k4)])
        for i, most in ((0, 4), (1, 9)):
            while s[i] > PI:
                s[i] -= TAU
            while s[i] < -PI:
                s[i] += TAU
            s[i + 2] = clamp(s[i + 2], -most * PI, most * PI)
        self.state = s
        height = -sincos(s[0])[1] - sincos(s[0] + s[1])[1]
        self.progress = max(self.progress, min(div(height + 2 * ONE, 3 * ONE), ONE))
        return (0 if height > ONE else -ONE), height > ONE


class Pendulum:
    limit, one, progress = 200, True, 0

    def __init__(self, words, inputs):
        self.inputs = inputs
        self.angle = words.uniform(-PI, PI)
        self.speed = words.uniform(-ONE, ONE)

    def observe(self):
        sin, cos = sincos(self.angle)
        energy = cut(mul(self.speed, self.speed), 2) + mul(ratio(15), cos - ONE)
        x = [seen(cos, ratio(127)), seen(sin, ratio(127)), seen(self.speed, ratio(127, 8)), 64]
        return (x + [seen(energy, ratio(127, 16)), seen(mul(energy, self.speed), ratio(127, 40))])[: self.inputs]

    def step(self, o):
        u = clamp(o << 35, -2 * ONE, 2 * ONE)
        w = (signed(turns(self.angle)) * TAU + (1 << 63)) >> 64
        cost = mul(w, w) + cut(mul(self.speed, self.speed), 10) + cut(mul(u, u), 1000)
        push = mul(ratio(15), sincos(self.angle)[0]) + 3 * u
        self.speed = clamp(self.speed + mul(push, ratio(5, 100)), -8 * ONE, 8 * ONE)
        self.angle += mul(self.speed, ratio(5, 100))
        return -cost, False


class Game:
    """A board of 10 × 10 cells; things are sets of (row, column)."""

    limit, one, progress = 1000, False, 0

    def __init__(self, words, inputs):
        self.random = words.next() << 32 | words.next() | 1
        self.last = 0
        self.begin(words)

    def observe(self):
        return [127 * ((row, column) in plane) for plane in self.planes() for row in range(10) for column in range(10)] + [64]

    def step(self, action):
        r = self.random
        r ^= r << 13 & M64
        r ^= r >> 7
        r ^= r << 17 & M64
        self.random = r
        if r >> 32 < 429496729:
            action = self.last
        self.last = action
        if action in (1, 2):
            self.column = clamp(self.column + 2 * action - 3, 0, 9)
        reward, end = self.play(action)
        return reward * ONE, end


class Breakout(Game):
    def begin(self, words):
        self.column, self.down, self.struck = 4, 1, False
        self.x, self.right = (9, -1) if words.next() & 1 else (0, 1)
        self.y = 3
        self.before = self.y, self.x
        self.bricks = self.wall()

    def wall(self):
        return {(row, column) for row in (1, 2, 3) for column in range(10)}

    def planes(self):
        return {(9, self.column)}, {(self.y, self.x)}, {self.before}, self.bricks

    def play(self, _):
        reward, end, struck = 0, False, False
        x, y = self.x + self.right, self.y + self.down
        if not 0 <= x < 10:
            x, self.right = self.x, -self.right
        if y < 0:
            y, self.down = 0, -self.down
        elif (y, x) in self.bricks:
            struck = True
            if not self.struck:
                reward = 1
                self.bricks.remove((y, x))
                y, self.down = self.y, -self.down
        elif y == 9:
            self.bricks = self.bricks or self.wall()
            if self.column in (self.x, x):
                y, self.down = self.y, -self.down
                if self.column != self.x:
                    self.right = -self.right
            else:
                end = True
        self.struck, self.before, self.x, self.y = struck, (self.y, self.x), x, y
        return reward, end


class SpaceInvaders(Game):
    def begin(self, words):
        self.column, self.way, self.slow = 5, -1, 12
        self.move, self.shoot, self.wait = 12, 10, 0
        self.aliens, self.own, self.theirs = self.block(), set(), set()

    def block(self):
        return {(row, column) for row in range(4) for column in range(2, 8)}

    def planes(self):
        left, right = (self.aliens, set()) if self.way < 0 else (set(), self.aliens)
        return {(9, self.column)}, self.aliens, left, right, self.own, self.theirs

    def play(self, action):
        cannon = 9, self.column
        if action == 3 and self.wait == 0:
            self.wait = 5
            self.own.add(cannon)
        self.own = {(y - 1, x) for y, x in self.own if y > 0}
        self.theirs = {(y + 1, x) for y, x in self.theirs if y < 9}
        end = cannon in self.theirs or cannon in self.aliens
        if self.move == 0:
            self.move = min(len(self.aliens), self.slow)
            if any(x == (0 if self.way < 0 else 9) for _, x in self.aliens):
                self.way = -self.way
                end = end or any(y == 9 for y, _ in self.aliens)
                self.aliens = {((y + 1) % 10, x) for y, x in self.aliens}
            else:
                self.aliens = {(y, x + self.way) for y, x in self.aliens}
            end = end or cannon in self.aliens
        if self.shoot == 0:
            self.shoot = 10
            self.theirs.add(min(self.aliens, key=lambda at: (abs(at[1] - self.column), at[1], -at[0])))
        hit = self.aliens & self.own
        self.aliens, self.own = self.aliens - hit, self.own - hit
        self.move, self.shoot, self.wait = self.move - 1, self.shoot - 1, max(self.wait - 1, 0)
        if not self.aliens:
            self.slow = max(self.slow - 1, 6)
            self.aliens = self.block()
        return len(hit), end


TASKS = {t.__name__.lower(): t for t in (CartPole, MountainCar, MountainCarContinuous, Acrobot, Pendulum, Breakout, SpaceInvaders)}


def play(name, policy, inputs, seed, generation, group, episode):
    """The reward and the progress of an episode of a policy, a function of the inputs."""
    task = TASKS[name](Words(seed, generation, group, episode), inputs)
    reward = 0
    for _ in range(task.limit):
        outputs = policy(task.observe())
        more, end = task.step(outputs[0] if task.one else outputs.index(max(outputs)))
        reward += more
        if end:
            break
    return reward, task.progress
