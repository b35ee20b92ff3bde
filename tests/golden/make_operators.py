#!/usr/bin/env python3
"""Writes operators.safetensors: what PyTorch computes for the rows of the operator table.

  make_operators.py EXPORT_ROWS [OPERATOR ...]

EXPORT_ROWS is the program that writes the table. With operators named, nothing is written: the rows
of these are computed and their errors shown.

A row's entry is one flat float64 tensor: the output; the gradient of sum(output * u) for each
floating input; then the gradients of the sum over inputs of sum(gradient * v). u and v are short
fractions by index, see weights(). The last part is missing where PyTorch has no second derivative.
"""
import json
import pathlib
import subprocess
import sys
import tempfile

import torch
import torch.nn.functional as F  # noqa: F401, for the rows

import safetensors_file


class At:
    """at[0, :, b]: what is in the brackets, for __setitem__ in rows."""

    def __getitem__(self, key):
        return key


at = At()


def weights(shape, step):
    """Numbers (k mod 13 - 6) / 8 + 1 / 16, with k = step * index."""
    count = torch.Size(shape).numel()
    return (((torch.arange(count) * step) % 13 - 6).double() / 8 + 1 / 16).reshape(shape)


def gradients(total, leaves, create_graph):
    if not total.requires_grad or not leaves:
        return [torch.zeros_like(leaf) for leaf in leaves]
    found = torch.autograd.grad(total, leaves, create_graph=create_graph, allow_unused=True)
    return [torch.zeros_like(x) if g is None else g for x, g in zip(leaves, found)]


def compute(row, inputs):
    names = {letter: inputs[f"{row['name']}/{letter}"].clone() for letter in
             "abcdefghijklmnop"[:len(row["inputs"])]}
    leaves = [names[letter].requires_grad_() for letter in row["inputs"] if letter != "-"]
    # A name of its own for each input, which expressions may write to in place.
    output = eval(row["torch"], globals() | {k: v * 1 if v.requires_grad else v
                                             for k, v in names.items()})
    assert output.dtype == torch.float64, output.dtype
    first = gradients((output * weights(output.shape, 7)).sum(), leaves, True)
    parts = [output, *first]
    try:
        total = sum((g * weights(g.shape, 5)).sum() for g in first)
        parts += gradients(total, leaves, False) if leaves else []
    except RuntimeError as error:  # PyTorch has no second derivative of some
        if "not implemented" not in str(error) and "not differentiable" not in str(error):
            raise
    return torch.cat([part.detach().flatten() for part in parts])


def main(export_rows, wanted):
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "rows"
        subprocess.run([export_rows, file], check=True)
        rows = json.loads(file.with_suffix(".json").read_text())["rows"]
        inputs = safetensors_file.read(file.with_suffix(".safetensors"))
    results, failed = {}, 0
    for row in rows:
        if wanted and row["name"].split(":")[0] not in wanted:
            continue
        try:
            results[row["name"]] = compute(row, inputs)
        except Exception as error:  # noqa: BLE001, all rows are to be tried
            failed += 1
            print(f"{row['name']}\n  {row['torch']}\n  {type(error).__name__}: {error}")
    print(f"{len(results)} rows computed, {failed} failed")
    if failed:
        return 1
    if not wanted:
        path = pathlib.Path(__file__).parent / "operators.safetensors"
        safetensors_file.write(path, results)
        print(f"{path}: {path.stat().st_size} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
