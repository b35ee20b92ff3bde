#!/usr/bin/env python3
"""Runs retrograd-weights as a user would.

  check_weights.py PROGRAM
"""
import json
import pathlib
import struct
import subprocess
import sys
import tempfile


def safetensors(path, tensors, metadata=None):
    """Writes lists of float32 by name."""
    header, data = {"__metadata__": metadata} if metadata else {}, b""
    for name, values in tensors.items():
        packed = struct.pack(f"<{len(values)}f", *values)
        header[name] = {"dtype": "F32", "shape": [len(values)],
                        "data_offsets": [len(data), len(data) + len(packed)]}
        data += packed
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


def names(path):
    content = path.read_bytes()
    return sorted(json.loads(content[8:8 + struct.unpack("<Q", content[:8])[0]]).keys() - {"__metadata__"})


class Tool:
    def __init__(self, program, folder):
        self.program, self.folder = program, folder

    def __call__(self, *words, status=0):
        done = subprocess.run([self.program, *map(str, words)], capture_output=True, text=True,
                              cwd=self.folder)
        assert done.returncode == status, (words, done)
        assert bool(done.stderr) == (status == 2), (words, done)
        return done.stdout + done.stderr


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        tool = Tool(pathlib.Path(sys.argv[1]).resolve(), folder)
        check_list(tool, folder)
        check_convert(tool, folder)
        check_compare(tool, folder)
        check_errors(tool)


def check_list(tool, folder):
    safetensors(folder / "a.bin", {"module.w": [1, 2, 3], "module.b\x1b[31m": [4]}, {"epoch": "3"})
    assert tool("list", "a.bin") == ("module.w  float32 [3]\nmodule.b\\x1b[31m  float32 [1]\nepoch = 3\n"
                                     "2 tensors, 4 elements\n")
    assert "usage:" in tool("--help") and "usage:" in tool("-h")
    assert tool("--version").startswith("retrograd-weights 0.")


def check_convert(tool, folder):
    safetensors(folder / "a.bin", {"module.w": [1, 2, 3], "module.b": [4]}, {"epoch": "3"})
    assert tool("convert", "a.bin", "b.safetensors") == "2 tensors\n"
    assert "epoch = 3" in tool("list", "b.safetensors")
    tool("convert", "b.safetensors", "b.npz")
    assert "module.w  float32 [3]" in tool("list", "b.npz")
    tool("compare", "a.bin", "b.npz")
    tool("rename", "b.npz", "c.safetensors", r"^module\.", "")
    assert names(folder / "c.safetensors") == ["b", "w"]
    tool("convert", "b.npz", "d.safetensors", "--rename", r"^module\.(.)$", "net.$1.x", "--rename", "x$", "y",
         "--only", "w")
    assert names(folder / "d.safetensors") == ["net.w.y"]
    tool("convert", "a.bin", "w.npy", "--only", "w$", "--dtype", "float64")
    assert tool("list", "w.npy") == "tensor  float64 [3]\n1 tensors, 3 elements\n"
    tool("convert", "a.bin", "h.safetensors", "--dtype", "bfloat16")
    assert "bfloat16 [3]" in tool("list", "h.safetensors")
    assert "NumPy has no bfloat16" in tool("convert", "h.safetensors", "h.npz", status=2)
    assert not (folder / "h.npz").exists()
    # Over the file that is read.
    tool("rename", "c.safetensors", "c.safetensors", "^", "x.")
    assert names(folder / "c.safetensors") == ["x.b", "x.w"]


def check_compare(tool, folder):
    nan = float("nan")
    safetensors(folder / "1", {"same": [1, nan], "off": [1, 2, 4], "shape": [1], "left": [0], "zero": [0]})
    safetensors(folder / "2", {"same": [1, nan], "off": [1, 2.5, 4], "shape": [1, 1], "right": [0], "zero": [-0.0]})
    assert tool("compare", "1", "1") == "5 tensors, 0 differences\n"
    text = tool("compare", "1", "2", status=1)
    assert text == ("off: 1 of 3 values differ, by 0.5 at most\nshape: float32 [1] and float32 [2]\n"
                    "left: only in the first file\nzero: the values are equal, but not their bits: signs "
                    "of zeros, or NaNs\nright: only in the second file\n5 tensors, 5 differences\n"), text
    assert "off" not in tool("compare", "1", "2", "--tolerance", "0.125", status=1)
    assert "off" in tool("compare", "1", "2", "--tolerance", "0.124", status=1)
    assert "zero" not in tool("compare", "1", "2", "--tolerance", "0", status=1)
    safetensors(folder / "3", {"x": [nan]})
    safetensors(folder / "4", {"x": [1]})
    assert "1 of 1 values differ" in tool("compare", "3", "4", "--tolerance", "1", status=1)


def check_errors(tool):
    for words, text in (((), "a command is needed"), (("weigh",), "no command is named 'weigh'"),
                        (("list",), "list needs one FILE"), (("list", "a", "b"), "list needs one FILE"),
                        (("list", "missing"), "cannot open it"),
                        (("convert", "a.bin"), "convert needs IN and OUT"),
                        (("convert", "a.bin", "x.pt"), "does not end in .safetensors, .npz or .npy"),
                        (("convert", "a.bin", "x.npy"), "holds one tensor, not 2"),
                        (("convert", "a.bin", "x.npz", "--rename", "a"), "is no option, or lacks its value"),
                        (("convert", "a.bin", "x.npz", "--rename", "(", ""), "'(' is no regular expression"),
                        (("convert", "a.bin", "x.npz", "--rename", ".*", "x"), "two tensors would have the name"),
                        (("convert", "a.bin", "x.npz", "--dtype", "int8"), "'int8' is none of"),
                        (("convert", "a.bin", "x.npz", "--force"), "'--force' is no option"),
                        (("rename", "a.bin", "x.npz", "a"), "rename needs IN, OUT, PATTERN and TEXT"),
                        (("compare", "a.bin"), "compare needs two files"),
                        (("compare", "a.bin", "a.bin", "--tolerance"), "takes --tolerance T"),
                        (("compare", "a.bin", "a.bin", "--tolerance", "-1"), "'-1' is no tolerance"),
                        (("compare", "a.bin", "a.bin", "--tolerance", "1x"), "'1x' is no tolerance")):
        found = tool(*words, status=2)
        assert text in found, (words, found)


if __name__ == "__main__":
    main()
