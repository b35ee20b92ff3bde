"""ONNX files for the corpus, written field by field."""
import struct


def varint(value):
    value &= (1 << 64) - 1
    out = b""
    while value > 127:
        out += bytes([value & 127 | 128])
        value >>= 7
    return out + bytes([value])


def number(tag, value):
    return varint(tag << 3) + varint(value)


def text(tag, value):
    value = value.encode() if isinstance(value, str) else value
    return varint(tag << 3 | 2) + varint(len(value)) + value


def tensor(name, dims, kind, raw):
    return b"".join(number(1, d) for d in dims) + number(2, kind) + text(8, name) + text(9, raw)


def floats(name, dims, *values):
    return tensor(name, dims, 1, struct.pack(f"<{len(values)}f", *values))


def integers(name, *values):
    return tensor(name, [len(values)], 7, struct.pack(f"<{len(values)}q", *values))


def attribute(name, value):
    if isinstance(value, int):
        return text(1, name) + number(3, value) + number(20, 2)
    if isinstance(value, float):
        return text(1, name) + b"\x15" + struct.pack("<f", value) + number(20, 1)
    if isinstance(value, list):
        return text(1, name) + b"".join(number(8, v) for v in value) + number(20, 7)
    if isinstance(value, tuple):  # ("graph", bytes) or ("tensor", bytes)
        tag, kind = {"graph": (6, 5), "tensor": (5, 4)}[value[0]]
        return text(1, name) + text(tag, value[1]) + number(20, kind)
    return text(1, name) + text(4, value) + number(20, 3)


def node(op, inputs, outputs, domain="", **attributes):
    return (b"".join(text(1, i) for i in inputs) + b"".join(text(2, o) for o in outputs) + text(4, op)
            + b"".join(text(5, attribute(k, v)) for k, v in attributes.items()) + text(7, domain))


def value(name, *dims):
    shape = b"".join(text(1, number(1, d)) for d in dims)
    return text(1, name) + text(2, text(1, number(1, 1) + text(2, shape)))


def graph(nodes, constants=(), inputs=(), outputs=("y",)):
    return (b"".join(text(1, n) for n in nodes) + text(2, "g")
            + b"".join(text(5, c) for c in constants)
            + b"".join(text(11, i) for i in inputs) + b"".join(text(12, value(o)) for o in outputs))


def model(nodes, constants=(), opset=17, functions=()):
    imported = text(8, text(1, "") + number(2, opset))
    whole = graph(nodes, constants, [value("x", 1, 2, 4, 4)])
    return (number(1, 8) + text(2, "seed") + imported + text(7, whole)
            + b"".join(text(25, f) for f in functions))


def onnx_files():
    weight = floats("w", [1, 2, 1, 1], 0.5, -1.0)
    halves = text(8, "h") + number(1, 2) + number(2, 10) + number(5, 0x3C00) + number(5, 0xBC00)
    external = (text(8, "w") + number(1, 1) + number(2, 1)
                + text(13, text(1, "location") + text(2, "w.bin")) + number(14, 1))
    function = (text(1, "f") + text(4, "a") + text(5, "b")
                + text(7, node("LeakyRelu", ["a"], ["b"], alpha=0.1))
                + text(9, text(1, "") + number(2, 17)) + text(10, "local"))
    branch = graph([node("Relu", ["x"], ["r"])], outputs=("r",))
    body = graph([node("Add", ["v", "v"], ["s"])], inputs=[value("n"), value("c"), value("v")],
                 outputs=("c", "s"))
    files = {
        "relu": model([node("Relu", ["x"], ["y"])]),
        "conv": model([node("Conv", ["x", "w"], ["y"], kernel_shape=[1, 1])], [weight]),
        "constant": model([node("Constant", [], ["c"], value=("tensor", weight)),
                           node("Mul", ["x", "c"], ["y"])]),
        "halves": model([node("Gather", ["x", "i"], ["g"], axis=3), node("Mul", ["g", "h"], ["y"])],
                        [integers("i", 0, -1), halves]),
        "shape_chain": model([node("Shape", ["x"], ["s"]), node("Gather", ["s", "i"], ["n"]),
                              node("Concat", ["n", "m"], ["t"], axis=0),
                              node("Reshape", ["x", "t"], ["y"])],
                             [integers("i", 0), integers("m", -1)]),
        "function": model([node("f", ["x"], ["y"], domain="local")], functions=[function]),
        "if": model([node("If", ["i"], ["y"], then_branch=("graph", branch),
                          else_branch=("graph", branch))], [integers("i", 1)]),
        "loop": model([node("Loop", ["i", "", "x"], ["y"], body=("graph", body))],
                      [integers("i", 3)]),
        "external": model([node("Mul", ["x", "w"], ["y"])], [external]),
        "old": model([node("Softmax", ["x"], ["y"], axis=1)], opset=7),
        "unknown": model([node("Nothing", ["x"], ["y"])]),
        "no_graph": number(1, 8),
        "wrong_size": model([node("Mul", ["x", "w"], ["y"])],
                            [tensor("w", [3], 1, b"\0" * 8)]),
        "huge": model([node("Mul", ["x", "w"], ["y"])], [tensor("w", [1 << 40], 1, b"")]),
        "overflow": model([node("Mul", ["x", "w"], ["y"])],
                          [tensor("w", [1 << 62, 1 << 62], 1, b"")]),
        "negative": model([node("Mul", ["x", "w"], ["y"])], [tensor("w", [-1], 1, b"\0" * 4)]),
        "sparse": text(7, text(15, b"")),
        "long_varint": b"\x08" + b"\xff" * 11,
    }
    files["cut"] = files["conv"][:-20]
    deep = b""
    for _ in range(60):
        deep = text(1, text(5, text(6, deep)))
    files["deep"] = text(7, deep)
    return files
