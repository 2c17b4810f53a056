"""The numerical contract of package kernels, computed a second time.

Every value comes from the documentation alone, with plain Python integers and
naive loops over weights, so that a mistake in the Go code is not repeated here.

    python3 golden.py > golden.json
"""

import base64
import hashlib
import json
import math
import sys

# --- Inputs and their encoding -----------------------------------------------


class Source:
    """Numbers from SHA-256 of a label and a count: the same on every Python."""

    def __init__(self, label):
        self.label, self.count = label, 0

    def below(self, n):
        self.count += 1
        digest = hashlib.sha256(f"{self.label}/{self.count}".encode()).digest()
        return int.from_bytes(digest[:8], "little") % n

    def between(self, low, high):
        return low + self.below(high - low + 1)

    def list(self, n, low, high):
        return [self.between(low, high) for _ in range(n)]

    def matrix(self, rows, cols, low, high):
        return [self.list(cols, low, high) for _ in range(rows)]


def data(values, width=1):
    """Integers as base64 of little-endian two's complement."""
    raw = b"".join((v % (1 << 8 * width)).to_bytes(width, "little") for v in values)
    return base64.b64encode(raw).decode()


def int32s(values):
    return data(values, 4)


def flat(rows):
    return [v for row in rows for v in row]


# --- Layouts -----------------------------------------------------------------


def block(codes):
    """A block of the 332 layout: eight groups of lanes in vectors A, B, C."""
    lanes = len(codes) // 8
    g = [codes[i * lanes : (i + 1) * lanes] for i in range(8)]
    a = [g[0][l] + 8 * g[1][l] + 64 * (g[6][l] % 4) for l in range(lanes)]
    b = [g[2][l] + 8 * g[3][l] + 64 * (g[7][l] % 4) for l in range(lanes)]
    c = [g[4][l] + 8 * g[5][l] + 64 * (g[6][l] // 4) + 128 * (g[7][l] // 4) for l in range(lanes)]
    return a + b + c


def padded(weights):
    """Codes of a vector of weights, padded with the zero weight to a multiple of 32."""
    return [w + 2 for w in weights] + [2] * (-len(weights) % 32)


def packed_row(weights):
    """Whole blocks of 256 codes, then small blocks of 32."""
    codes, left, row = padded(weights), len(weights), []
    while left > 0:
        size = 256 if left >= 256 else 32
        row += block(codes[:size])
        codes, left = codes[size:], left - size
    return row


def packed(matrix):
    return data(flat(packed_row(row) for row in matrix))


def quads(rows):
    """A batch of k rows and n columns as quads: X[k/4][n][4], zero beyond k."""
    k, n = len(rows), len(rows[0])
    return [rows[i][c] if i < k else 0 for q in range(0, k, 4) for c in range(n) for i in range(q, q + 4)]


def tiles(matrix):
    """Codes of a matrix by tiles of 16 rows: quads of each row in turn, of the zero weight beyond the matrix."""
    rows = [padded(row) for row in matrix]
    rows += [padded([0] * len(matrix[0]))] * (-len(rows) % 16)
    return [
        rows[i][j] for top in range(0, len(rows), 16) for q in range(0, len(rows[0]), 4)
        for i in range(top, top + 16) for j in range(q, q + 4)
    ]


# --- Arithmetic --------------------------------------------------------------


def round_shift(v, n):
    """v / 2^n to nearest, ties upward: the floor of v/2^n + 1/2."""
    return (2 * v + 2**n) // (2 * 2**n)


def clamp(v, low, high):
    return sorted((low, v, high))[1]


def product(a, b):
    """The matrix product, by definition."""
    return [[sum(row[i] * b[i][c] for i in range(len(b))) for c in range(len(b[0]))] for row in a]


def transpose(a):
    return [list(column) for column in zip(*a)]


def philox(counter, key):
    """Philox4x32-10 as Salmon et al. define it: permute, then an S-box per pair."""
    c, k = list(counter), list(key)
    for _ in range(10):
        c = [c[2], c[1], c[0], c[3]]
        out = []
        for (right, left), m, round_key in zip((c[:2], c[2:]), (0xCD9E8D57, 0xD2511F53), k):
            high, low = divmod(m * right, 2**32)
            out += [high ^ round_key ^ left, low]
        c = out
        k = [(k[0] + 0x9E3779B9) % 2**32, (k[1] + 0xBB67AE85) % 2**32]
    return c


def times(a, b):
    """The product in the field of AES, of polynomials over bits modulo x^8 + x^4 + x^3 + x + 1."""
    product = 0
    for i in range(8):
        product ^= (b >> i & 1) * a << i
    for i in range(14, 7, -1):
        product ^= (product >> i & 1) * 0x11B << i - 8
    return product


def substituted(x):
    """The S-box of FIPS 197, section 5.1.1: the inverse, then an affine map of its bits."""
    inverse = next((y for y in range(256) if times(x, y) == 1), 0)
    bit = lambda i: inverse >> i % 8 & 1
    return sum((bit(i) ^ bit(i + 4) ^ bit(i + 5) ^ bit(i + 6) ^ bit(i + 7) ^ 0x63 >> i & 1) << i for i in range(8))


SBOX = [substituted(x) for x in range(256)]


def ars(counter, key):
    """ARS4x32-7 as Salmon et al. define it: rounds of AES with Weyl sequences for keys."""
    state = [b for w in counter for b in w.to_bytes(4, "little")]
    halves = [key[0] + 2**32 * key[1], key[2] + 2**32 * key[3]]
    for r in range(8):
        if r > 0:
            state = [SBOX[state[(4 * (i // 4) + 5 * (i % 4)) % 16]] for i in range(16)]  # and ShiftRows
        if 0 < r < 7:
            columns = [state[i : i + 4] for i in range(0, 16, 4)]
            state = [
                times(2, c[i]) ^ times(3, c[(i + 1) % 4]) ^ c[(i + 2) % 4] ^ c[(i + 3) % 4] for c in columns for i in range(4)
            ]
        weyl = [(h + r * w) % 2**64 for h, w in zip(halves, (0x9E3779B97F4A7C15, 0xBB67AE8584CAA73B))]
        state = [b ^ k for b, k in zip(state, b"".join(w.to_bytes(8, "little") for w in weyl))]
    return [int.from_bytes(state[i : i + 4], "little") for i in range(0, 16, 4)]


def random_block(generator, i, seed, generation, tensor, pair):
    counter, key = [i, pair, tensor, generation], [seed % 2**32, seed // 2**32]
    return ars(counter, key + [0, 0]) if generator == 0 else philox(counter, key)


def random_bytes(n, *stream):
    out, i = b"", 0
    while len(out) < n:
        out += b"".join(w.to_bytes(4, "little") for w in random_block(stream[0], i, *stream[1:]))
        i += 1
    return list(out[:n])


def noise(distribution, n, *stream):
    codes, i = [], 0
    while len(codes) < n:
        words = random_block(stream[0], i, *stream[1:])
        if distribution == 0:
            digits = [f"{b:08b}" for w in words for b in w.to_bytes(4, "little")]
            codes += [d[4:].count("1") for d in digits] + [d[:4].count("1") for d in digits]
        else:
            halves = [h for w in words for h in (w % 65536, w // 65536)]
            codes += [(5 * h + 2) // 65536 for h in halves]
        i += 1
    return codes


EXP2 = [round(2 ** (8 + f / 16)) for f in range(16)]
LOG2 = [round(256 * math.log2(1 + (f + 0.5) / 256)) for f in range(256)]


def score(logits, target):
    """Log-probability of the target in 1/256 bit; logits count 1/16 bit."""
    total = sum(EXP2[l % 16] * 2 ** (l // 16 + 8) for l in logits)  # about 2^16 · Σ 2^(l/16)
    whole = total.bit_length() - 1
    fraction = total * 256 // 2**whole - 256
    return 16 * logits[target] - (256 * (whole - 16) + LOG2[fraction])


def normalized(column, target):
    total = max(1, sum(abs(v) for v in column))
    inverse = (2 * target * len(column) * 4096 + total) // (2 * total)
    inverse = min(inverse, 2**20)
    return [clamp(round_shift(v * inverse, 12), -127, 127) for v in column]


def residual_step(w, e, z, mul, shift, limit):
    """Weight and residual are the fixed-point number w + e/256, in [-2.5, 2.5)."""
    number = 256 * w + e + clamp(round_shift(clamp(z, -limit, limit) * mul, shift), -255, 255)
    number = clamp(number, -2 * 256 - 128, 2 * 256 + 127)
    w = round_shift(number, 8)
    return w, number - 256 * w


def threshold_step(w, z, tau):
    return clamp(w + (z >= tau) - (z <= -tau), -2, 2)


def step_of(z, mul, shift, limit):
    """The step of Z in 1/256 level."""
    return clamp(round_shift(clamp(z, -limit, limit) * mul, shift), -255, 255)


def residual4_step(w, e, d, u):
    """Weight and residual are the number w + e/16; the step is rounded down after a random part of a sixteenth."""
    number = clamp(16 * w + e + (d + u % 16) // 16, -2 * 16 - 8, 2 * 16 + 7)
    w = round_shift(number, 4)
    return w, number - 16 * w


def stochastic_step(w, d, u):
    return clamp(w + (d + u) // 256, -2, 2)


def flip_step(w, average, d, u, decay, threshold):
    average += (clamp(d, -127, 127) - average + u % 2**decay) // 2**decay
    if abs(average) < threshold:
        return w, average
    return clamp(w + (1 if average > 0 else -1), -2, 2), 0


def dithered_step(w, z, u, tau):
    """tau counts 1/256 of a unit of Z."""
    return clamp(w + (256 * z + u >= tau) - (-256 * z + u >= tau), -2, 2)


def shrink_step(w, u, chance):
    return w if u >= chance else (w > 1) - (w < -1)


def nibbles(row):
    """Residuals of four bits: of 32 columns, the first 16 are the low halves of 16 bytes."""
    return [row[j + l] % 16 + 16 * (row[j + 16 + l] % 16) for j in range(0, len(row), 32) for l in range(16)]


# --- Cases -------------------------------------------------------------------


def round_shift_cases():
    s = Source("round shift")
    cases = [[v, n] for n in (0, 1, 2, 7, 30) for v in (-9, -8, -3, -2, -1, 0, 1, 2, 3, 8, 9)]
    cases += [[s.between(-(2**30), 2**30), s.below(31)] for _ in range(60)]
    return [case + [round_shift(*case)] for case in cases]


def philox_cases():
    s = Source("philox")
    for _ in range(12):
        counter, key = s.list(4, 0, 2**32 - 1), s.list(2, 0, 2**32 - 1)
        yield {"counter": counter, "key": key, "block": philox(counter, key)}


def ars_cases():
    s = Source("ars")
    for _ in range(12):
        counter, key = s.list(4, 0, 2**32 - 1), s.list(4, 0, 2**32 - 1)
        yield {"counter": counter, "key": key, "block": ars(counter, key)}


def noise_cases():
    s = Source("noise")
    for generator in (1, 0):
        for distribution in (0, 1):
            for n in (32, 64, 96, 256, 288, 800):
                names = [s.below(2**64)] + s.list(3, 0, 2**32 - 1)
                yield {
                    "generator": generator, "distribution": distribution, "n": n, "seed": names[0], "generation": names[1],
                    "tensor": names[2], "pair": names[3], "codes": data(noise(distribution, n, generator, *names)),
                }


def pairs_cases():
    s = Source("pairs")
    for generator, distribution, pairs, n, pair in ((0, 0, 3, 32, 7), (0, 1, 5, 96, 2**32 - 2), (1, 0, 2, 288, 0), (1, 1, 4, 64, 2**32 - 1)):
        seed, generation, tensor = s.below(2**64), s.below(2**32), s.below(2**32)
        codes = [noise(distribution, n, generator, seed, generation, tensor, (pair + p) % 2**32) for p in range(pairs)]
        yield {
            "generator": generator, "distribution": distribution, "pairs": pairs, "seed": seed, "generation": generation,
            "tensor": tensor, "pair": pair, "codes": data(flat(codes)),
        }


def row_cases():
    s = Source("row")
    for n in (1, 31, 32, 33, 100, 255, 256, 257, 300, 543, 544):
        w = s.list(n, -2, 2)
        yield {"n": n, "codes": data(padded(w)), "row": data(packed_row(w))}


def batch_cases():
    s = Source("batch")
    for k, n in ((1, 1), (3, 2), (4, 5), (5, 8), (31, 3), (33, 17), (66, 9), (130, 1)):
        x = s.matrix(k, n, -127, 127)
        yield {
            "k": k, "n": n, "vectors": data(flat(transpose(x))), "x": data(quads(x)),
            "sums": int32s(sum(column) for column in transpose(x)),
        }


def product_cases():
    s = Source("product")
    shapes = [(1, 1, 1), (2, 3, 1), (3, 5, 2), (5, 33, 7), (4, 64, 9), (7, 97, 8)]
    shapes += [(2, 257, 5), (3, 300, 33), (9, 130, 17), (1, 1030, 3), (13, 32, 25)]
    for m, k, n in shapes:
        w, x = s.matrix(m, k, -2, 2), s.matrix(k, n, -127, 127)
        yield {
            "m": m, "k": k, "n": n, "w": packed(w), "codes": data(tiles(w)),
            "x": data(quads(x)), "y": int32s(flat(product(w, x))),
        }


def population_cases():
    """Columns of a population, by the dense perturbation E = A·Bᵀ of each pair."""
    s, weights = Source("population"), Source("population weights")
    shapes = [(1, 1, 1, 3, 5, 0), (2, 3, 2, 5, 33, 4), (3, 4, 4, 9, 40, 6), (2, 1, 5, 7, 65, 3)]
    shapes += [(1, 16, 3, 4, 100, 8), (5, 2, 1, 17, 31, 1), (2, 3, 9, 33, 36, 5), (4, 4, 2, 6, 259, 9)]
    for pairs, rank, columns, m, k, shift in shapes:
        a = [s.matrix(rank, m, -2, 2) for _ in range(pairs)]
        b = [s.matrix(rank, k, -2, 2) for _ in range(pairs)]
        dense = [product(transpose(a[p]), b[p]) for p in range(pairs)]
        n = 2 * pairs * columns
        case = {
            "pairs": pairs, "rank": rank, "columns": columns, "m": m, "k": k, "shift": shift,
            "a": data(flat(padded(v) for v in flat(a))), "b": data(flat(padded(v) for v in flat(b))),
        }

        # Every member has columns of its own; pair p owns 2·columns of them.
        x, y = s.matrix(k, n, -127, 127), s.matrix(m, n, -(10**6), 10**6)
        t, out = [], [list(row) for row in y]
        for p in range(pairs):
            own = range(2 * p * columns, 2 * (p + 1) * columns)
            xp = [[row[c] for c in own] for row in x]
            t += product(b[p], xp)
            change = product(dense[p], xp)
            for i in range(m):
                for j, c in enumerate(own):
                    sign = 1 if j < columns else -1
                    out[i][c] += sign * round_shift(change[i][j], shift)
        case |= {"x": data(quads(x)), "t": int32s(flat(t)), "y": int32s(flat(y)), "perturbed": int32s(flat(out))}

        # The product with the weights, perturbed.
        w = weights.matrix(m, k, -2, 2)
        whole = [[v + after - before for v, after, before in zip(*rows)] for rows in zip(product(w, x), out, y)]
        case |= {"w": packed(w), "product": int32s(flat(whole))}

        # Every member sees the same columns.
        x, base = s.matrix(k, columns, -127, 127), s.matrix(m, columns, -(10**6), 10**6)
        t, out = [], [[] for _ in range(m)]
        for p in range(pairs):
            t += product(b[p], x)
            change = product(dense[p], x)
            for i in range(m):
                for sign in (1, -1):
                    out[i] += [base[i][c] + sign * round_shift(change[i][c], shift) for c in range(columns)]
        case["shared"] = {
            "x": data(quads(x)), "t": int32s(flat(t)),
            "base": int32s(flat(base)), "perturbed": int32s(flat(out)),
        }
        yield case


def drawn_cases():
    """Products of populations whose left factors are drawn, four columns a member."""
    s = Source("drawn")
    for distribution, rank, m, k, shift in ((0, 3, 120, 9, 4), (0, 5, 250, 33, 6), (1, 2, 12, 5, 1)):
        seed, generation, tensor, pair = s.below(2**64), s.below(2**32), s.below(2**32), 2**32 - 1
        x, w, t = s.matrix(k, 16, -127, 127), s.matrix(m, k, -2, 2), s.matrix(2 * rank, 8, -9999, 9999)
        y, size = product(w, x), len(padded([0] * m))
        for p in range(2):
            codes = noise(distribution, rank * size, 0, seed, generation, tensor, (pair + p) % 2**32)
            for i in range(m):
                for c in range(8):
                    total = sum((codes[r * size + i] - 2) * t[p * rank + r][c] for r in range(rank))
                    y[i][8 * p + c] += (1 if c < 4 else -1) * round_shift(total, shift)
        yield {
            "distribution": distribution, "rank": rank, "m": m, "k": k, "shift": shift, "seed": seed, "generation": generation,
            "tensor": tensor, "pair": pair, "x": data(quads(x)), "w": packed(w), "t": int32s(flat(t)), "y": int32s(flat(y)),
        }


def requantize_cases():
    s = Source("requantize")
    for m, n, shift, relu, biased in (
        (1, 1, 0, False, False), (3, 5, 1, True, True), (4, 8, 4, False, True), (5, 9, 7, True, False),
        (7, 17, 8, False, False), (10, 33, 12, False, True), (2, 3, 30, False, False), (6, 4, 20, True, True),
    ):
        bias = s.list(m, -(2**shift) * 20, 2**shift * 20) if biased else None
        y = s.matrix(m, n, -(2**shift) * 140, 2**shift * 140) if shift < 20 else s.matrix(m, n, -(2**30), 2**30)
        y[0][0], y[-1][-1] = -(2**31) + 2**28, 2**31 - 1 - 2**29 - 2**28
        out = [
            [clamp(round_shift(v + (bias[i] if bias else 0), shift), 0 if relu else -127, 127) for v in y[i]]
            for i in range(m)
        ]
        yield {
            "m": m, "n": n, "shift": shift, "relu": relu,
            "bias": int32s(bias) if bias else None, "y": int32s(flat(y)), "out": data(quads(out)),
        }


def normalize_cases():
    s = Source("normalize")
    shapes = [(1, 1, 1, 127), (3, 2, 16, 127), (4, 9, 64, 40), (9, 8, 127, 3), (33, 17, 32, 127), (130, 5, 20, 9)]
    for k, n, target, size in shapes:
        columns = [s.list(k, -size, size) for _ in range(n)]
        columns[-1] = [0] * k
        yield {
            "k": k, "n": n, "target": target, "x": data(quads(transpose(columns))),
            "out": data(quads(transpose([normalized(c, target) for c in columns]))),
        }


def gates_cases():
    s = Source("gates")
    for n, size in ((1, 127), (30, 127), (67, 127), (200, 127), (100, 3)):
        yield gates_case(s.list(n, -size, size), s.list(n, -127, 127), s.list(n, -size, size))
    # A gate of -128 is closed; a result of -128 becomes -127.
    every = list(range(-128, 128))
    yield gates_case(every, [-128] * 256, every[::-1])
    yield gates_case(every, every[::-1], [-128, 127] * 128)


def gates_case(x, gate, h):
    opening = [max(g, -127) + 127 for g in gate]
    return {
        "x": data(x), "gate": data(gate), "h": data(h),
        "added": data(clamp(b + a, -127, 127) for a, b in zip(x, h)),
        "larger": data(max(a, b, -127) for a, b in zip(x, h)),
        "gated": data(round_shift(o * a, 8) for o, a in zip(opening, x)),
        "blended": data(clamp(b + round_shift(o * (a - b), 8), -127, 127) for o, a, b in zip(opening, x, h)),
    }


def score_cases():
    s = Source("score")
    for m, n, size in ((1, 3, 127), (2, 9, 40), (10, 33, 127), (37, 8, 60), (256, 5, 127)):
        columns = [s.list(m, -size, size) for _ in range(n)]
        columns[0] = [127] * m
        targets = [s.below(m) for _ in range(n)]
        yield {
            "m": m, "n": n, "logits": data(quads(transpose(columns))), "targets": data(targets),
            "scores": int32s(score(c, t) for c, t in zip(columns, targets)),
        }


def update_cases():
    s = Source("update")
    for m, k, pairs, rank, mul, shift, limit, tau, lo, hi in (
        (1, 1, 1, 1, 1, 0, 100, 1, 0, 1), (3, 33, 3, 3, 20, 4, 30, 5, 0, 3), (5, 64, 5, 1, 300, 6, 1000, 9, 1, 4),
        (4, 100, 8, 4, 77, 5, 200, 20, 0, 4), (2, 257, 33, 2, 1, 0, 60, 33, 1, 2), (3, 300, 7, 4, 2**20, 19, 2**10, 12, 0, 3),
    ):
        f = s.list(pairs, -7, 7)
        a = [s.list(m, -2, 2) for _ in range(pairs * rank)]
        b = [s.list(k, -2, 2) for _ in range(pairs * rank)]
        w = s.matrix(m, k, -2, 2)
        kp = len(padded(w[0]))
        e = s.matrix(m, kp, -128, 127)
        z = [
            [sum(f[j // rank] * a[j][i] * b[j][c] for j in range(pairs * rank)) for c in range(k)] for i in range(m)
        ]
        by_residual, left, by_threshold = [list(r) for r in w], [list(r) for r in e], [list(r) for r in w]
        moved = [0, 0]
        for i in range(lo, hi):
            for c in range(k):
                by_residual[i][c], left[i][c] = residual_step(w[i][c], e[i][c], z[i][c], mul, shift, limit)
                by_threshold[i][c] = threshold_step(w[i][c], z[i][c], tau)
                moved[0] += by_residual[i][c] != w[i][c]
                moved[1] += by_threshold[i][c] != w[i][c]
        fa = [[f[j // rank] * v for v in a[j]] for j in range(pairs * rank)]
        bi = [padded(v) for v in b] + [[2] * kp] * (-pairs * rank % 4)
        yield {
            "m": m, "k": k, "rank": rank, "mul": mul, "shift": shift, "limit": limit, "tau": tau, "lo": lo, "hi": hi,
            "f": data(f), "a": data(flat(padded(v) for v in a)), "b": data(flat(padded(v) for v in b)),
            "left": data(quads(fa)), "right": data([code for j in range(0, kp, 16) for code in quads([v[j : j + 16] for v in bi])]), "w": packed(w), "e": data(flat(e)),
            "residual": {"w": packed(by_residual), "e": data(flat(left)), "moved": moved[0]},
            "threshold": {"w": packed(by_threshold), "moved": moved[1]},
        }


def inputs_cases():
    """UpdateTermsOfInputs: x as 5·high + low of round(12·x/127), in a strip of 16 columns."""
    s = Source("inputs")
    for k, n in ((1, 1), (3, 2), (16, 4), (5, 7), (13, 34), (16, 33)):
        x = s.matrix(k, n, -127, 127)
        x[-1][0], x[0][-1] = -128, 127
        scaled = [[round(12 * max(v, -127) / 127) for v in row] + [0] * (n % 2) for row in x]
        high = [[round(v / 5) for v in row] for row in scaled]
        low = [[v - 5 * h for v, h in zip(*rows)] for rows in zip(scaled, high)]
        strip = [
            2 + (digit[j][b] if j < k else 0) for pair in range(0, n + n % 2, 2) for j in range(16) for b in (pair, pair + 1)
            for digit in (high, low)
        ]
        yield {"k": k, "n": n, "x": data(quads(x)), "strip": data(strip), "squares": sum(v * v for v in flat(scaled))}


def deltas_cases():
    """D on its way to the terms, for samples whose outputs may be cut off at low or 127."""
    s = Source("deltas")
    for m, n, bound, low, quarters, cut, mul in (
        (1, 1, 9, 0, 3, 1, 2**20), (3, 8, 4000, -127, 0, 0, 6000), (9, 17, 4000, 0, 3, 1, 6553), (17, 40, 2**31 - 1, -127, 0, 1, 9),
        (8, 16, 40, 0, 4, 1, 2**20), (16, 9, 300, -127, 1, 1, 2**17), (10, 33, 5, 0, 2, 1, 2**27),
    ):
        delta = s.matrix(m, n, -bound, bound)
        y = [[s.list(1, low, 127)[0] if s.below(3) else (low, 127)[s.below(2)] for _ in range(n)] for _ in range(m)]
        centered = []
        for d, v in zip(delta, y):
            d = [abs(e) // 4 * (1 if e > 0 else -1) if cut and (o <= low or o == 127) else e for e, o in zip(d, v)]
            total = quarters * sum(d)
            mean = (2 * abs(total) + 4 * n) // (8 * n) * (1 if total > 0 else -1)
            centered.append([e - mean for e in d])
        scaled = [[clamp(round_shift(e * mul, 20), -25, 25) for e in d] for d in centered]
        terms = [[factor * d[b] for d in scaled] for b in range(n) for factor in (5, 1)]
        yield {
            "m": m, "n": n, "low": low, "quarters": quarters, "mul": mul, "delta": int32s(flat(delta)),
            "y": data(quads(y)) if cut else "", "centered": int32s(flat(centered)), "squares": sum(e * e for e in flat(centered)) % 2**64,
            "left": data(quads(terms)), "termSquares": sum(e * e for e in flat(scaled)),
        }


def rule_cases():
    """The rules that draw random bytes, on one row of terms each: Z = f·a·b of one pair."""
    s = Source("rules")
    for count, (m, k, mul, shift, limit, tau, decay, threshold, chance, lo, hi) in enumerate((
        (1, 1, 40, 0, 30, 300, 1, 1, 2**15, 0, 1), (3, 33, 77, 2, 60, 1000, 2, 20, 65535, 0, 3),
        (5, 64, 300, 6, 1000, 1111, 3, 9, 655, 1, 4), (4, 100, 20, 1, 14, 2**9, 4, 5, 2**16, 0, 4),
        (2, 300, 2**20, 18, 2**9, 257, 6, 3, 9999, 0, 2), (1, 600, 9, 0, 28, 2000, 7, 2, 40000, 0, 1),
    )):
        generator = count % 2
        f, a, b = s.list(1, -7, 7), s.list(m, -2, 2), s.list(k, -2, 2)
        seed, generation, tensor = s.below(2**64), s.below(2**32), s.below(2**32)
        w = s.matrix(m, k, -2, 2)
        kp = len(padded(w[0]))
        e, average = s.matrix(m, kp, -8, 7), [s.list(k, -128, 127) + [0] * (kp - k) for _ in range(m)]
        rules = ["residual4", "stochastic", "flip", "threshold", "shrink"]
        after, moved = {rule: [list(r) for r in w] for rule in rules}, dict.fromkeys(rules, 0)
        e_after, average_after = [list(r) for r in e], [list(r) for r in average]
        for i in range(lo, hi):
            random = random_bytes(2 * kp, generator, seed, generation, tensor, i)
            for c in range(kp):
                z = f[0] * a[i] * b[c] if c < k else 0
                d, u = step_of(z, mul, shift, limit), random[c]
                old = w[i][c] if c < k else 0
                new = {
                    "stochastic": stochastic_step(old, d, u), "threshold": dithered_step(old, z, u, tau),
                    "shrink": shrink_step(old, random[2 * c] + 256 * random[2 * c + 1], chance),
                }
                new["residual4"], e_after[i][c] = residual4_step(old, e[i][c], d, u)
                new["flip"], average_after[i][c] = flip_step(old, average[i][c], d, u, decay, threshold)
                for rule in rules if c < k else ():
                    after[rule][i][c] = new[rule]
                    moved[rule] += new[rule] != old
        yield {
            "m": m, "k": k, "mul": mul, "shift": shift, "limit": limit, "tau": tau, "decay": decay,
            "threshold": threshold, "chance": chance, "lo": lo, "hi": hi, "generator": generator, "seed": seed,
            "generation": generation, "tensor": tensor, "f": data(f), "a": data(padded(a)), "b": data(padded(b)), "w": packed(w),
            "random": data(random_bytes(kp, generator, seed, generation, tensor, lo)),
            "residual4": data(flat(nibbles(r) for r in e)), "residual4After": data(flat(nibbles(r) for r in e_after)),
            "average": data(flat(average)), "averageAfter": data(flat(average_after)),
            "saturated": sum(abs(v) == 2 for row in w[lo:hi] for v in row),
            "after": {rule: {"w": packed(after[rule]), "moved": moved[rule]} for rule in rules},
        }


def words(rows):
    """Values of 16 bits, two consecutive ones of a column side by side: [k/2][n][2]."""
    return data((rows[i + j][c] for i in range(0, len(rows), 2) for c in range(len(rows[0])) for j in range(2)), 2)


def digits(v):
    """A value as 128·high + low, low from -64 to 63."""
    return (v + 64) // 128, (v + 64) % 128 - 64


def wide(s, k, n):
    """A random batch of two digits, and its values."""
    values = s.matrix(k, n, -16319, 16319)
    return values, [[digits(v)[0] for v in row] for row in values], [[digits(v)[1] for v in row] for row in values]


def turn_cases():
    s = Source("turn")
    for k, n, turns, two in ((4, 1, 2, 0), (8, 3, 2, 1), (12, 17, 6, 1), (32, 33, 4, 0), (64, 5, 16, 1)):
        angles = [s.below(2**16) for _ in range(turns)]
        cos = [round(math.cos(math.tau * a / 2**16) * 2**14) for a in angles]
        sin = [round(math.sin(math.tau * a / 2**16) * 2**14) for a in angles]
        values, high, low = wide(s, k, n)
        if not two:
            values = high = s.matrix(k, n, -127, 127)
        limit, out = 16319 if two else 127, []
        for i in range(0, k, 2):
            u, v = cos[i // 2 % turns], sin[i // 2 % turns]
            out.append([clamp(round_shift(x * u - y * v, 14), -limit, limit) for x, y in zip(values[i], values[i + 1])])
            out.append([clamp(round_shift(x * v + y * u, 14), -limit, limit) for x, y in zip(values[i], values[i + 1])])
        yield {
            "k": k, "n": n, "cos": cos, "sin": sin, "high": data(quads(high)), "low": data(quads(low)) if two else "",
            "words": words(out),
        }


def exp2(d):
    return round(2 ** (12 + d % 16 / 16)) >> -(d // 16)


def attend_cases():
    s = Source("attend")
    for heads, kv, width, steps, shift, n, limit in (
        (1, 1, 4, 1, 0, 1, 127), (2, 1, 8, 3, 4, 5, 127), (4, 2, 4, 9, 17, 17, 16319), (3, 3, 12, 6, 18, 2, 16319), (2, 2, 16, 34, 7, 9, 127),
    ):
        q = s.matrix(heads * width, n, -limit, limit)
        keys = [s.matrix(kv * width, n, -limit, limit) for _ in range(steps)]
        values = [s.matrix(kv * width, n, -127, 127) for _ in range(steps)]
        out = []
        for i in range(heads * width):
            head, row = i // width, []
            at = head // (heads // kv) * width
            for c in range(n):
                scores = []
                for key in keys:
                    dot = sum(q[head * width + j][c] * key[at + j][c] for j in range(width))
                    scores.append(clamp(dot >> shift, -(2**24), 2**24))
                a = [exp2(v - max(scores)) for v in scores]
                total = sum(weight * v[at + i % width][c] for weight, v in zip(a, values))
                row.append((2 * abs(total) + sum(a)) // (2 * sum(a)) * (1 if total > 0 else -1))
            out.append(row)
        yield {
            "heads": heads, "kvHeads": kv, "width": width, "steps": steps, "shift": shift, "n": n, "q": words(q),
            "keys": words(flat(keys)), "values": [data(quads(v)) for v in values], "out": data(quads(out)),
        }


def wide_cases():
    """AddWide, and SwiGLU by other values."""
    s = Source("wide")
    for n, shift in ((1, 8), (33, 9), (70, 11), (200, 15)):
        (a,), (ah,), (al,) = wide(s, 1, n)
        (b,), (bh,), (bl,) = wide(s, 1, n)
        sums = [digits(clamp(v + w, -16319, 16319)) for v, w in zip(a, b)]
        gates, x = s.list(n, -128, 127), s.list(n, -127, 127)
        gated = []
        for g, v in zip(gates, x):
            g = max(g, -127)
            gated.append(clamp(round_shift(round(256 * g / 16 / (1 + math.exp(-g / 16))) * v, shift), -127, 127))
        yield {
            "high": data(ah), "low": data(al), "xHigh": data(bh), "xLow": data(bl), "sumHigh": data(v for v, _ in sums),
            "sumLow": data(v for _, v in sums), "shift": shift, "gates": data(gates), "x": data(x), "gated": data(gated),
        }


def root_cases():
    s = Source("root")
    for k, n, target, two in ((4, 1, 32, 0), (8, 17, 100, 1), (64, 33, 5, 0), (128, 9, 45, 1), (12, 3, 127, 1)):
        values, high, low = wide(s, k, n)
        if not two:
            values = high = s.matrix(k, n, -127, 127)
        for row in values if not two else ():
            row[0] = 0
        out = []
        for column in transpose(values):
            root = max(1, math.isqrt(2**20 * sum(v * v for v in column) // k))
            factor = (target * 2**30 + root // 2) // root
            out.append([clamp(round_shift(v * factor, 20), -127, 127) for v in column])
        yield {
            "k": k, "n": n, "target": target, "high": data(quads(high)), "low": data(quads(low)) if two else "",
            "out": data(quads(transpose(out))),
        }


def scaled_cases():
    s = Source("scaled")
    for m, n, count, shift, scaled, gained, two, relu in (
        (1, 1, 1, 0, 0, 0, 0, 0), (5, 17, 2, 9, 1, 0, 0, 1), (8, 33, 3, 14, 1, 1, 1, 0), (12, 9, 4, 20, 1, 1, 1, 1), (7, 40, 4, 16, 1, 1, 0, 0),
        (4, 16, 1, 5, 0, 0, 1, 0),
    ):
        y = [s.matrix(m, n, -20000, 20000) for _ in range(count)]
        scale, gains = s.list(m, 0, 7812), s.matrix(m, n, -128, 127)
        out = []
        for i in range(m):
            row = []
            for c in range(n):
                total = sum(5**d * y[d][i][c] for d in range(count))
                factor = scale[i] if scaled else 1
                if gained:
                    factor = min(round_shift(factor * (128 + gains[i][c]), 7), 7812)
                most = 16319 if two else 127
                row.append(clamp(round_shift(factor * total, shift), 0 if relu else -most, most))
            out.append(row)
        parts = [[[digits(v)[j] for v in row] for row in out] for j in range(2)] if two else [out]
        yield {
            "m": m, "n": n, "digits": count, "shift": shift, "wide": bool(two), "reLU": bool(relu), "y": int32s(flat(flat(y))),
            "scale": int32s(scale) if scaled else "", "gains": data(quads(gains)) if gained else "",
            "out": data(flat(quads(part) for part in parts)),
        }


def offset_cases():
    """AddOffsets."""
    s = Source("offset")
    for m, n, shift in ((1, 1, 0), (5, 17, 1), (8, 8, 0), (12, 33, 6), (7, 40, 3)):
        y, offsets, numbers = s.matrix(m, n, -20000, 20000), s.list(m, -7812, 7812), s.matrix(m, n, -128, 127)
        out = [[y[i][c] + clamp(offsets[i] + numbers[i][c] * 2**shift, -7812, 7812) for c in range(n)] for i in range(m)]
        yield {
            "m": m, "n": n, "shift": shift, "y": int32s(flat(y)), "offsets": int32s(offsets), "numbers": data(quads(numbers)),
            "out": int32s(flat(out)),
        }


def fused_cases():
    """PerturbSharedRequantize."""
    s = Source("fused")
    for pairs, rank, own, m, perturb_shift, shift, relu, size in (
        (1, 1, 1, 1, 0, 0, 0, 100), (3, 1, 20, 9, 4, 5, 0, 2000), (2, 4, 9, 21, 7, 6, 1, 3000), (5, 1, 33, 16, 5, 3, 1, 2**18), (2, 2, 40, 18, 9, 7, 0, 9000),
    ):
        a, t = s.matrix(pairs * rank, m, -2, 2), s.matrix(pairs * rank, own, -size, size)
        base, bias = s.matrix(m, own, -size, size), s.list(m, -500, 500)
        out = [[0] * (2 * pairs * own) for _ in range(m)]
        for i in range(m):
            for p in range(pairs):
                for b in range(own):
                    d = round_shift(sum(a[p * rank + r][i] * t[p * rank + r][b] for r in range(rank)), perturb_shift)
                    for member, v in enumerate((base[i][b] + d, base[i][b] - d)):
                        out[i][(2 * p + member) * own + b] = clamp(round_shift(v + bias[i], shift), 0 if relu else -127, 127)
        yield {
            "pairs": pairs, "rank": rank, "columns": own, "m": m, "perturbShift": perturb_shift, "shift": shift, "reLU": bool(relu),
            "a": data(flat(padded(row) for row in a)), "t": int32s(flat(t)), "base": int32s(flat(base)), "bias": int32s(bias),
            "out": data(quads(out)),
        }


def main():
    kernels = {
        "roundShift": round_shift_cases(), "philox": philox_cases(), "ars": ars_cases(), "noise": noise_cases(),
        "pairs": pairs_cases(),
        "row": row_cases(), "batch": batch_cases(), "product": product_cases(),
        "population": population_cases(), "drawn": drawn_cases(), "requantize": requantize_cases(),
        "normalize": normalize_cases(), "gates": gates_cases(), "score": score_cases(),
        "update": update_cases(), "inputs": inputs_cases(), "deltas": deltas_cases(), "rules": rule_cases(),
        "turn": turn_cases(), "attend": attend_cases(), "wide": wide_cases(), "root": root_cases(), "scaled": scaled_cases(),
        "fused": fused_cases(), "offset": offset_cases(),
    }
    parts = []
    for name, cases in kernels.items():
        lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
        parts.append(f'"{name}":[\n{lines}]')
    sys.stdout.buffer.write(("{" + ",\n".join(parts) + "}\n").encode())


main()
