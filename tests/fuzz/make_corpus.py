"""Writes corpus/: files of the library itself, and the malformed ones of the unit tests.

usage: make_corpus.py WRITE_FUZZ_SEEDS

The argument is the program of write_seeds.cpp. Files whose name begins with "found_" stay: they are
inputs that once were a fault.
"""
import pathlib
import random
import struct
import subprocess
import sys

from exchange_files import npy_files, npz_files, pt_files, sharded_files
from onnx_files import onnx_files
from reader_files import (cifar_files, gzip_files, idx_files, mnist_files, png_files, safetensors,
                          safetensors_files)

CORPUS = pathlib.Path(__file__).parent / "corpus"
TARGETS = ("safetensors", "state_dict", "idx", "idx_gz", "mnist", "cifar10", "png", "jpeg", "einsum", "programs", "pt",
           "npy", "npz", "sharded", "onnx")


def state_files():
    """Beside the library's own: what no target of state_targets.h can take."""
    number = '{"dtype":"F64","shape":[],"data_offsets":[0,8]}'
    files = {"not_a_file": b"x" + bytes([0]), "no_tensor": safetensors("{}") + bytes([3])}
    for value in (float("nan"), 1e300, -1.0, 0.5, 2.0**63):
        header = '{"last_epoch":' + number + "}"
        files[f"epoch_{value}"] = safetensors(header, struct.pack("<d", value)) + bytes([18])
    return files


def einsum_files():
    def file(equation, *shapes):
        operands = b"".join(bytes([len(shape), *shape]) for shape in shapes)
        return bytes([len(shapes)]) + operands + equation.encode("latin-1")

    return {
        "product": file("ij,jk->ik", [2, 3], [3, 2]),
        "implied_result": file("ij,jk", [2, 3], [3, 2]),
        "batch": file("bij,bjk->bik", [2, 2, 3], [2, 3, 1]),
        "trace": file("ii->", [3, 3]),
        "diagonal": file("iij->ij", [3, 3, 2]),
        "ellipsis": file("...ij,...jk->...ik", [2, 1, 2, 3], [3, 3, 2]),
        "ellipsis_summed": file("i...->i", [2, 3, 2]),
        "transposed": file("ij -> ji", [2, 3]),
        "three_operands": file("i,ij,j->", [2], [2, 3], [3]),
        "outer": file("a,b,c,d->dcba", [2], [3], [2], [1]),
        "broadcast": file("ij,ij->i", [2, 1], [2, 3]),
        "no_element": file("ij,jk->ik", [2, 0], [0, 3]),
        "eight_dimensions": file("abcdefgh->hgfedcba", [1, 2, 1, 2, 1, 2, 1, 2]),
        "repeated_four_times": file("iiii->i", [2, 2, 2, 2]),
        "scalars": file(",->", [], []),
        "no_operand": file(""),
        "unknown_character": file("i1->i", [2, 2]),
        "two_dots": file("..i->i", [2, 2]),
        "ellipsis_twice": file("......->", [2, 2]),
        "result_names_twice": file("ij->ii", [2, 2]),
        "result_names_another": file("ij->k", [2, 2]),
        "two_arrows": file("i->j->k", [2]),
        "lengths_differ": file("ij,jk->ik", [2, 3], [2, 3]),
        "rank_differs": file("ij->i", [2]),
        "too_many_dimensions": file("abcde,fghij->abcdefghij", [1] * 5, [1] * 5),
    }


def program_files():
    """Programs on images, matrices and vectors; programs.cpp says how they are written."""
    leaves = {
        "sequences": bytes([2, 3, 2, 2, 4, 3, 2, 2, 3, 1, 2]),
        "images": bytes([2, 4, 2, 2, 4, 4, 4, 2, 2, 3, 3, 1, 2]),
        "images_without_elements": bytes([2, 4, 0, 2, 4, 4, 4, 2, 2, 1, 1, 1, 2]),
        "volumes": bytes([2, 5, 1, 2, 3, 2, 2, 5, 2, 2, 2, 2, 2, 1, 2]),
        "matrices": bytes([3, 2, 3, 4, 2, 4, 3, 1, 3, 0]),
    }
    table = (pathlib.Path(__file__).parent / "program_operators.cpp").read_text()
    operators = range(table.count("[](In in)"))
    files = {}
    for name, beginning in leaves.items():
        for first in range(0, len(operators), 10):
            chosen = operators[first:first + 10]
            # of the first three leaves: stride 1, padding 1
            calls = b"".join(bytes([operator, 0, 1, 2]) for operator in chosen)
            files[f"{name}_operators_{chosen[0]}_to_{chosen[-1]}"] = b"\0" + beginning + calls
            if any(kernel in name for kernel in ("sequences", "images", "volumes")) and first in (20, 30):
                files[f"{name}_with_onednn_{chosen[0]}_to_{chosen[-1]}"] = b"\1" + beginning + calls
        numbers = random.Random(name)
        for i in range(2):
            files[f"{name}_random_{i}"] = bytes([i]) + beginning + bytes(numbers.randrange(256) for _ in range(4 * 30))
    return files


def main():
    made = {
        "safetensors": safetensors_files(), "state_dict": state_files(), "idx": idx_files(), "idx_gz": gzip_files(),
        "mnist": mnist_files(), "cifar10": cifar_files(), "png": png_files(), "jpeg": {}, "einsum": einsum_files(),
        "programs": program_files(), "pt": pt_files(), "npy": npy_files(), "npz": npz_files(),
        "sharded": sharded_files(), "onnx": onnx_files(),
    }
    for target in TARGETS:
        folder = CORPUS / target
        folder.mkdir(parents=True, exist_ok=True)
        for path in folder.iterdir():
            if not path.name.startswith("found_"):
                path.unlink()
        for name, content in made[target].items():
            (folder / name).write_bytes(content)
    subprocess.run([sys.argv[1], CORPUS], check=True)
    for target in TARGETS:
        sizes = [path.stat().st_size for path in (CORPUS / target).iterdir()]
        print(f"{target}: {len(sizes)} files, {sum(sizes)} bytes")
        assert len(sizes) <= 60 and sum(sizes) <= 100_000, target


if __name__ == "__main__":
    sys.exit(main() if len(sys.argv) == 2 else __doc__)
