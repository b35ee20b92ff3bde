#!/usr/bin/env python3
"""Compares networks written as ONNX with what other programs compute from the files.

  networks.py EXPORT_NETWORKS [NETWORK ...]

EXPORT_NETWORKS is the program of export_networks.cpp. Files must pass onnx's checker. Results of
onnxruntime, onnx's reference evaluator and OpenCV, those that are installed, may differ by 1e-4 of
the largest element.
"""
import subprocess
import sys
import tempfile

import engines
import numpy

NETWORKS = ("lenet", "resnet20", "mobilenet_v2", "unet", "lstm", "vit", "convnext_tiny")
BOUND = 1e-4
FIXED = {("lstm", "opencv")}  # OpenCV computes recurrent layers for the batch of the file alone


def compare(program, name, bad):
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([program, name, folder], check=True)
        path = f"{folder}/{name}.onnx"
        engines.check(path)
        tensors = numpy.load(f"{folder}/{name}.npz")
        found = {}
        for engine, load in engines.installed().items():
            for batch in (1, 2, 7):
                fixed = f"{folder}/{name}.{batch}.onnx"
                engines.check(fixed)
                run = load(fixed if (name, engine) in FIXED else path)
                expected = tensors[f"output.{batch}"]
                assert 0.3 < expected.std() < 3, (name, expected.std())
                result = run([tensors[f"input.{batch}"]])[0]
                found[engine, batch] = engines.difference(result, expected)
        print(name, *(f"{engine} {value:.1e}" for (engine, _), value in found.items()), flush=True)
        bad += [f"{name} in {engine}, batch {batch}: {value:.1e}"
                for (engine, batch), value in found.items() if not value <= BOUND]


def main():
    if not engines.installed():  # Debian 12 has the checker alone
        print("no onnxruntime, onnx 1.13 or OpenCV: the files are only checked")
    bad = []
    for name in sys.argv[2:] or NETWORKS:
        compare(sys.argv[1], name, bad)
    sys.exit("differ by more than " + f"{BOUND}:\n" + "\n".join(bad) if bad else 0)


if __name__ == "__main__":
    main()
