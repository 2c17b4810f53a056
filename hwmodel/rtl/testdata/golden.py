"""Inputs and outputs of the hardware's units, computed from their documentation alone.

Plain Python integers, nothing shared with the Go code or the Verilog; a record is one
number, its first field in the lowest bits, and a line an input and its output.

    python3 golden.py > golden.txt
"""

import hashlib

count = 0


def below(n):
    """Numbers from SHA-256 of a count: the same on every Python."""
    global count
    count += 1
    return int.from_bytes(hashlib.sha256(b"rtl/%d" % count).digest()[:8], "little") % n


def between(low, high):
    return low + below(high - low + 1)


class Record:
    def __init__(self):
        self.value, self.bits = 0, 0

    def put(self, v, bits):
        self.value |= (v % (1 << bits)) << self.bits
        self.bits += bits
        return v

    def pents(self, values):
        for v in values:
            self.put(v + 2, 3)
        return values

    def numbers(self, values, bits):
        for v in values:
            self.put(v, bits)
        return values

    def __str__(self):
        return "%0*x" % ((self.bits + 7) // 8 * 2, self.value)


def show(unit, given, result):
    print(unit, given, result)


def pents(n):
    return [between(-2, 2) for _ in range(n)]


def int8s(n):
    return [between(-128, 127) for _ in range(n)]


# --- Words -------------------------------------------------------------------


def digits(n, count=16):
    """Balanced base 5, the lowest digit first, and what is left over."""
    out = []
    for _ in range(count):
        d = (n + 2) % 5 - 2
        out.append(d)
        n = (n - d) // 5
    return out, n


def value(word):
    return sum(d * 5**i for i, d in enumerate(word))


def words():
    a = pents(16)
    return a, digits(value(a) + between(-1, 1))[0] if below(4) == 0 else pents(16)


def adder():
    a, b = words()
    given, result = Record(), Record()
    given.pents(a)
    given.pents(b)
    total, left = digits(value(a) + value(b))
    result.pents(total)
    result.put(left != 0, 1)
    show("adder", given, result)


def alu(op):
    a, b = words()
    given, result = Record(), Record()
    given.pents(a)
    given.pents(b)
    given.put(op, 4)
    x, y = value(a), value(b)
    half = abs(x) // 2 * (1 if x > 0 else -1)
    exact = [x + y, x - y, -x, abs(x), min(x, y), max(x, y), 2 * x, half, (x > 0) - (x < 0)][op]
    word, left = digits(exact)
    result.pents(word)
    result.put(value(word) == 0, 1)
    result.put(value(word) < 0, 1)
    result.put(left != 0, 1)
    show("alu", given, result)


# --- Products ----------------------------------------------------------------


def dot(weights, x):
    return sum(w * v for w, v in zip(weights, x))


def dots():
    given, result = Record(), Record()
    w, x = given.pents(pents(16)), given.numbers(int8s(16), 8)
    result.put(dot(w, x), 14)
    show("dot", given, result)


def tile():
    given, result = Record(), Record()
    w = [given.pents(pents(16)) for _ in range(16)]
    x0, x1 = given.numbers(int8s(16), 8), given.numbers(int8s(16), 8)
    accumulate = given.put(below(2), 1)
    y0 = [dot(row, x0) for row in w]
    y1 = [dot(row, x1) + (y if accumulate else 0) for row, y in zip(w, y0)]
    result.numbers(y0 + y1, 32)
    result.put(2 * 16 + 6, 16)  # cycles: two products of 16 rows, and the pipeline's 2 + log2(16)
    show("tile", given, result)


def crossbar():
    given, result = Record(), Record()
    lines = []
    for _ in range(16):
        w = pents(16)
        lines.append(w + digits(sum(w), 3)[0])
    if below(2):
        lines[below(16)][below(19)] = between(-2, 2)
    for line in lines:
        given.pents(line)
    x = given.numbers(int8s(16), 8)
    y = [dot(column, x) for column in zip(*lines)]
    result.numbers(y[:16], 14)
    result.put(sum(y[:16]) == y[16] + 5 * y[17] + 25 * y[18], 1)
    result.put(12, 8)
    show("crossbar", given, result)


# --- Activations and pents ---------------------------------------------------


def wrap(v):
    return (v + 2**31) % 2**32 - 2**31


def requantize():
    given, result = Record(), Record()
    y = given.put(wrap(below(2**32)) >> below(32), 32)
    bias = given.put(wrap(below(2**32)) >> below(32), 32)
    shift, relu = given.put(below(31), 5), given.put(below(2), 1)
    v = wrap(wrap(y + bias) + (2**shift >> 1)) >> shift
    result.put(min(max(v, 0 if relu else -127), 127), 8)
    result.put(4, 8)
    show("requantize", given, result)


def quantizer(mode):
    given, result = Record(), Record()
    x = wrap(below(2**32)) >> below(16)
    if below(2):
        x = between(-6, 6) * 2**15 + between(-1, 1)
    given.put(x, 32)
    random = given.put(below(2**16), 16)
    given.put(mode, 2)
    one = 2**16
    if mode == 3:
        pent = x // one + (x % one > random)
    elif x % one == one // 2:  # a tie
        pent = [x // one + (x > 0), x // one + 1, x // one + x // one % 2][mode]
    else:
        pent = (x + one // 2) // one
    result.put(min(max(pent, -2), 2) + 2, 3)
    show("quantizer", given, result)


# --- Noise -------------------------------------------------------------------


def philox(counter, key):
    c, k, mask = list(counter), list(key), 2**32 - 1
    for _ in range(10):
        p0, p1 = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
        c = [p1 >> 32 ^ c[1] ^ k[0], p1 & mask, p0 >> 32 ^ c[3] ^ k[1], p0 & mask]
        k = [k[0] + 0x9E3779B9 & mask, k[1] + 0xBB67AE85 & mask]
    return c


def double(b):
    return b << 1 ^ (0x11B if b & 0x80 else 0)


def times(a, b):
    """The product in the field of AES."""
    product = 0
    for i in range(8):
        product ^= a if b >> i & 1 else 0
        a = double(a)
    return product


def sbox(b):
    inverse = 1
    for _ in range(254):
        inverse = times(inverse, b)
    turned = [inverse << i | inverse >> 8 - i for i in range(5)]
    return (turned[0] ^ turned[1] ^ turned[2] ^ turned[3] ^ turned[4]) % 256 ^ 0x63


SBOX = [sbox(b) for b in range(256)]


def ars(counter, seed):
    """ARS4x32-7: bytes of the state by column, whose rows are 0 to 3."""
    low, high = seed, 0
    key = lambda: low.to_bytes(8, "little") + high.to_bytes(8, "little")
    state = [c ^ k for c, k in zip(b"".join(w.to_bytes(4, "little") for w in counter), key())]
    for i in range(7):
        low = (low + 0x9E3779B97F4A7C15) % 2**64
        high = (high + 0xBB67AE8584CAA73B) % 2**64
        state = [SBOX[state[(j + 4 * (j % 4)) % 16]] for j in range(16)]
        if i < 6:
            mixed = []
            for j in range(16):
                a, b, c, d = (state[j // 4 * 4 + (j + n) % 4] for n in range(4))
                mixed.append(times(a, 2) ^ times(b, 3) ^ c ^ d)
            state = mixed
        state = [s ^ k for s, k in zip(state, key())]
    return bytes(state)


def pents_of(data):
    nibbles = [b & 15 for b in data] + [b >> 4 for b in data]
    return [bin(n).count("1") - 2 for n in nibbles]


def noise(seed, generation, tensor, pair, block):
    return pents_of(ars([block, pair, tensor, generation], seed))


def random(seed, generation, tensor, pair, block):
    words = philox([block, pair, tensor, generation], [seed % 2**32, seed >> 32])
    return pents_of(b"".join(w.to_bytes(4, "little") for w in words))


def noises(unit, draw, cycles):
    given, result = Record(), Record()
    seed = given.put(below(2**63), 64)
    generation, tensor, pair = (given.put(below(2**32), 32) for _ in range(3))
    block = given.put(below(4), 32)
    for b in (block, block + 1):
        result.pents(draw(seed, generation, tensor, pair, b))
    result.put(2 * cycles, 8)
    show(unit, given, result)


def lowrank():
    rows, cols = 16, 32
    given, result = Record(), Record()
    left = [given.pents(pents(cols)) for _ in range(rows)]
    right = [given.pents(pents(cols)) for _ in range(rows)]
    x = given.numbers(int8s(2 * cols), 8)
    seed, generation = given.put(below(2**63), 64), given.put(below(2**32), 32)
    tensor, pair = given.put(below(2**28), 28), given.put(below(2**31), 32)
    sigma, minus, wide = given.put(below(12), 5), given.put(below(2), 1), given.put(below(2), 1)
    w = [l + r for l, r in zip(left, right)] if wide else left
    a = noise(seed, generation, tensor * 16, pair, 0)
    b = noise(seed, generation, tensor * 16 + 1, pair, 0) + noise(seed, generation, tensor * 16 + 1, pair, 1)
    t = dot(b[: len(w[0])], x)
    for i in range(rows):
        d = a[i] * t + (2**sigma >> 1) >> sigma
        result.put(dot(w[i], x) + (-d if minus else d), 32)
    result.put(2 * 7 + 2, 16)
    result.put(rows + 7 + 5, 16)
    show("lowrank", given, result)


for _ in range(20):
    adder()
for op in range(9):
    for _ in range(4):
        alu(op)
for mode in range(4):
    for _ in range(10):
        quantizer(mode)
for _ in range(20):
    requantize()
for _ in range(6):
    dots()
    noises("noise", noise, 7)
    noises("noise,PHILOX=1", random, 10)
for _ in range(3):
    tile()
    crossbar()
    lowrank()
