"""Entropy-codes the codes of a generation as the doc comment of journal.Log says, with
an interval of unbounded integers in place of carries: golden vectors for TestCodes.

    python3 codes.py > codes.json
"""

import json
import random


def encode(codes, samples):
    pairs = len(codes) // samples
    probability, seen = {}, {}
    low, width, written = 0, 2**32 - 1, 0

    def narrow(begin, size):
        nonlocal low, width, written
        low, width = low + begin, size
        while width < 2**24:
            low, width, written = low * 256, width * 256, written + 1

    def bit(context, node, b):
        p = probability.setdefault((context, node), 2**14)
        zero = width // 2**15 * p
        k = seen[context, node] = min(seen.get((context, node), 0) + 1, 5)
        if b:
            narrow(zero, width - zero)
            p -= p // 2**k
        else:
            narrow(0, zero)
            p += (2**15 - p) // 2**k
        probability[context, node] = p

    for s in range(samples):
        total = 0
        for p in range(pairs):
            c = codes[p * samples + s]
            mean = 16 * (total + 4) // (p + 1)
            length = mean.bit_length()
            context = 2 * length + (mean >> (length - 2) & 1 if length >= 2 else 0)
            size = abs(c).bit_length()
            node = 1
            for i in (4, 2, 1):
                b = 1 if size & i else 0
                bit(context, node, b)
                node = 2 * node + b
            n = max(size - 3, 0)
            if size >= 2:
                first = abs(c) >> size - 2 & 1
                bit(context, 8 + size, first)
            if size >= 3:
                bit(context, 16 + 2 * size + first, abs(c) >> n & 1)
            if size >= 1:
                value = abs(c) % 2**n * 2 + (c < 0)
                narrow(value * (width >> n + 1), width >> n + 1)
            total += abs(c)
    return low.to_bytes(written + 4, "big").hex() if pairs else ""


random.seed(1)
cases = [
    ([0, 0, 1, -1, 0, 100], 3),
    ([], 4),
    ([1], 1),
    ([127, -127] * 40, 1),
    ([0] * 600, 5),
    (list(range(-127, 128)), 1),
    ([random.randrange(-7, 8) for _ in range(256)], 1),
    ([round(max(-127, min(127, random.gauss(0, 1 + 5 * (i % 16))))) for i in range(16 * 64)], 16),
    ([round(max(-127, min(127, random.gauss(0, 40)))) for _ in range(2000)], 2000),
]
print(json.dumps([{"codes": c, "samples": s, "bytes": encode(c, s)} for c, s in cases]))
