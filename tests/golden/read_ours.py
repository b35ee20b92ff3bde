#!/usr/bin/env python3
"""PyTorch loads LeNets that the library saved and must compute the same logits.

  read_ours.py UNIT_TEST_PROGRAM

Skipped where PyTorch is not installed.
"""
import os
import pathlib
import subprocess
import sys
import tempfile

sys.path.append(str(pathlib.Path(__file__).parents[1]))
from skip import skip

try:
    import torch
except ImportError:
    skip("package", "this needs PyTorch for Python (python3-torch)")

import safetensors_file
from lenet import LeNet

TEST = "exchange: a saved LeNet computes the same after loading"
BOUNDS = {torch.float32: 1e-5, torch.float64: 1e-12}

with tempfile.TemporaryDirectory() as folder:
    subprocess.run([sys.argv[1], f"--test-case={TEST}"], check=True, stdout=subprocess.DEVNULL,
                   env=os.environ | {"RETROGRAD_EXCHANGE_FOLDER": folder})
    for dtype, bound in BOUNDS.items():
        kind = str(dtype).removeprefix("torch.")
        tensors = safetensors_file.read(pathlib.Path(folder) / f"lenet_{kind}.safetensors")
        images, expected = tensors.pop("images"), tensors.pop("logits")
        model = LeNet().to(dtype)
        model.load_state_dict(tensors, strict=True)
        with torch.no_grad():
            error = ((model(images) - expected).abs().max() / expected.abs().max()).item()
        print(f"{kind}: {len(tensors)} tensors, logits differ by {error:.1e} of the largest")
        assert images.dtype == expected.dtype == dtype and error <= bound
