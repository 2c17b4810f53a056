#!/usr/bin/env python3
"""A second implementation of pentary-go's formats and arithmetic.

It follows docs/spec.md, uses the standard library of Python alone, and aims at clarity, not
speed.

    pentary.py file MODEL.pent             hash of the file and of its weights
    pentary.py journal DIR/journal.pej     settings, records, end
    pentary.py replay DIR/journal.pej      hash of the weights, rebuilt from the codes
    pentary.py train DIR/journal.pej DATA  the same by training; DATA is digits.csv.gz
    pentary.py test MODEL.pent DATA        right answers on the test samples of DATA
    pentary.py bits MODEL.pent TEXT        a language model on the last twentieth of TEXT
"""

import gzip
import hashlib
import json
import math
import re
import struct
import sys

# Checksums and random numbers.


def crc_table():
    table = []
    for n in range(256):
        for _ in range(8):
            n = n >> 1 ^ (0x82F63B78 if n & 1 else 0)
        table.append(n)
    return table


CRC = crc_table()


def crc32c(data, crc=0):
    crc ^= 0xFFFFFFFF
    for byte in data:
        crc = CRC[(crc ^ byte) & 255] ^ crc >> 8
    return crc ^ 0xFFFFFFFF


M32 = 0xFFFFFFFF


def aes_tables():
    """The S-box of AES, and the products with 2 in its field."""
    twice = [x << 1 ^ (0x11B if x & 0x80 else 0) for x in range(256)]
    powers = [1]  # of 3, which generates the field
    while len(powers) < 255:
        powers.append(powers[-1] ^ twice[powers[-1]])
    box = [0x63] * 256
    for i, x in enumerate(powers):
        inverse = powers[-i % 255]
        for turn in range(5):
            box[x] ^= (inverse << turn | inverse >> 8 - turn) & 0xFF
    return box, twice


BOX, TWICE = aes_tables()


def ars(counter, seed):
    def key(r):
        halves = seed + r * 0x9E3779B97F4A7C15, r * 0xBB67AE8584CAA73B
        return struct.pack("<2Q", *(h % 2**64 for h in halves))

    state = [v ^ k for v, k in zip(struct.pack("<4I", *counter), key(0))]
    for r in range(1, 8):
        columns = [[BOX[state[4 * ((j + i) % 4) + i]] for i in range(4)] for j in range(4)]
        if r < 7:
            columns = [[TWICE[c[i]] ^ TWICE[c[i - 3]] ^ c[i - 3] ^ c[i - 2] ^ c[i - 1] for i in range(4)] for c in columns]
        state = [v ^ k for v, k in zip(sum(columns, []), key(r))]
    return struct.unpack("<4I", bytes(state))


def philox(counter, seed):
    c0, c1, c2, c3 = counter
    k0, k1 = seed & M32, seed >> 32
    for _ in range(10):
        p0, p1 = 0xD2511F53 * c0, 0xCD9E8D57 * c2
        c0, c1, c2, c3 = p1 >> 32 ^ c1 ^ k0, p1 & M32, p0 >> 32 ^ c3 ^ k1, p0 & M32
        k0, k1 = (k0 + 0x9E3779B9) & M32, (k1 + 0xBB67AE85) & M32
    return c0, c1, c2, c3


FACTOR_A, FACTOR_B, INITIAL, BATCH = 0, 1, 2, 3


class Stream:
    def __init__(self, seed, generation, tensor, kind, pair, generator=philox):
        self.seed, self.rest, self.generator = seed, (pair, tensor << 4 | kind, generation), generator

    def block(self, i):
        return self.generator((i, *self.rest), self.seed)

    def pents(self, distribution, count):
        """count random pents, -2 to 2."""
        out = []
        i = 0
        while len(out) < count:
            words = self.block(i)
            i += 1
            if distribution == "binomial":
                data = struct.pack("<4I", *words)
                out += [(b & 15).bit_count() - 2 for b in data]
                out += [(b >> 4).bit_count() - 2 for b in data]
            else:
                for w in words:
                    out += [((5 * (w & 0xFFFF) + 2) >> 16) - 2, ((5 * (w >> 16) + 2) >> 16) - 2]
        return out[:count]


def padded(n):
    return (n + 31) // 32 * 32


# .pent files.


class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, n):
        if self.at + n > len(self.data):
            raise ValueError(f"the file ends at {len(self.data)}, want {n} bytes at {self.at}")
        self.at += n
        return self.data[self.at - n : self.at]

    def u(self, size):
        return int.from_bytes(self.take(size), "little")


def unpack_small(data, lanes):
    """One block of the 332 layout: 8·lanes codes of 3·lanes bytes."""
    a, b, c = (data[i * lanes : (i + 1) * lanes] for i in range(3))
    groups = []
    for v in (a, b, c):
        groups += [[x & 7 for x in v], [x >> 3 & 7 for x in v]]
    groups.append([x >> 6 | (z >> 6 & 1) << 2 for x, z in zip(a, c)])
    groups.append([x >> 6 | (z >> 7) << 2 for x, z in zip(b, c)])
    return sum(groups, [])


def unpack_row(data, columns):
    codes = []
    at = 0
    for _ in range(columns // 256):
        codes += unpack_small(data[at : at + 96], 32)
        at += 96
    while len(codes) < columns:
        codes += unpack_small(data[at : at + 12], 4)
        at += 12
    if max(codes) > 4 or any(c != 2 for c in codes[columns:]):
        raise ValueError("bad codes")
    return [c - 2 for c in codes[:columns]]


def pack_small(codes, lanes):
    g = [codes[i * lanes : (i + 1) * lanes] for i in range(8)]
    a = [g[0][l] | g[1][l] << 3 | (g[6][l] & 3) << 6 for l in range(lanes)]
    b = [g[2][l] | g[3][l] << 3 | (g[7][l] & 3) << 6 for l in range(lanes)]
    c = [g[4][l] | g[5][l] << 3 | (g[6][l] >> 2) << 6 | (g[7][l] >> 2) << 7 for l in range(lanes)]
    return bytes(a + b + c)


def pack_row(row):
    codes = [w + 2 for w in row] + [2] * (padded(len(row)) - len(row))
    at, out = 0, b""
    while at + 256 <= len(row):
        out += pack_small(codes[at : at + 256], 32)
        at += 256
    while at < len(codes):
        out += pack_small(codes[at : at + 32], 4)
        at += 32
    return out


def pack(matrix):
    return b"".join(pack_row(row) for row in matrix)


def read_pent(data):
    """Returns the meta entries and a list of (name, matrix, scale)."""
    r = Reader(data)
    if r.take(4) != b"PENT" or r.u(2) != 1 or r.u(2) != 0:
        raise ValueError("not a .pent file of version 1")
    length, tensors, metas = r.u(4), r.u(4), r.u(4)
    meta = {}
    for _ in range(metas):
        key = r.take(r.u(2)).decode()
        meta[key] = r.take(r.u(4))
    heads = []
    for _ in range(tensors):
        name = r.take(r.u(2)).decode()
        rows, columns = r.u(8), r.u(8)
        scale = struct.unpack("<i", r.take(4))[0]
        heads.append((name, rows, columns, scale, r.u(8), r.u(8), r.u(4)))
    if crc32c(data[: r.at]) != r.u(4) or r.at != length:
        raise ValueError("bad header")
    out = []
    for name, rows, columns, scale, offset, size, checksum in heads:
        body = data[offset : offset + size]
        if crc32c(body) != checksum or size % rows:
            raise ValueError(f"tensor {name} is damaged")
        step = size // rows
        out.append((name, [unpack_row(body[i * step :], columns) for i in range(rows)], scale))
    return meta, out


def write_pent(tensors):
    """The bytes of a file without meta entries."""
    length = 20 + sum(2 + len(name) + 40 for name, _, _ in tensors) + 4
    header = b"PENT" + struct.pack("<HHIII", 1, 0, length, len(tensors), 0)
    bodies, offset = b"", length
    for name, matrix, scale in tensors:
        body = pack(matrix)
        start = (offset + 63) // 64 * 64
        bodies += bytes(start - offset) + body
        header += struct.pack("<H", len(name)) + name.encode()
        header += struct.pack("<QQiQQI", len(matrix), len(matrix[0]), scale, start, len(body), crc32c(body))
        offset = start + len(body)
    return header + struct.pack("<I", crc32c(header)) + bodies


def hash_weights(matrices):
    """The hash that journals hold."""
    return hashlib.sha256(write_pent([(str(i), m, 0) for i, m in enumerate(matrices)])).hexdigest()


def weights_sha256(matrices):
    """The hash that the command prints."""
    return hashlib.sha256(b"".join(pack(m) for m in matrices)).hexdigest()


# Journals.


class Decoder:
    """The range decoder of a generation's codes."""

    def __init__(self, data):
        self.data, self.at, self.width = data, 4, M32
        self.value = int.from_bytes(data[:4], "big")

    def bit(self, model, key):
        p, seen = model.get(key, (1 << 14, 0))
        zero = (self.width >> 15) * p
        k = min(seen + 1, 5)
        if self.value < zero:
            self.width = zero
            bit, p = 0, p + ((1 << 15) - p >> k)
        else:
            self.value -= zero
            self.width -= zero
            bit, p = 1, p - (p >> k)
        model[key] = p, seen + 1
        self.normalize()
        return bit

    def even(self, n):
        self.width >>= n
        v = self.value // self.width
        self.value -= v * self.width
        self.normalize()
        return v

    def normalize(self):
        while self.width < 1 << 24:
            self.value = self.value << 8 | self.data[self.at]
            self.at += 1
            self.width <<= 8


def decode_codes(data, pairs, samples):
    codes = [0] * (pairs * samples)
    if not codes:
        return codes
    d, model = Decoder(data), {}
    for s in range(samples):
        total = 0
        for p in range(pairs):
            mean = 16 * (total + 4) // (p + 1)
            length = mean.bit_length()
            context = 2 * length + (mean >> length - 2 & 1 if length >= 2 else 0)
            node = 1
            while node < 8:
                node = 2 * node + d.bit(model, (context, node))
            size = node - 8
            if size == 0:
                continue
            n, v = size - 1, 1
            if n > 0:
                n -= 1
                first = d.bit(model, (context, 8 + size))
                v = 2 + first
                if n > 0:
                    n -= 1
                    v = 2 * v + d.bit(model, (context, 16 + 2 * size + first))
            rest = d.even(n + 1)
            v = v << n | rest >> 1
            codes[p * samples + s] = -v if rest & 1 else v
            total += v
    if d.value != 0 or d.at != len(data):
        raise ValueError("codes are not in their one encoding")
    return codes


def decode_version1(r):
    bits, count = r.u(1), r.u(4)
    if r.u(4) != 0:
        raise ValueError("sparse rows")
    if bits == 8:
        return list(struct.unpack(f"{count}b", r.take(count)))
    halves = [h for byte in r.take((count + 1) // 2) for h in (byte & 15, byte >> 4)]
    return [h - 16 if h > 7 else h for h in halves[:count]]


def read_journal(data):
    """Returns the header, a list of (codes, samples), and the end or None."""
    r = Reader(data)
    magic, version, flags = r.take(4), r.u(2), r.u(2)
    if magic != b"PEJL" or version not in (1, 2, 3) or flags != 0:
        raise ValueError("not a journal of version 1 to 3")
    header, generations, end = None, [], None
    run = crc32c(data[:8]) if version > 2 else 0
    while r.at < len(data) and end is None:
        at = r.at
        sequence, _, kind, length, checksum = (r.u(4) for _ in range(5))
        head = crc32c(data[at : at + 20], run)
        if head != r.u(4):
            raise ValueError(f"head at {at} is broken")
        payload = r.take(length)
        if crc32c(payload) != checksum:
            raise ValueError(f"record {sequence} is broken")
        p = Reader(payload)
        if kind == 1 and sequence == 0:
            run = head
            header = {"seed": p.u(8), "data": p.take(32), "initial": p.take(32).hex()}
            header["generator"] = (philox, ars)[p.u(4) if version > 2 else 0]
            header["config"] = payload[p.at :].decode()
        elif kind == 2 and version == 1:
            generations.append((decode_version1(p), 1))
        elif kind == 2:
            pairs, samples, flags = p.u(4), p.u(4), p.u(4)
            bitmap = p.take((pairs + 7) // 8) if flags & 2**30 else bytes((pairs + 7) // 8)
            codes = decode_codes(payload[p.at :], pairs, samples)
            for pair in range(pairs):
                if bitmap[pair // 8] >> pair % 8 & 1 and any(codes[pair * samples : (pair + 1) * samples]):
                    raise ValueError(f"pair {pair} of generation {sequence} has codes and no scores")
            generations.append((codes, samples))
        elif kind == 3:
            end = {"weights": p.take(32).hex(), "reason": payload[p.at :].decode()}
    return header, generations, end


class Settings:
    """What a run's configuration says of the optimizer."""

    def __init__(self, header):
        self.config, self.generator = json.loads(header["config"]), header["generator"]
        text = self.config["optimizer"]

        def number(name):
            return int(re.search(rf"\b{name} (\d+)", text)[1])

        self.seed, self.generations, self.pairs = number("seed"), number("generations"), number("pairs")
        self.rank, self.sigma, self.groups = number("rank"), number("sigma"), number("groups")
        self.distribution = re.search(r"law (\w+)|distribution (\w+)", text).group(0).split()[1]
        self.rate = int(re.search(r"rule residual\(rate (\d+)/65536\)", text)[1])
        if "schedule linear" not in text or self.groups != 1 or "fitness 4bit" not in text:
            raise ValueError("this program knows linear schedules, one group and four-bit codes")
        self.widths = self.config.get("network")
        self.batch = int(self.config["settings"]["batch"])


# Arithmetic.


def round_shift(v, shift):
    return (v + (1 << shift >> 1)) >> shift


def clip(v, low=-127):
    return min(max(v, low), 127)


def dot(row, x):
    return sum(map(int.__mul__, row, x))


def matrix(rows, columns, seed, tensor):
    """Initial weights."""
    return [Stream(seed, 0, tensor, INITIAL, i).pents("binomial", columns) for i in range(rows)]


def root_shift(n):
    return n.bit_length() // 2


class Dense:
    def __init__(self, weights, relu, shift=None):
        self.w, self.relu = weights, relu
        self.shift = root_shift(len(weights[0])) if shift is None else shift

    def activations(self, sums):
        low = 0 if self.relu else -127
        return [clip(round_shift(v, self.shift), low) for v in sums]

    def step(self, x):
        return self.activations([dot(row, x) for row in self.w])


def mlp(seed, widths):
    layers = []
    for i, (inputs, outputs) in enumerate(zip(widths, widths[1:])):
        last = i == len(widths) - 2
        layer = Dense(matrix(outputs, inputs, seed, i), not last)
        layer.shift += last
        layers.append(layer)
    return layers


EXP2 = [round(2 ** (8 + f / 16)) for f in range(16)]
LOG2 = [round(256 * math.log2(1 + (f + 0.5) / 256)) for f in range(256)]


def log_prob(logits, target):
    """In 1/256 bit."""
    total = 0
    for l in logits:
        shift = (l >> 4) + 8
        total += EXP2[l & 15] << shift
    e = total.bit_length() - 1
    return 16 * logits[target] - (256 * (e - 16) + LOG2[total >> (e - 8) & 255])


class Noise:
    """The factors of a generation's pairs, for one matrix after another."""

    def __init__(self, s, generation):
        self.s, self.generation = s, generation
        variance = s.rank * (2 if s.distribution == "uniform" else 1) ** 2
        self.variance = variance
        e = ((variance - 1).bit_length() + 1) // 2
        q = 1 << 2 * (7 + e)
        self.mul = (math.isqrt(4 * q // variance) + 1) // 2
        self.shift = s.sigma + e

    def factor(self, kind, tensor, pair, length):
        size = padded(length)
        codes = Stream(self.s.seed, self.generation, tensor, kind, pair, self.s.generator).pents(self.s.distribution, self.s.rank * size)
        return [codes[r * size : r * size + length] for r in range(self.s.rank)]

    def factors(self, tensor, pair, w):
        return self.factor(FACTOR_A, tensor, pair, len(w)), self.factor(FACTOR_B, tensor, pair, len(w[0]))

    def perturbed(self, w, a, b, sign, x):
        t = [(dot(v, x) * self.mul + 64) >> 7 for v in b]
        out = []
        for i, row in enumerate(w):
            out.append(dot(row, x) + sign * round_shift(sum(u[i] * v for u, v in zip(a, t)), self.shift))
        return out


def evaluate(s, layers, inputs, labels, generation):
    """The fitness codes of a generation."""
    noise = Noise(s, generation)
    stream = Stream(s.seed, generation, 0, BATCH, 0)
    chosen = [stream.block(i // 4)[i % 4] * len(labels) >> 32 for i in range(s.batch)]
    differences = []
    for pair in range(s.pairs):
        factors = [noise.factors(i, pair, layer.w) for i, layer in enumerate(layers)]
        score = [0, 0]
        for member, sign in enumerate((1, -1)):
            for sample in chosen:
                x = inputs[sample]
                for layer, (a, b) in zip(layers, factors):
                    x = layer.activations(noise.perturbed(layer.w, a, b, sign, x))
                score[member] += log_prob(x, labels[sample])
        differences.append(score[0] - score[1])
    return four_bit(differences)


def four_bit(differences):
    sizes = sorted(abs(d) for d in differences if d)
    if not sizes:
        return [0] * len(differences)
    median = sizes[len(sizes) * 50 // 100]
    codes = []
    for d in differences:
        size = min((2 * abs(d) + median // 2) // median, 7)
        codes.append(-size if d < 0 else size)
    return codes


class Residual:
    """The rule, and its state: a residual for each weight."""

    def __init__(self, s, matrices):
        self.s = s
        self.residuals = [[[0] * len(row) for row in w] for w in matrices]

    def update(self, matrices, generation, codes):
        s, noise = self.s, Noise(self.s, generation)
        deviation = max(1, math.isqrt(sum(f * f for f in codes) * noise.variance << 16))
        rate = s.rate * (s.generations - generation) // s.generations
        mul = min((rate << 20) // deviation, 256 << 20)
        limit = (256 << 20) // mul + 1 if mul else 0
        for tensor, (w, residual) in enumerate(zip(matrices, self.residuals)):
            z = [[0] * len(row) for row in w]
            for pair, f in enumerate(codes):
                if f == 0:
                    continue
                for a, b in zip(*noise.factors(tensor, pair, w)):
                    for i, u in enumerate(a):
                        if u:
                            z[i] = [v + f * u * x for v, x in zip(z[i], b)]
            for i, row in enumerate(w):
                for j, v in enumerate(z[i]):
                    d = round_shift(min(max(v, -limit), limit) * mul, 20)
                    e = residual[i][j] + min(max(d, -255), 255)
                    carry = (e + 128) >> 8
                    row[j], e = row[j] + carry, e - 256 * carry
                    if row[j] > 2:
                        row[j], e = 2, 127
                    elif row[j] < -2:
                        row[j], e = -2, -128
                    residual[i][j] = e


def digits(path):
    """The training and the test part."""
    parts = ([], []), ([], [])
    with gzip.open(path, "rt") as f:
        for i, line in enumerate(f.read().strip().split("\n")):
            *pixels, label = map(int, line.split(","))
            inputs, labels = parts[i % 5 == 4]
            inputs.append([8 * p - 64 for p in pixels])
            labels.append(label)
    return parts


# Layers of language models. State is kept from step to step.


class Embedding:
    def __init__(self, vocabulary, places, dense):
        self.vocabulary, self.places, self.dense = vocabulary, places, dense

    def step(self, tokens):
        at = [j * self.vocabulary + t for j, t in enumerate(tokens)]
        return self.dense.activations([16 * sum(row[i] for i in at) for row in self.dense.w])


class NGrams:
    def __init__(self, context, longest, buckets, dense):
        self.places, self.longest, self.buckets, self.dense = context, longest, buckets, dense

    def step(self, last):
        at = [128 * j + b % 128 for j, b in enumerate(last)]
        for n in range(2, self.longest + 1):
            h = 0x811C9DC5
            for b in last[:n]:
                h = (h ^ b) * 0x01000193 & 0xFFFFFFFF
            at.append(128 * self.places + (n - 2) * self.buckets + (h ^ h >> 15) % self.buckets)
        return self.dense.activations([16 * sum(row[i] for i in at) for row in self.dense.w])


class LayerNorm:
    def __init__(self, target, gains):
        self.target, self.gains = target, gains

    def step(self, x):
        s = max(1, sum(map(abs, x)))
        inverse = min(((self.target * len(x) << 12) + s // 2) // s, 1 << 20)
        y = [clip(round_shift(v * inverse, 12)) for v in x]
        if not self.gains:
            return y
        g = self.gains.step([64])
        return add(gate(g, y), blend(y, [-v for v in g], [0] * len(y)))


def gate(g, x):
    return [round_shift((max(a, -127) + 127) * v, 8) for a, v in zip(g, x)]


def blend(h, g, x):
    return [clip(v + round_shift((max(a, -127) + 127) * (u - v), 8)) for v, a, u in zip(h, g, x)]


def add(x, y):
    return [clip(a + b) for a, b in zip(x, y)]


class RNN:
    def __init__(self, outputs, state):
        self.dense, self.h = state, [0] * outputs

    def step(self, x):
        self.h = self.dense.step(x + self.h)
        return self.h


class MinGRU:
    def __init__(self, outputs, forget, candidate):
        self.forget, self.candidate, self.h = forget, candidate, [0] * outputs

    def step(self, x):
        f = self.forget.step(x + self.h)
        c = self.candidate.step(x + gate(f, self.h))
        self.h = blend(self.h, f, c)
        return self.h


class GRU:
    def __init__(self, outputs, gates, candidate):
        self.gates, self.candidate, self.h = gates, candidate, [0] * outputs

    def step(self, x):
        n, gates = len(self.h), self.gates.step(x + self.h)
        r, z = gates[:n], gates[n:]
        c = self.candidate.step(x + gate(r, self.h))
        self.h = blend(self.h, z, c)
        return self.h


class LSTM:
    def __init__(self, outputs, gates):
        self.gates, self.h, self.c = gates, [0] * outputs, [0] * outputs

    def step(self, x):
        n, gates = len(self.h), self.gates.step(x + self.h)
        i, f, o, g = (gates[k * n : (k + 1) * n] for k in range(4))
        f = add(f, [64] * n)
        self.c = add(gate(f, self.c), gate(i, g))
        self.h = gate(o, self.c)
        return self.h


class Skip:
    def __init__(self, layers):
        self.layers = layers

    def step(self, x):
        y = x
        for layer in self.layers:
            y = layer.step(y)
        return add(y, x)


def build(specs, tensors):
    """Layers from their description; tensors are taken in order."""
    layers = []
    for spec in specs:
        kind, sizes, relu = spec["kind"], spec.get("sizes", []), spec.get("relu", False)

        def dense():
            _, w, scale = next(tensors)
            return Dense(w, relu, -scale)

        if kind == "dense" and not spec.get("bias"):
            layers.append(dense())
        elif kind == "embedding":
            layers.append(Embedding(sizes[0], sizes[1], dense()))
        elif kind == "ngrams":
            layers.append(NGrams(sizes[0], sizes[1], sizes[2], dense()))
        elif kind == "layernorm":
            layers.append(LayerNorm(sizes[1], dense() if spec.get("gains") else None))
        elif kind == "rnn":
            layers.append(RNN(sizes[1], dense()))
        elif kind == "mingru":
            layers.append(MinGRU(sizes[1], dense(), dense()))
        elif kind == "gru":
            layers.append(GRU(sizes[1], dense(), dense()))
        elif kind == "lstm":
            layers.append(LSTM(sizes[1], dense()))
        elif kind == "residual":
            layers.append(Skip(build(spec["layers"], tensors)))
        else:
            raise ValueError(f"this program does not know layers of kind {kind}")
    return layers


def load(meta, tensors):
    if meta["model"] == b"mlp":
        return [Dense(w, digit == "1", -scale) for (_, w, scale), digit in zip(tensors, meta["relu"].decode())]
    return build(json.loads(meta["layers"]), iter(tensors))


def text_score(meta, tensors, text, start):
    """The log-probability of the bytes from start on, in 1/256 bit."""
    count = len(text) - start
    length = (count + 63) // 64
    total = 0
    for stream in range(64):
        layers = load(meta, tensors)
        places = layers[0].places
        for step in range(-64, length):
            if stream * length + step >= count:
                break
            target = start + stream * length + step
            x = [text[(target - 1 - j) % len(text)] for j in range(places)]
            for layer in layers:
                x = layer.step(x)
            if step >= 0:
                total += log_prob(x, text[target % len(text)])
    return total


# The program.


def read(path):
    with open(path, "rb") as f:
        return f.read()


def start(path):
    header, generations, end = read_journal(read(path))
    s = Settings(header)
    layers = mlp(s.seed, s.widths)
    matrices = [layer.w for layer in layers]
    if hash_weights(matrices) != header["initial"]:
        raise ValueError("other initial weights")
    return s, layers, matrices, generations, end


def main(command, path, data=None):
    if command == "journal":
        header, generations, end = read_journal(read(path))
        codes = hashlib.sha256(b"".join(struct.pack(f"{len(c)}b", *c) for c, _ in generations)).hexdigest()
        print(header["config"])
        print(len(generations), "generations, codes", codes)
        print("end", end and end["weights"])
    elif command in ("replay", "train"):
        s, layers, matrices, generations, end = start(path)
        rule = Residual(s, matrices)
        if command == "train":
            (inputs, labels), _ = digits(data)
        for g, (codes, _) in enumerate(generations):
            if command == "train" and evaluate(s, layers, inputs, labels, g) != codes:
                raise ValueError(f"other codes in generation {g}")
            rule.update(matrices, g, codes)
        if hash_weights(matrices) != end["weights"]:
            raise ValueError("other weights than the journal's end")
        print(weights_sha256(matrices))
    else:
        content = read(path)
        meta, tensors = read_pent(content)
        if command == "file":
            print(hashlib.sha256(content).hexdigest(), weights_sha256([w for _, w, _ in tensors]))
        elif command == "test":
            layers = load(meta, tensors)
            _, (inputs, labels) = digits(data)
            right = 0
            for x, label in zip(inputs, labels):
                for layer in layers:
                    x = layer.step(x)
                right += x.index(max(x)) == label
            print(right, "of", len(labels))
        elif command == "bits":
            text = read(data)
            print(text_score(meta, tensors, text, len(text) - len(text) // 20))
        else:
            raise SystemExit(__doc__)


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4):
        raise SystemExit(__doc__)
    main(*sys.argv[1:])
