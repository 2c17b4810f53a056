"""The linear models of scikit-learn on the splits of "pentary train csv".

    python3 baseline.py FILE LABEL [--regress]      (LABEL: number of the column, from 1)

Prints the mean and the deviation of the test score over seeds 0 to 9. The split is
written down a second time here, from the documentation of data.SplitRows.
"""
import sys

import numpy as np
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.preprocessing import StandardScaler


def pcg(seed):
    """PCG-DXSM of 128 bits with the state (seed, 0), as in Go's math/rand/v2."""
    state, mask = seed << 64, (1 << 128) - 1
    while True:
        state = (state * (2549297995355413924 << 64 | 4865540595714422341) + (6364136223846793005 << 64 | 1442695040888963407)) & mask
        high, low = state >> 64, state & (1 << 64) - 1
        high ^= high >> 32
        high = high * 0xDA942042E4DD58B5 & (1 << 64) - 1
        high ^= high >> 48
        yield high * (low | 1) & (1 << 64) - 1


def split(n, labels, seed, percent):
    """The numbers of the training and of the test rows."""
    order, random = [], pcg(seed)
    for i in range(n):
        order.append(i)
        j = next(random) * (i + 1) >> 64
        order[i], order[j] = order[j], order[i]
    if labels is not None:
        order.sort(key=lambda row: labels[row])
    test = [row for at, row in enumerate(order) if (at + 1) * percent // 100 > at * percent // 100]
    return sorted(set(order) - set(test)), sorted(test)


def main():
    path, label, regress = sys.argv[1], int(sys.argv[2]) - 1, "--regress" in sys.argv
    table = np.genfromtxt(path, delimiter=",", skip_header=1)
    y, x = table[:, label], np.delete(table, label, 1)
    scores = []
    for seed in range(10):
        train, test = split(len(y), None if regress else y, seed, 20)
        scale = StandardScaler().fit(x[train])
        model = Ridge() if regress else LogisticRegression(max_iter=10000)
        model.fit(scale.transform(x[train]), y[train])
        off = model.predict(scale.transform(x[test]))
        scores.append(np.sqrt(np.mean((off - y[test]) ** 2)) if regress else 100 * np.mean(off == y[test]))
    print(f"{np.mean(scores):.2f} ± {np.std(scores):.2f}")


main()
