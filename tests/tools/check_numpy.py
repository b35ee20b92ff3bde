#!/usr/bin/env python3
"""NumPy and retrograd-weights read each other's arrays: every dtype, byte order, rank and order.

  check_numpy.py PROGRAM
"""
import pathlib
import subprocess
import sys
import tempfile

sys.path.append(str(pathlib.Path(__file__).parents[1]))
from skip import skip

try:
    import numpy
except ImportError:
    skip("package", "this needs NumPy for Python (python3-numpy)")

DTYPES = {"f8": "f8", "f4": "f4", "f2": "f4", "i8": "i8", "i4": "i8", "i2": "i8", "i1": "i8", "u4": "i8",
          "u2": "i8", "u1": "u1", "b1": "b1"}
SHAPES = [(), (3,), (2, 3), (2, 3, 2), (1, 2, 3, 2), (2, 1, 2, 1, 3), (2, 1, 1, 3, 1, 2), (0,), (2, 0, 3)]


def arrays():
    numbers = numpy.random.default_rng(1)
    for code in DTYPES:
        for byte_order in "<>" if code[1] != "1" else "|":
            for shape in SHAPES:
                dtype = numpy.dtype(byte_order + code)
                values = numbers.integers(0, 256, (*shape, dtype.itemsize), dtype=numpy.uint8)
                if code == "b1":
                    values &= 1
                array = values.view(dtype).reshape(shape)  # any bits, NaNs among them
                yield f"{'big' if byte_order == '>' else 'native'}.{code}.{'x'.join(map(str, shape))}", array
                if len(shape) > 1:
                    yield f"{'big' if byte_order == '>' else 'native'}.{code}.columns.{len(shape)}.{array.size}", \
                        numpy.asfortranarray(array)


def same(ours, theirs, code):
    want = theirs.astype(DTYPES[code])
    return ours.dtype == want.dtype and ours.shape == want.shape and \
        numpy.array_equal(ours, want, equal_nan=code[0] == "f")


def main():
    expected = dict(arrays())
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)

        def convert(first, second):
            subprocess.run([sys.argv[1], "convert", folder / first, folder / second], check=True,
                           stdout=subprocess.DEVNULL)

        for save in (numpy.savez, numpy.savez_compressed):
            save(folder / "theirs.npz", **expected)
            convert("theirs.npz", "ours.npz")
            convert("ours.npz", "through.safetensors")
            convert("through.safetensors", "again.npz")
            for file in ("ours.npz", "again.npz"):
                ours = numpy.load(folder / file)
                assert set(ours) == set(expected)
                for key, theirs in expected.items():
                    assert same(ours[key], theirs, key.split(".")[1]), (file, key)
        for key, theirs in list(expected.items())[::12]:
            for version in ((1, 0), (2, 0), (3, 0)):
                with open(folder / "theirs.npy", "wb") as file:
                    numpy.lib.format.write_array(file, theirs, version)
                convert("theirs.npy", "ours.npy")
                assert same(numpy.load(folder / "ours.npy"), theirs, key.split(".")[1]), key
    print(f"NumPy {numpy.__version__}: {len(expected)} arrays")


if __name__ == "__main__":
    main()
