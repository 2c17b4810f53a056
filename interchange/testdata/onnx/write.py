"""Writes ONNX models of floats, and inputs with the outputs that numpy computes for them.

    python3 write.py

A model NAME.onnx has NAME.npz beside it: x, samples × what the model takes, and y, samples ×
outputs of the last step, before a softmax. Neither uses code of the package that reads them.
"""
import struct

import numpy as np

rng = np.random.default_rng(7)


def varint(v):
    v &= (1 << 64) - 1
    out = bytearray()
    while v >= 128:
        out.append(v & 127 | 128)
        v >>= 7
    out.append(v)
    return bytes(out)


def number(field, v):
    return varint(field << 3) + varint(v)


def data(field, b):
    if isinstance(b, str):
        b = b.encode()
    return varint(field << 3 | 2) + varint(len(b)) + b


def tensor(name, a):
    kind = {np.dtype("float32"): 1, np.dtype("int64"): 7}[a.dtype]
    return b"".join(number(1, d) for d in a.shape) + number(2, kind) + data(8, name) + data(9, a.tobytes())


def attribute(name, v):
    b = data(1, name)
    if isinstance(v, int):
        return b + number(3, v) + number(20, 2)
    if isinstance(v, float):
        return b + varint(2 << 3 | 5) + struct.pack("<f", v) + number(20, 1)
    if isinstance(v, str):
        return b + data(4, v) + number(20, 3)
    if isinstance(v[0], str):
        return b + b"".join(data(9, x) for x in v) + number(20, 8)
    if isinstance(v[0], float):
        return b + data(7, struct.pack(f"<{len(v)}f", *v)) + number(20, 6)
    return b + b"".join(number(8, x) for x in v) + number(20, 7)


class Model:
    def __init__(self, *shape):
        self.nodes, self.tensors, self.count = b"", b"", 0
        dims = b"".join(data(1, number(1, d) if isinstance(d, int) else data(2, d)) for d in shape)
        self.input = data(1, "x") + data(2, data(1, number(1, 1) + data(2, dims)))

    def constant(self, a):
        self.count += 1
        self.tensors += data(5, tensor(f"c{self.count}", np.ascontiguousarray(a)))
        return f"c{self.count}"

    def node(self, op, *inputs, outputs=1, **attributes):
        self.count += 1
        names = [f"{op}{self.count}"] + [f"{op}{self.count}.{i}" for i in range(1, outputs)]
        b = b"".join(data(1, i if isinstance(i, str) else self.constant(i)) for i in inputs)
        b += b"".join(data(2, n) for n in names) + data(3, f"node {self.count}") + data(4, op)
        b += b"".join(data(5, attribute(k, v)) for k, v in attributes.items())
        self.nodes += data(1, b)
        return names[0] if outputs == 1 else names

    def write(self, name, output, x, y):
        graph = self.nodes + data(2, name) + self.tensors + data(11, self.input) + data(12, data(1, output))
        with open(f"{name}.onnx", "wb") as f:
            f.write(number(1, 8) + data(7, graph) + data(8, data(1, "") + number(2, 13)))
        np.savez(f"{name}.npz", x=x.astype("float32"), y=y.astype("float32"))


def normal(*shape, scale=None):
    scale = scale or 1 / np.sqrt(np.prod(shape[1:]))
    return rng.normal(size=shape, scale=scale).astype("float32")


def conv(x, w, b, stride, pads, group=1, dilation=1):
    n, _, height, width = x.shape
    x = np.pad(x, [(0, 0), (0, 0), (pads[0], pads[2]), (pads[1], pads[3])])
    out, channels, kh, kw = w.shape
    rows = (x.shape[2] - (kh - 1) * dilation - 1) // stride + 1
    columns = (x.shape[3] - (kw - 1) * dilation - 1) // stride + 1
    y = np.zeros((n, out, rows, columns))
    for o in range(out):
        first = o // (out // group) * channels
        for r in range(rows):
            for c in range(columns):
                patch = x[:, first:first + channels, r * stride:, c * stride:][:, :, :(kh - 1) * dilation + 1:dilation, :(kw - 1) * dilation + 1:dilation]
                y[:, o, r, c] = (patch * w[o]).sum(axis=(1, 2, 3)) + (0 if b is None else b[o])
    return y


def sigmoid(v):
    return 1 / (1 + np.exp(-v))


def lstm(x, w, r, b):
    h, c = np.zeros((x.shape[1], r.shape[2])), np.zeros((x.shape[1], r.shape[2]))
    out = []
    for step in x:
        i, o, f, g = np.split(step @ w[0].T + h @ r[0].T + b[0][:w.shape[1]] + b[0][w.shape[1]:], 4, axis=1)
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        h = sigmoid(o) * np.tanh(c)
        out.append(h)
    return np.stack(out)


def gru(x, w, r, b, hard=False, after=False):
    gate = (lambda v: np.clip(v / 4 + 0.5, 0, 1)) if hard else sigmoid
    n = r.shape[2]
    h = np.zeros((x.shape[1], n))
    wb, rb = b[0][:3 * n], b[0][3 * n:]
    out = []
    for step in x:
        a = step @ w[0].T + wb
        z = gate(a[:, :n] + h @ r[0][:n].T + rb[:n])
        reset = gate(a[:, n:2 * n] + h @ r[0][n:2 * n].T + rb[n:2 * n])
        if after:
            g = np.tanh(a[:, 2 * n:] + reset * (h @ r[0][2 * n:].T + rb[2 * n:]))
        else:
            g = np.tanh(a[:, 2 * n:] + (reset * h) @ r[0][2 * n:].T + rb[2 * n:])
        h = (1 - z) * g + z * h
        out.append(h)
    return np.stack(out)


def pictures():
    # As PyTorch writes them: channels first, padding, groups, a normalization, Gemm.
    x = normal(60, 2, 9, 8, scale=1)
    w1, b1 = normal(6, 2, 3, 3), normal(6, scale=0.3)
    w2, b2 = normal(6, 3, 2, 2, scale=0.4), normal(6, scale=0.3)
    scale, shift, mean = 1 + normal(6, scale=0.2), normal(6, scale=0.2), normal(6, scale=0.2)
    variance = (0.5 + rng.random(6)).astype("float32")
    h = np.maximum(conv(x, w1, b1, 2, (1, 1, 1, 1)), 0)
    g = conv(h, w2, b2, 1, (0, 0, 0, 0), group=2)
    column = lambda v: v[None, :, None, None]
    g = np.maximum((g - column(mean)) / np.sqrt(column(variance) + 1e-3) * column(scale) + column(shift), 0)
    flat = g.reshape(len(x), -1)
    w3, b3 = normal(4, flat.shape[1]), normal(4, scale=0.3)
    m = Model("N", 2, 9, 8)
    v = m.node("Relu", m.node("Conv", "x", w1, b1, kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1]))
    v = m.node("Conv", v, w2, b2, kernel_shape=[2, 2], group=2)
    v = m.node("Relu", m.node("BatchNormalization", v, scale, shift, mean, variance, epsilon=1e-3))
    v = m.node("Gemm", m.node("Flatten", v), w3, b3, transB=1)
    m.write("conv", m.node("Softmax", v), x, flat @ w3.T + b3)

    # As Keras does: channels last, a kernel that is not square, dilated, MatMul and Add.
    x = normal(60, 7, 8, 3, scale=1)
    w1, w2 = normal(5, 3, 1, 2), normal(8, 5, 2, 2)
    y = conv(conv(x.transpose(0, 3, 1, 2), w1, None, 1, (0, 0, 0, 0)), w2, None, 1, (0, 0, 0, 0), dilation=2)
    flat = y.transpose(0, 2, 3, 1).reshape(len(x), -1)
    w3, b3 = normal(flat.shape[1], 3), normal(3, scale=0.3)
    m = Model("N", 7, 8, 3)
    v = m.node("Conv", m.node("Transpose", "x", perm=[0, 3, 1, 2]), w1, kernel_shape=[1, 2])
    v = m.node("Transpose", m.node("Conv", v, w2, kernel_shape=[2, 2], dilations=[2, 2]), perm=[0, 2, 3, 1])
    v = m.node("Reshape", v, np.array([-1, flat.shape[1]]))
    m.write("convlast", m.node("Add", m.node("MatMul", v, w3), b3), x, flat @ w3 + b3)


def sequences():
    # PyTorch's LSTM of two layers with batch_first, of which the last step is classified.
    x = normal(60, 7, 5, scale=1)
    layers, h = [], x.transpose(1, 0, 2)
    for inputs, n in ((5, 6), (6, 8)):
        layers.append((normal(1, 4 * n, inputs, scale=0.5), normal(1, 4 * n, n, scale=0.3), normal(1, 8 * n, scale=0.2)))
        h = lstm(h, *layers[-1])
    w, b = normal(3, 8), normal(3, scale=0.3)
    m = Model("N", "T", 5)
    v = m.node("Transpose", "x", perm=[1, 0, 2])
    shape = m.node("Concat", np.array([1]), m.node("Unsqueeze", m.node("Gather", m.node("Shape", "x"), np.array(0)), np.array([0])), np.array([6]), axis=0)
    state = m.node("Expand", np.zeros((1, 1, 6), "float32"), shape)
    for i, (wx, wh, bias) in enumerate(layers):
        state = state if i == 0 else np.zeros((1, 60, 8), "float32")
        v = m.node("LSTM", v, wx, wh, bias, "", state, state, outputs=3, hidden_size=wh.shape[2])[0]
        v = m.node("Squeeze", v, np.array([1]))
    v = m.node("Gather", m.node("Transpose", v, perm=[1, 0, 2]), np.array(-1), axis=1)
    m.write("lstm", m.node("Gemm", v, w, b, transB=1), x, h[-1] @ w.T + b)

    # Keras' GRU with reset_after=False: steps first, Y_h.
    for name, hard in (("gru", False), ("gruhard", True)):
        x = normal(60, 6, 4, scale=1)
        wx, wh, bias = normal(1, 21, 4, scale=0.5), normal(1, 21, 7, scale=0.4), normal(1, 42, scale=0.2)
        h = gru(x.transpose(1, 0, 2), wx, wh, bias, hard)
        w, b = normal(7, 3), normal(3, scale=0.3)
        m = Model("T", "N", 4)
        attributes = {"activations": ["HardSigmoid", "Tanh"], "activation_alpha": [0.25, 0.0]} if hard else {}
        v = m.node("GRU", "x", wx, wh, bias, outputs=2, hidden_size=7, **attributes)[1]
        v = m.node("Squeeze", v, axes=[0])
        m.write(name, m.node("Add", m.node("MatMul", v, w), b), x, h[-1] @ w + b)


def reset_after():
    # PyTorch's GRU of two layers, steps first, of which the last state is classified.
    x = h = normal(7, 60, 5, scale=1)
    m, v = Model(7, 60, 5), "x"
    for inputs, n in ((5, 6), (6, 8)):
        wx, wh, bias = normal(1, 3 * n, inputs, scale=0.5), normal(1, 3 * n, n, scale=0.4), normal(1, 6 * n, scale=0.2)
        h = gru(h, wx, wh, bias, after=True)
        v, last = m.node("GRU", v, wx, wh, bias, "", np.zeros((1, 60, n), "float32"), outputs=2, hidden_size=n, linear_before_reset=1)
        v = m.node("Squeeze", v, np.array([1])) if n < 8 else m.node("Squeeze", last, np.array([0]))
    w, b = normal(3, 8), normal(3, scale=0.3)
    m.write("gruafter", m.node("Gemm", v, w, b, transB=1), x.transpose(1, 0, 2), h[-1] @ w.T + b)


def pool(x, height, width, stride):
    rows, columns = (x.shape[2] - height) // stride + 1, (x.shape[3] - width) // stride + 1
    at = lambda r, c: x[:, :, r * stride:r * stride + height, c * stride:c * stride + width].max(axis=(2, 3))
    return np.stack([np.stack([at(r, c) for c in range(columns)], axis=-1) for r in range(rows)], axis=2)


def maxima():
    # PyTorch's example of MNIST: maxima before ReLU.
    x = normal(60, 2, 11, 10, scale=1)
    w1, b1 = normal(6, 2, 3, 3), normal(6, scale=0.3)
    w2, b2 = normal(5, 6, 2, 2), normal(5, scale=0.3)
    h = np.maximum(pool(conv(x, w1, b1, 1, (0, 0, 0, 0)), 2, 2, 2), 0)
    flat = np.maximum(pool(conv(h, w2, b2, 1, (0, 0, 0, 0)), 2, 1, 1), 0).reshape(len(x), -1)
    w3, b3 = normal(4, flat.shape[1]), normal(4, scale=0.3)
    m = Model("N", 2, 11, 10)
    v = m.node("MaxPool", m.node("Conv", "x", w1, b1, kernel_shape=[3, 3]), kernel_shape=[2, 2], strides=[2, 2])
    v = m.node("MaxPool", m.node("Conv", m.node("Relu", v), w2, b2, kernel_shape=[2, 2]), kernel_shape=[2, 1])
    v = m.node("Gemm", m.node("Flatten", m.node("Relu", v)), w3, b3, transB=1)
    m.write("maxpool", v, x, flat @ w3.T + b3)


def paddings():
    # A stem as residual networks have it, and a convolution of the same size.
    x = normal(60, 3, 10, 9, scale=1)
    w1, b1 = normal(6, 3, 3, 3), normal(6, scale=0.3)
    w2, b2 = normal(7, 6, 3, 3), normal(7, scale=0.3)
    h = np.maximum(conv(x, w1, b1, 2, (1, 1, 1, 1)), 0)
    lowest = np.pad(h, [(0, 0), (0, 0), (1, 1), (1, 1)], constant_values=-np.inf)
    h = np.maximum(conv(pool(lowest, 3, 3, 2), w2, b2, 1, (2, 1, 0, 1)), 0)
    flat = h.reshape(len(x), -1)
    w3, b3 = normal(4, flat.shape[1]), normal(4, scale=0.3)
    m = Model("N", 3, 10, 9)
    v = m.node("Relu", m.node("Conv", "x", w1, b1, kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1]))
    v = m.node("MaxPool", v, kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1])
    v = m.node("Relu", m.node("Conv", v, w2, b2, kernel_shape=[3, 3], pads=[2, 1, 0, 1]))
    v = m.node("Gemm", m.node("Flatten", v), w3, b3, transB=1)
    m.write("padding", v, x, flat @ w3.T + b3)


def means():
    # As Keras and PyTorch end a network: the mean of each channel goes to a matrix.
    x = normal(60, 2, 8, 7, scale=1)
    w1, b1 = normal(6, 2, 3, 3), normal(6, scale=0.3)
    w2, b2 = normal(6, 4), normal(4, scale=0.3)
    h = np.maximum(conv(x, w1, b1, 1, (1, 1, 1, 1)), 0).mean(axis=(2, 3))
    m = Model("N", 2, 8, 7)
    v = m.node("Relu", m.node("Conv", "x", w1, b1, kernel_shape=[3, 3], pads=[1, 1, 1, 1]))
    v = m.node("Squeeze", m.node("GlobalAveragePool", v), np.array([2, 3]))
    m.write("mean", m.node("Add", m.node("MatMul", v, w2), b2), x, h @ w2 + b2)


pictures()
sequences()
reset_after()
maxima()
paddings()
means()
