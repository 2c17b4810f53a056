#!/usr/bin/env python3
"""A second implementation of pentary-go's formats and arithmetic.

It follows docs/spec.md, uses the standard library of Python alone, and aims at clarity, not
speed.

    pentary.py file MODEL.pent             hash of the file and of its weights
    pentary.py journal DIR/journal.pej     settings, records, end
    pentary.py replay DIR/journal.pej [DATA]
                                           hash of the weights, rebuilt from the codes, and with
                                           noise in activations from DATA, which is digits.csv.gz
                                           or the text of a language model
    pentary.py train DIR/journal.pej DATA  the same by training on digits.csv.gz, or without DATA of
                                           a policy
    pentary.py outputs nn/testdata         number of networks whose outputs are those recorded
    pentary.py test MODEL.pent DATA        right answers on the test samples of DATA
    pentary.py bits MODEL.pent TEXT        a language model on the last twentieth of TEXT
    pentary.py control MODEL.pent N        the mean, least and largest reward of N episodes of seed 1
"""

import copy
import gzip
import hashlib
import importlib
import json
import math
import os
import re
import statistics
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


FACTOR_A, FACTOR_B, INITIAL, BATCH, FULL_RANK, ROUNDING, DECAY, SIGNS = range(8)


class Stream:
    def __init__(self, seed, generation, tensor, kind, pair, generator=philox):
        self.seed, self.rest, self.generator = seed, (pair, tensor << 4 | kind, generation), generator

    def block(self, i):
        return self.generator((i, *self.rest), self.seed)

    def bytes(self, count):
        return b"".join(struct.pack("<4I", *self.block(i)) for i in range((count + 15) // 16))[:count]

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
    """Returns the header, a list of (codes, samples, reductions), and the end or None."""
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
            header["run"] = hashlib.sha256(payload).digest()
        elif kind == 2 and version == 1:
            generations.append((decode_version1(p), 1, 0))
        elif kind == 2:
            pairs, samples, flags = p.u(4), p.u(4), p.u(4)
            bitmap = p.take((pairs + 7) // 8) if flags & 2**30 else bytes((pairs + 7) // 8)
            codes = decode_codes(payload[p.at :], pairs, samples)
            for pair in range(pairs):
                if bitmap[pair // 8] >> pair % 8 & 1 and any(codes[pair * samples : (pair + 1) * samples]):
                    raise ValueError(f"pair {pair} of generation {sequence} has codes and no scores")
            generations.append((codes, samples, flags & 31))
        elif kind == 3:
            end = {"weights": p.take(32).hex(), "reason": payload[p.at :].decode()}
    return header, generations, end


def read_checkpoint(data, classifier):
    """Returns the run's hash, the generation, the optimizer's state, and the weights."""
    r = Reader(data)
    magic, version, flags, run = r.take(4), r.u(2), r.u(2), r.take(32)
    generation, length = r.u(4), r.u(8)
    if magic != b"PECK" or version != 1 or flags != 0 or crc32c(data[:52]) != r.u(4):
        raise ValueError("not a checkpoint of version 1")
    state, (checksum,) = Reader(r.take(length)), struct.unpack("<I", data[-4:])
    if crc32c(data[56:-4]) != checksum:
        raise ValueError("the checkpoint is broken")
    if state.data.startswith(b"PETRAIN\x01"):
        state.take(8 + 8 + 8)
        if state.u(4) != generation:
            raise ValueError("two generations")
        state.take(8)
        state.take(20 * state.u(4))
        state.take(4 + 8)
        state.take(state.u(4))
    else:  # of a version before
        state.take(8 + 8 + (4 if classifier else 0))
        state.take(12 * state.u(4))
    return run, generation, state.data[state.at :], [w for _, w, _ in read_pent(data[r.at : -4])[1]]


class Settings:
    """What a run's configuration says of the optimizer."""

    def __init__(self, header):
        self.config, self.generator = json.loads(header["config"]), header["generator"]
        line, *parameters = self.config["optimizer"].strip().split("\n")
        rule, parts = re.search(r"rule (\w+)\((.*?)\)", line).groups()
        words = re.sub(r"rule .*?\)", "", line.replace("noise in activations of", "samples")).replace(" centered", "").split()
        w = dict(zip(words[::2], words[1::2]))

        def number(text):
            return int(text.removesuffix("/65536"))

        self.seed, self.generations, self.pairs = int(w["seed"]), int(w["generations"]), int(w["pairs"])
        self.rank, self.sigma = int(w["rank"]), int(w["sigma"])
        self.distribution, self.fitness, self.schedule = w["law"], w["fitness"], w["schedule"]
        self.inverse, self.decay = number(w["decay"]), number(w["shrink"])
        self.rule, self.parts = rule, {k: number(v) for k, v in (part.split() for part in parts.split(", "))}
        self.samples = int(w.get("samples", 0))  # 0: noise in weights
        self.units = [int(re.search(r" unit (\d+)", line)[1]) for line in parameters] if self.samples else []
        self.sparse = [line.endswith(" sparse") for line in parameters]
        self.reuse, self.restart, self.sigma_schedule = int(w["reuse"]), int(w["restart"]), w["sigma-schedule"]
        self.groups = int(w["groups"])
        self.widths = self.config.get("network")
        self.options = self.config["settings"]
        if self.options.get("shift", "0") != "0":
            raise ValueError("this program does not move images")
        self.held_out = self.options.get("early-stop", "0") != "0"

    def part(self, schedule, v, generation):
        """What a schedule leaves of a strength."""
        legs = (leg["planned"] for leg in self.config.get("earlier", []) if generation < leg["reached"])
        planned = self.restart or next(legs, self.generations)
        t = generation % planned
        if schedule == "linear":
            return v * (planned - t) // planned
        if schedule == "cosine":
            return v * cosine(t, planned) >> 30
        if schedule == "inverse":
            return (v << 16) // ((1 << 16) + self.inverse * t)
        return v

    def scheduled(self, v, generation, reductions):
        return self.part(self.schedule, v, generation) >> reductions

    def sigma_of(self, generation):
        part, n = self.part(self.sigma_schedule, 1 << 30, generation), 0
        while self.sigma + n < 20 and part * part < 1 << 59 - 2 * n:
            n += 1
        return self.sigma + n


# Arithmetic.


def round_shift(v, shift):
    return (v + (1 << shift >> 1)) >> shift


def round_div(a, b):
    """Rounded to nearest, ties away from zero."""
    v = (2 * abs(a) + b) // (2 * b)
    return -v if a < 0 else v


def cut(a, b):
    """A quotient rounded toward zero."""
    return -(-a // b) if a < 0 else a // b


def cosine(t, planned):
    """(1 + cos πt/T)/2, with 30 fraction bits."""
    one = 1 << 30
    x = ((t << 30) + planned // 2) // planned
    y = round_div(2649351758 * round_div(x * x, one), one)
    c = one
    for n in range(14, 0, -2):
        c = one - round_div(round_div(y * c, one), n * (n - 1))
    return c * c >> 30


def quantile(share):
    """z of 2·(1-Φ(z)) = share, share in 1/65536, with 16 fraction bits."""
    if share == 1 << 16:
        return 0
    octave = share.bit_length() - 1
    at = (share << 16 >> octave) - (1 << 16)
    low, high = (quantile_at(octave * 8 + (at >> 13) + i) for i in range(2))
    return low + ((high - low) * (at & 8191) >> 13)


def quantile_at(i):
    """The quantile of the share (1 + j/8)·2^(n-16), i = 8n + j."""
    tail = (8 + i % 8) / 8 * 2.0 ** (i // 8 - 16) / 2
    return round(-65536 * statistics.NormalDist().inv_cdf(tail))


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
    def __init__(self, weights, relu, shift=None, bias=0):
        self.w, self.relu, self.bias = weights, relu, bias
        self.shift = root_shift(len(weights[0])) if shift is None else shift

    def activations(self, sums):
        low = 0 if self.relu else -127
        return [clip(round_shift(v, self.shift), low) for v in sums]

    def sum_rows(self, at):
        """step of a vector that is 16 at some places, and else 0."""
        y = self.activations([16 * sum(row[i] for i in at) for row in self.w])
        self.seen = [16 * (i in at) for i in range(len(self.w[0]))], y
        return y

    def step(self, x):
        if self.bias:
            x = x + [self.bias]
        y = self.activations([dot(row, x) for row in self.w])
        self.seen = x, y
        return y


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
    """What a generation's pairs draw for one matrix after another."""

    def __init__(self, s, generation):
        self.s, self.generation = s, generation - generation % s.reuse
        pent = 2 if s.distribution == "uniform" else 1
        self.variance = pent if s.rank < 0 else s.rank * pent if s.samples else s.rank * pent**2
        e = ((self.variance - 1).bit_length() + 1) // 2
        self.mul = (math.isqrt(4 * (1 << 2 * (7 + e)) // self.variance) + 1) // 2
        self.shift = s.sigma_of(generation) + e

    def stream(self, kind, tensor, pair):
        return Stream(self.s.seed, self.generation, tensor, kind, pair, self.s.generator)

    def factor(self, kind, tensor, pair, length):
        size = padded(length)
        codes = self.stream(kind, tensor, pair).pents(self.s.distribution, self.s.rank * size)
        return [codes[r * size : r * size + length] for r in range(self.s.rank)]

    def factors(self, tensor, pair, w):
        """A, and B or with noise in activations the signs of the samples; E of full rank."""
        if self.s.rank < 0:
            return self.dense(tensor, pair, w), None
        a = self.factor(FACTOR_A, tensor, pair, len(w))
        if not self.s.samples:
            return a, self.factor(FACTOR_B, tensor, pair, len(w[0]))
        n = self.s.samples
        signs = [1 - 2 * (u & 1) for u in self.stream(SIGNS, tensor, pair).bytes(self.s.rank * n)]
        return a, [signs[r * n : (r + 1) * n] for r in range(self.s.rank)]

    def dense(self, tensor, pair, w):
        """E of full rank."""
        panel, size = max(8, (len(w) + 1023) // 1024), padded(len(w[0]))
        e = []
        for first in range(0, len(w), panel):
            rows = min(panel, len(w) - first)
            codes = self.stream(FULL_RANK, tensor, pair + (first // panel << 22)).pents(self.s.distribution, rows * size)
            e += [codes[i * size : i * size + len(w[0])] for i in range(rows)]
        return e

    def perturbed(self, tensor, w, a, b, sign, x, sample):
        """The accumulators of a member for the sample at that place of the batch."""
        if self.s.rank < 0:
            return [dot(row, x) + sign * round_shift(dot(e, x) * self.mul + 64 >> 7, self.shift) for row, e in zip(w, a)]
        if self.s.samples:
            t = [v[sample] << self.s.units[tensor] for v in b]
        else:
            t = [dot(v, x) for v in b]
        t = [(v * self.mul + 64) >> 7 for v in t]
        return [dot(row, x) + sign * round_shift(sum(u[i] * v for u, v in zip(a, t)), self.shift) for i, row in enumerate(w)]


def fitness_codes(fitness, differences):
    sizes = sorted(abs(d) for d in differences if d)
    if not sizes:
        return [0] * len(differences)
    percent, steps, most = {"4bit": (50, 2, 7), "raw": (50, 16, 63), "tails": (99, 32, 63), "sign": (50, 1, 1), "ranks": (50, 1, 1)}[fitness]
    scale = sizes[len(sizes) * percent // 100]
    codes = []
    for d in differences:
        if fitness == "sign":
            size = min(abs(d), 1)
        elif fitness == "ranks":
            low, n = sum(v < abs(d) for v in sizes), len(sizes)
            tail = max(1, (2 * n - 2 * low - sizes.count(abs(d)) << 16) // (2 * n))
            size = min(max(1, (24 * quantile(tail) + (1 << 15)) >> 16), 63) if d else 0
        else:
            size = min((steps * abs(d) + scale // 2) // scale, most)
        codes.append(-size if d < 0 else size)
    return codes


class Trainer:
    """A run: its layers, the data, and what the rule keeps of each weight."""

    def __init__(self, s, layers):
        self.s, self.layers = s, layers
        self.state = [[[0] * len(row) for row in layer.w] for layer in layers]
        self.codes = []  # of all generations
        self.inputs = self.labels = None
        self.text = self.network = None  # of a language model: its training part, its layers

    def batch(self, generation, group=0):
        stream = Stream(self.s.seed, generation, 0, BATCH, group)
        return [stream.block(i // 4)[i % 4] * len(self.labels) >> 32 for i in range(int(self.s.options["batch"]))]

    def evaluate(self, generation):
        """The fitness codes of a generation."""
        s, noise = self.s, Noise(self.s, generation)
        size, differences = s.pairs // s.groups, []
        for pair in range(s.pairs):
            factors = [noise.factors(i, pair, layer.w) for i, layer in enumerate(self.layers)]
            scores = [], []
            for score, sign in zip(scores, (1, -1)):

                def outputs(x, place=0):
                    for i, (layer, (a, b)) in enumerate(zip(self.layers, factors)):
                        x = layer.activations(noise.perturbed(i, layer.w, a, b, sign, x, place))
                    return x

                if self.inputs is None:  # of a policy
                    for episode in range(int(s.options["episodes"])):
                        results = control().play(s.config["task"], outputs, s.widths[0], s.seed, generation, pair // size, episode)
                        score.append(sum(results) >> 24)
                    continue
                for place, sample in enumerate(self.batch(generation, pair // size)):
                    score.append(log_prob(outputs(self.inputs[sample], place), self.labels[sample]))
            if s.samples:
                differences += [plus - minus for plus, minus in zip(*scores)]
            else:
                differences.append(sum(scores[0]) - sum(scores[1]))
        size *= max(s.samples, 1)
        return sum((fitness_codes(s.fitness, differences[i : i + size]) for i in range(0, len(differences), size)), [])

    def seen(self, generation):
        """What each layer takes and returns for the batch, without noise."""
        if self.text:
            return self.seen_of_text(generation)
        seen = [([], []) for _ in self.layers]
        for sample in self.batch(generation):
            x = self.inputs[sample]
            for layer, (xs, ys) in zip(self.layers, seen):
                y = layer.step(x)
                xs.append(x)
                ys.append(y)
                x = y
        return seen

    def seen_of_text(self, generation):
        streams, steps = int(self.s.options["streams"]), int(self.s.options["steps"])
        warm_up, n = int(self.s.options.get("warm-up") or self.s.options["lead"]), len(self.text)
        seen = [([None] * streams * steps, [None] * streams * steps) for _ in self.layers]
        random = Stream(self.s.seed, 0, 0, BATCH, 0)
        for b in range(streams):
            layers, matrices = self.network()
            high, low, _, _ = random.block(b)
            at = ((high << 32 | low) % n + generation * steps) % n
            for t in range(-warm_up, steps):
                x = [self.text[(at + t - 1 - j) % n] for j in range(layers[0].places)]
                for layer in layers:
                    x = layer.step(x)
                for dense, (xs, ys) in zip(matrices, seen):
                    if t >= 0:
                        xs[t * streams + b], ys[t * streams + b] = dense.seen
        return seen

    def estimate(self, tensor, generation, codes):
        """Z of noise in weights, and its deviation."""
        w, noise = self.layers[tensor].w, Noise(self.s, generation)
        z = [[0] * len(w[0]) for _ in w]
        for pair, f in enumerate(codes):
            if f and self.s.rank < 0:
                z = [[v + f * x for v, x in zip(sums, e)] for sums, e in zip(z, noise.dense(tensor, pair, w))]
            elif f:
                for a, b in zip(*noise.factors(tensor, pair, w)):
                    for i, u in enumerate(a):
                        if u:
                            z[i] = [v + f * u * x for v, x in zip(z[i], b)]
        return z, math.isqrt(sum(f * f for f in codes) * noise.variance << 16)

    def estimate_by_samples(self, tensor, generation, codes, xs, ys):
        """Z of noise in activations, and its deviation."""
        layer, n, noise = self.layers[tensor], self.s.samples, Noise(self.s, generation)
        m, k = len(layer.w), len(layer.w[0])
        d = [[0] * n for _ in range(m)]
        for pair in range(self.s.pairs):
            f = codes[pair * n : (pair + 1) * n]
            for a, signs in zip(*noise.factors(tensor, pair, layer.w)):
                fs = [v * sign for v, sign in zip(f, signs)]
                for i, u in enumerate(a):
                    d[i] = [v + u * x for v, x in zip(d[i], fs)]
        spread = 8
        if self.s.generator == ars:
            spread, low = 12, 0 if layer.relu else -127
            for i, row in enumerate(d):
                row = [cut(v, 4) if y[i] <= low or y[i] == 127 else v for v, y in zip(row, ys)]
                mean = round_div(3 * sum(row), 4 * n)
                d[i] = [v - mean for v in row]
        deviation = math.isqrt((sum(v * v for row in d for v in row) << 4) // (m * n) << 6)
        mul = (25 << 25) // (spread * max(1, deviation))
        d = [[min(max(v * mul + (1 << 19) >> 20, -25), 25) for v in row] for row in d]
        if self.s.sparse[tensor]:
            counts = [sum(x[j] != 0 for x in xs) for j in range(k)]
            xs = [[max(1, (math.isqrt(24 * 24 // c) + 1) // 2) if v else 0 for v, c in zip(x, counts)] for x in xs]
            k_seen = max(1, sum(c > 0 for c in counts))
        else:
            xs, k_seen = [[round_div(12 * v, 127) for v in x] for x in xs], k
        z = [[sum(v * x[j] for v, x in zip(row, xs)) for j in range(k)] for row in d]
        of_d = (sum(v * v for row in d for v in row) << 16) // (m * n)
        of_x = (sum(v * v for x in xs for v in x) << 8) // (k_seen * n)
        if self.s.sparse[tensor]:
            of_x = max(1, of_x)
        return z, math.isqrt((of_d * of_x >> 8) * n)

    def update(self, generation, codes, reductions=0):
        """Moves the weights by the codes of a generation."""
        s = self.s
        self.codes.append(codes)
        if not any(codes):
            return
        seen = self.seen(generation) if s.samples else None
        for tensor, layer in enumerate(self.layers):
            if s.samples:
                z, deviation = self.estimate_by_samples(tensor, generation, codes, *seen[tensor])
            else:
                z, deviation = self.estimate(tensor, generation, codes)
            step = self.scale(generation, deviation, reductions)
            if s.rule == "replay":
                self.rebuild(tensor, generation)
            threshold = self.threshold(generation, codes, reductions) if s.rule == "threshold" else None
            for i, row in enumerate(layer.w):
                u = self.bytes_of(ROUNDING, generation, tensor, i, len(row))
                chances = self.bytes_of(DECAY, generation, tensor, i, 2 * len(row)) if s.decay else None
                state = self.state[tensor][i]
                for j, v in enumerate(z[i]):
                    if s.rule in ("residual", "replay"):
                        row[j], state[j] = residual(row[j], state[j] + step(v), 8)
                    elif s.rule == "residual4":
                        row[j], state[j] = residual(row[j], state[j] + (step(v) + (u[j] & 15) >> 4), 4)
                    elif s.rule == "stochastic":
                        row[j] = level(row[j] + (step(v) + u[j] >> 8))
                    elif s.rule == "flip":
                        row[j], state[j] = self.flip(row[j], state[j], step(v), u[j])
                    elif s.rule == "threshold":
                        dither = u[j] if threshold % 256 else 0
                        row[j] = level(row[j] + (256 * v + dither >= threshold) - (-256 * v + dither >= threshold))
                    else:
                        raise ValueError(f"this program does not know the rule {s.rule}")
                    if s.decay and chances[2 * j] | chances[2 * j + 1] << 8 < s.decay:
                        row[j] -= (row[j] > 0) - (row[j] < 0)

    def bytes_of(self, kind, generation, tensor, row, count):
        return Stream(self.s.seed, generation, tensor, kind, row, self.s.generator).bytes(count)

    def bytes(self):
        """The optimizer's state after the generations so far, without rate reductions."""
        s, done = self.s, len(self.codes)
        out = struct.pack("<I", done)
        window = s.parts.get("window", 1)
        for i in range(window - 1):
            codes = next((self.codes[n] for n in range(done - 1, -1, -1) if n % window == i), [0] * s.pairs)
            out += struct.pack(f"{s.pairs}b", *codes)
        for row in (row for rows in self.state for row in rows):
            row = row + [0] * (padded(len(row)) - len(row))
            if s.rule in ("residual", "flip"):
                out += struct.pack(f"{len(row)}b", *row)
            elif s.rule == "residual4":
                out += bytes(row[b + i] & 15 | (row[b + 16 + i] & 15) << 4 for b in range(0, len(row), 32) for i in range(16))
        return out

    def scale(self, generation, deviation, reductions):
        """The function that makes steps, in 1/256 level, of Z."""
        if "rate" not in self.s.parts:
            return None
        rate = self.s.scheduled(self.s.parts["rate"], generation, reductions)
        mul = min((rate << 20) // max(1, deviation), 1 << 28)
        limit = (1 << 28) // mul + 1 if mul else 0
        return lambda z: min(max(round_shift(min(max(z, -limit), limit) * mul, 20), -255), 255)

    def rebuild(self, tensor, generation):
        """The residuals of a QES window, of which the weights are far from the ends."""
        residuals = self.state[tensor] = [[0] * len(row) for row in self.layers[tensor].w]
        for earlier in range(generation - generation % self.s.parts["window"], generation):
            z, deviation = self.estimate(tensor, earlier, self.codes[earlier])
            step = self.scale(earlier, deviation, 0)
            for row, sums in zip(residuals, z):
                row[:] = [residual(0, e + step(v), 8)[1] for e, v in zip(row, sums)]

    def flip(self, w, a, step, u):
        decay, limit = self.s.parts["decay"], round_div(self.s.parts["level"], 256)
        a += (clip(step) - a + (u & (1 << decay) - 1)) >> decay
        if abs(a) < limit:
            return w, a
        return level(w + (1 if a > 0 else -1)), 0

    def threshold(self, generation, codes, reductions):
        s, noise = self.s, Noise(self.s, generation)
        share = s.scheduled(s.parts["share"], generation, reductions)
        if share == 0:
            return 1 << 38
        f2, f4, f6 = (sum(f**n for f in codes) for n in (2, 4, 6))
        v, one, rank = f2 * noise.variance, 1 << 16, max(s.rank, 1)
        cumulants = {"binomial": (325, 850), "uniform": (-176, -17840)}
        if s.rank < 0:
            cumulants = {"binomial": (-50, 100), "uniform": (-520, 6200)}
        c4, c6 = cumulants[s.distribution]
        k4 = cut((f4 * rank << 24) // v**2 * c4, 100)
        k6 = cut((f6 * rank << 24) // v**2 * c6, 100 * v)
        z = quantile(share)
        z3 = z * z // one * z // one
        z5 = z3 * z // one * z // one
        x = z + cut((z3 - 3 * z) * k4, 24 << 24) + cut((z5 - 10 * z3 + 15 * z) * k6, 720 << 24)
        x -= cut((3 * z5 - 24 * z3 + 29 * z) * (k4 * k4 >> 24), 384 << 24)
        tau = (math.isqrt((v << 16) + 5461) * max(x, 0) >> 16) + 128
        return min(max(tau, 256), 1 << 38)


def level(w):
    return min(max(w, -2), 2)


def residual(w, v, bits):
    """A weight and its residual of some bits, which is v before it carries."""
    half = 1 << bits - 1
    carry = (v + half) >> bits
    w, e = w + carry, v - (carry << bits)
    if w > 2:
        return 2, half - 1
    if w < -2:
        return -2, -half
    return w, e


def digits(path, held_out=False):
    """The training and the test part; held_out leaves out every tenth training sample."""
    parts = ([], []), ([], [])
    with gzip.open(path, "rt") as f:
        for i, line in enumerate(f.read().strip().split("\n")):
            *pixels, label = map(int, line.split(","))
            inputs, labels = parts[i % 5 == 4]
            inputs.append([8 * p - 64 for p in pixels])
            labels.append(label)
    if held_out:
        parts = tuple([v for i, v in enumerate(values) if i % 10 != 9] for values in parts[0]), parts[1]
    return parts


# Layers of language models. State is kept from step to step.


class Embedding:
    def __init__(self, vocabulary, places, dense):
        self.vocabulary, self.places, self.dense = vocabulary, places, dense

    def step(self, tokens):
        at = [j * self.vocabulary + t for j, t in enumerate(tokens)]
        return self.dense.sum_rows(at)


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
        return self.dense.sum_rows(at)


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


class ResetAfterGRU:
    def __init__(self, outputs, shift, gates, state, candidate):
        self.gates, self.state, self.candidate = gates, state, candidate
        self.shift, self.h = shift, [0] * outputs

    def step(self, x):
        n, gates = len(self.h), self.gates.step(x + self.h)
        c = add(self.candidate.step(x), gate(gates[:n], self.state.step(self.h)))
        c = [clip(v << self.shift) for v in c]
        self.h = blend(self.h, gates[n:], c)
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


class Conv1D:
    def __init__(self, inputs, steps, kernel):
        self.seen, self.dense = [0] * inputs * steps, kernel

    def step(self, x):
        self.seen = (x + self.seen)[: len(self.seen)]
        return self.dense.step(self.seen)


class Window:
    def __init__(self, rows, columns, channels, height, width, stride, pads):
        self.rows, self.columns, self.channels = rows, columns, channels
        self.height, self.width, self.stride, self.pads = height, width, stride, pads

    def patches(self, x, padding):
        """The pixels of each patch, row by row; padding is a value."""
        top, left, bottom, right = self.pads

        def pixel(y, c):
            if 0 <= y < self.rows and 0 <= c < self.columns:
                return x[(y * self.columns + c) * self.channels :][: self.channels]
            return [padding] * self.channels

        for y in range(-top, self.rows + bottom - self.height + 1, self.stride):
            for c in range(-left, self.columns + right - self.width + 1, self.stride):
                yield [pixel(y + i, c + j) for i in range(self.height) for j in range(self.width)]


class Conv2D:
    def __init__(self, window, kernel):
        self.window, self.dense = window, kernel

    def step(self, x):
        return [v for patch in self.window.patches(x, 0) for v in self.dense.step([v for pixel in patch for v in pixel])]


class MaxPool:
    def __init__(self, window):
        self.window = window

    def step(self, x):
        return [max(v) for patch in self.window.patches(x, -127) for v in zip(*patch)]


class Attention:
    def __init__(self, width, heads, window, project):
        self.width, self.heads, self.window, self.dense, self.past = width, heads, window, project, []

    def step(self, x):
        qkv = self.dense.step(x)
        self.past = (self.past + [qkv[self.width :]])[-self.window :]
        n, out = self.width // self.heads, []
        for head in range(0, self.width, n):
            s = [dot(qkv[head : head + n], kv[head : head + n]) >> 4 + root_shift(n) for kv in self.past]
            d = [v - max(s) for v in s]
            a = [round(2 ** (12 + (v & 15) / 16)) >> -(v >> 4) for v in d]
            for i in range(self.width + head, self.width + head + n):
                out.append(round_div(sum(u * kv[i] for u, kv in zip(a, self.past)), sum(a)))
        return out


class Skip:
    def __init__(self, layers):
        self.layers = layers

    def step(self, x):
        y = x
        for layer in self.layers:
            y = layer.step(y)
        return add(y, x)


class Scan:
    def __init__(self, parts, every, layers):
        self.parts, self.every, self.layers = parts, every, layers

    def step(self, x):
        layers, n, out = copy.deepcopy(self.layers), len(x) // self.parts, []
        for part in range(self.parts):
            y = x[part * n : (part + 1) * n]
            for layer in layers:
                y = layer.step(y)
            out = out + y if self.every else y
        return out


def build(specs, tensors, matrices):
    """Layers from their description; tensors are taken in order, and their layers appended to matrices."""
    layers = []
    for spec in specs:
        kind, sizes, relu = spec["kind"], spec.get("sizes", []), spec.get("relu", False)

        def dense(bias=spec.get("bias", 0)):
            _, w, scale = next(tensors)
            matrices.append(Dense(w, relu, -scale, bias))
            return matrices[-1]

        def window(rows, columns, channels, size, stride):
            return Window(rows, columns, channels, size, spec.get("width", size), stride, spec.get("pads", [0] * 4))

        if kind == "dense":
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
        elif kind == "gru" and spec.get("reset_after"):
            layers.append(ResetAfterGRU(sizes[1], spec.get("shift", 0), dense(0), dense(), dense(0)))
        elif kind == "gru":
            layers.append(GRU(sizes[1], dense(), dense()))
        elif kind == "lstm":
            layers.append(LSTM(sizes[1], dense()))
        elif kind == "conv1d":
            layers.append(Conv1D(sizes[0], sizes[2], dense()))
        elif kind == "conv2d":
            layers.append(Conv2D(window(*sizes[:3], *sizes[4:]), dense()))
        elif kind == "maxpool":
            layers.append(MaxPool(window(*sizes)))
        elif kind == "attention":
            layers.append(Attention(*sizes, dense()))
        elif kind == "residual":
            layers.append(Skip(build(spec["layers"], tensors, matrices)))
        elif kind == "scan":
            layers.append(Scan(sizes[0], spec.get("all", False), build(spec["layers"], tensors, matrices)))
        else:
            raise ValueError(f"this program does not know layers of kind {kind}")
    return layers


def load(meta, tensors):
    if meta["model"] == b"mlp":
        return [Dense(w, digit == "1", -scale) for (_, w, scale), digit in zip(tensors, meta["relu"].decode())]
    return build(json.loads(meta["layers"]), iter(tensors), [])


def inputs(meta, tensors):
    """The width of a network's input."""
    if meta["model"] == b"mlp":
        return len(tensors[0][1][0])
    return inputs_of(json.loads(meta["layers"])[0])


def inputs_of(first):
    sizes = first.get("sizes", [1])
    if "layers" in first:  # of a residual connection, or of a part
        return sizes[0] * inputs_of(first["layers"][0])
    return math.prod({"embedding": sizes[1:2], "conv2d": sizes[:3], "maxpool": sizes[:3]}.get(first["kind"], sizes[:1]))


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


def right_outputs(folder):
    """The number of networks recorded; an error unless their outputs are those recorded."""
    networks = json.loads(read(os.path.join(folder, "outputs.json")))
    for recorded in networks:
        n, (meta, tensors) = recorded["columns"], read_pent(read(os.path.join(folder, recorded["file"])))
        for column in range(n):
            layers = load(meta, tensors)
            for x, want in zip(recorded["inputs"], recorded["outputs"]):
                # Column c has elements 4q to 4q+3 at 4·(q·n + c).
                x, want = ([v for at in range(4 * column, len(b), 4 * n) for v in b[at : at + 4]] for b in (x, want))
                x = x[: inputs(meta, tensors)]
                if hasattr(layers[0], "places"):
                    x = [v % 256 for v in x]
                for layer in layers:
                    x = layer.step(x)
                if x + [0] * (-len(x) % 4) != want:
                    raise ValueError(f"{recorded['file']}: {x}, recorded are {want}")
    return len(networks)


# The program.


def read(path):
    with open(path, "rb") as f:
        return f.read()


def control():
    """The module of the control tasks, which imports this one."""
    return importlib.import_module("control")


def rewards(meta, tensors, episodes):
    """The mean, least and largest reward of test episodes of a policy."""
    layers, all = load(meta, tensors), []

    def policy(x):
        for layer in layers:
            x = layer.step(x)
        return x

    for i in range(episodes):
        all.append(control().play(meta["environment"].decode(), policy, inputs(meta, tensors), 1, 1 << 31, 0, i)[0])
    one = 1 << 40
    return sum(all) / one / len(all), min(all) / one, max(all) / one


def language(s, path):
    """Returns a function that makes the layers and matrices of a language model; all have the same weights."""
    meta, tensors = read_pent(read(path))
    initial = []
    for i, (name, w, scale) in enumerate(tensors):
        if name.endswith("gains"):
            w = [[0] for _ in w]
        else:
            w = matrix(len(w), len(w[0]), s.seed, i)
        initial.append((name, w, scale))

    def make():
        matrices = []
        return build(json.loads(meta["layers"]), iter(initial), matrices), matrices

    return make


def start(path):
    header, generations, end = read_journal(read(path))
    s = Settings(header)
    network = None
    if s.widths:
        layers = mlp(s.seed, s.widths)
    else:
        network = language(s, os.path.join(os.path.dirname(path), "model.pent"))
        _, layers = network()
    matrices = [layer.w for layer in layers]
    if hash_weights(matrices) != header["initial"]:
        raise ValueError("other initial weights")
    trainer = Trainer(s, layers)
    trainer.network = network
    return header, trainer, matrices, generations, end


def main(command, path, data=None):
    if command == "journal":
        header, generations, end = read_journal(read(path))
        codes = hashlib.sha256(b"".join(struct.pack(f"{len(c)}b", *c) for c, _, _ in generations)).hexdigest()
        print(header["config"])
        print(len(generations), "generations, codes", codes)
        print("end", end and end["weights"])
    elif command in ("replay", "train"):
        header, trainer, matrices, generations, end = start(path)
        checkpoint = os.path.join(os.path.dirname(path), "checkpoint")
        run, at, state, weights = read_checkpoint(read(checkpoint), trainer.network is None)
        if run != header["run"]:
            raise ValueError("the checkpoint is of another run")
        if trainer.network and command == "train":
            raise ValueError("this program trains classifiers alone")
        if data and trainer.network:
            text = read(data)
            held = len(text) // 20
            trainer.text = text[: len(text) - held * (2 if trainer.s.held_out else 1)]
        elif data:
            (trainer.inputs, trainer.labels), _ = digits(data, trainer.s.held_out)
        for g, (codes, _, reductions) in enumerate(generations):
            if command == "train" and trainer.evaluate(g) != codes:
                raise ValueError(f"other codes in generation {g}")
            trainer.update(g, codes, reductions)
            if g + 1 == at and (trainer.bytes() != state[: len(trainer.bytes())] or weights != matrices):
                raise ValueError(f"another checkpoint after {at} generations")
        if end and hash_weights(matrices) != end["weights"]:
            raise ValueError("other weights than the journal's end")
        print(weights_sha256(matrices))
    elif command == "outputs":
        print(right_outputs(path))
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
        elif command == "control":
            print(*rewards(meta, tensors, int(data)))
        elif command == "bits":
            text = read(data)
            print(text_score(meta, tensors, text, len(text) - len(text) // 20))
        else:
            raise SystemExit(__doc__)


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4):
        raise SystemExit(__doc__)
    main(*sys.argv[1:])
