#!/usr/bin/env python3
"""A network from elsewhere gets a new head, is trained on MNIST and written again; onnxruntime must
give each of the 10,000 test digits the class that this library gives.

  digits.py NETWORK_FROM_ELSEWHERE CLASSIFY [DATA]

NETWORK_FROM_ELSEWHERE is the tutorial's program, CLASSIFY that of classify.cpp, and DATA a folder
with mnist/ and models/, RETROGRAD_TEST_DATA by default. Takes some minutes.
"""
import gzip
import os
import pathlib
import subprocess
import sys
import tempfile

import engines
import numpy

LEAST_ACCURACY = 0.97


def main():
    data = pathlib.Path(sys.argv[3] if len(sys.argv) > 3 else os.environ.get("RETROGRAD_TEST_DATA", ""))
    mnist, model = data / "mnist", data / "models" / "text_direction_cls.onnx"
    if not mnist.is_dir() or not model.is_file():
        engines.skip("data", "RETROGRAD_TEST_DATA has no mnist/ and models/")
    program, classify = sys.argv[1:3]
    with gzip.open(mnist / "t10k-images-idx3-ubyte.gz") as file:
        images = numpy.frombuffer(file.read(), numpy.uint8, offset=16).reshape(-1, 1, 28, 28)
    with gzip.open(mnist / "t10k-labels-idx1-ubyte.gz") as file:
        labels = numpy.frombuffer(file.read(), numpy.uint8, offset=8)
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([program, "--model", model, "--at", "reshape2_0.tmp_0", "--size", "48",
                        "--data", mnist, "--head-epochs", "0", "--lr", "2e-3", "--seed", "1",
                        "--out", folder], check=True)
        path = f"{folder}/digits.onnx"
        engines.check(path)
        ours = subprocess.run([classify, path, mnist], check=True, stdout=subprocess.PIPE).stdout
        run = engines.runtime(path)
        theirs = numpy.concatenate([run([part / numpy.float32(255)])[0].argmax(1)
                                    for part in numpy.split(images.astype(numpy.float32), 20)])
    ours = numpy.array(ours.split(), dtype=int)
    accuracy = (ours == labels).mean()
    different = (ours != theirs).sum()
    print(f"accuracy {accuracy:.4f}; onnxruntime differs for {different} of {len(labels)} digits")
    sys.exit(0 if accuracy >= LEAST_ACCURACY and different == 0 else 1)


if __name__ == "__main__":
    main()
