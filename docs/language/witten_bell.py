#!/usr/bin/env python3
"""The bits per byte of n-gram counts with Witten-Bell smoothing, n from 1 to 6.

    python3 witten_bell.py FILE      (a text, plain or gzipped)

Counts the text but its last twentieth, and predicts that.
"""
import gzip
import math
import sys
from collections import Counter

raw = open(sys.argv[1], "rb").read()
text = gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw
held = len(text) - len(text) // 20
for n in range(1, 7):
    bits = 0.0
    grams = [Counter(text[i:i + k + 1] for i in range(held - k)) for k in range(n)]  # k bytes of context
    total = [Counter() for _ in range(n)]   # of a context: its occurrences,
    kinds = [Counter() for _ in range(n)]   # and the different bytes that followed it
    for k in range(n):
        for gram, count in grams[k].items():
            total[k][gram[:-1]] += count
            kinds[k][gram[:-1]] += 1
    for i in range(held, len(text)):
        p = 1 / 256
        for k in range(n):
            gram = text[i - k:i + 1]
            t = kinds[k][gram[:-1]]
            if t:
                p = (grams[k][gram] + t * p) / (total[k][gram[:-1]] + t)
        bits -= math.log2(p)
    print(n, f"{bits / (len(text) - held):.3f}")
