#!/usr/bin/env python3
"""Compares all rows of the operator table, written as ONNX, with what other programs compute.

  operators.py EXPORT_OPERATORS [OPERATOR]

EXPORT_OPERATORS is the program of export_operators.cpp. Each file must pass onnx's checker. Results
of onnxruntime and onnx's reference evaluator, those that are installed, may differ by 1e-4 of the
largest element.
"""
import collections
import json
import subprocess
import sys
import tempfile

import engines
import numpy

BOUND = 1e-4
# What onnx's own evaluator cannot compute, or computes otherwise than its specification says.
LIMITS = {"adaptive_max_pool1d", "adaptive_max_pool3d", "conv_transpose1d", "conv_transpose2d",
          "conv_transpose3d", "fold", "gather", "grid_sample", "local_response_norm", "logsumexp", "max_pool1d",
          "max_pool2d", "max_pool3d", "pad", "rnn_relu", "softsign"}
# The operators that ONNX cannot express, or not with all options: how many rows are refused.
REFUSED = {"adaptive_max_pool1d_with_indices": 6, "adaptive_max_pool2d_with_indices": 7,
           "adaptive_max_pool3d_with_indices": 6, "add_": 9, "conv_transpose1d": 1,
           "conv_transpose2d": 1, "conv_transpose3d": 1, "copy_": 18, "ctc_loss": 64,
           "div_": 9, "fill_": 7, "index": 12, "index_put": 10, "index_put_": 10,
           "masked_scatter": 8, "mul_": 9, "sub_": 9, "zero_": 6}
DROPOUT = {"alpha_dropout", "dropout", "dropout1d", "dropout2d", "dropout3d", "stochastic_depth"}


def compare(folder, number, op, engine):
    """What is wrong with a row, or an empty text."""
    path = f"{folder}/{number}.onnx"
    tensors = numpy.load(f"{folder}/{number}.npz")
    names = [name for name in tensors.files if name != "result"]
    expected = tensors["a" if op in DROPOUT else "result"]  # as in evaluation
    try:
        found = numpy.asarray(engine(path)([tensors[name] for name in names])[0])
    except Exception as error:  # whatever a program says of a file
        return f"{type(error).__name__}: {error}"
    if found.shape != expected.shape:
        return f"shape {found.shape}, not {expected.shape}"
    off = engines.difference(found, expected)
    return "" if off <= BOUND else f"off by {off:.1e}"


def main():
    found = {name: engine for name, engine in engines.installed().items() if name != "opencv"}
    if not found:  # Debian 12 has the checker alone
        print("no onnxruntime or onnx 1.13: the files are only checked")
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.argv[1], folder, *sys.argv[2:]], check=True)
        rows = json.load(open(f"{folder}/rows.json"))
        bad, counts, refused = [], collections.Counter(), collections.Counter()
        for number, row in enumerate(rows):
            if row["name"].startswith("batch_norm: training, running"):
                counts["in training alone"] += 1
                continue
            if row["refused"]:
                refused[row["op"]] += 1
                if len(sys.argv) > 2:
                    print(row["name"], row["refused"])
                continue
            counts["written"] += 1
            try:
                engines.check(f"{folder}/{number}.onnx")
            except Exception as error:
                bad.append(f"{row['name']}: {error}")
                continue
            for name, engine in found.items():
                wrong = compare(folder, number, row["op"], engine)
                counts[name] += not wrong
                if wrong and not (name == "reference" and row["op"] in LIMITS):
                    bad.append(f"{row['name']} in {name}: {wrong[:300]}")
        print(len(rows), "rows,", dict(counts))
        print("refused:", ", ".join(f"{op} {count}" for op, count in sorted(refused.items())))
        bad += [f"{op}: {count} rows refused" for op, count in refused.items()
                if count > REFUSED.get(op, 0)]
        sys.exit("\n".join(bad) if bad else 0)


if __name__ == "__main__":
    main()
