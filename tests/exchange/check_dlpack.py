#!/usr/bin/env python3
"""Tensors go to PyTorch and NumPy by DLPack, and come back.

  check_dlpack.py LIBRARY

Runs with the system's Python and those that RETROGRAD_TORCH_PYTHON names, separated by colons.
"""
import os
import pathlib
import subprocess
import sys

sys.path.append(str(pathlib.Path(__file__).parents[1]))
from skip import skip

CHECKS = pathlib.Path(__file__).parent / "dlpack_python.py"

checked = 0
for python in ["/usr/bin/python3", *os.environ.get("RETROGRAD_TORCH_PYTHON", "").split(":")]:
    try:
        asked = subprocess.run([python, "-c", "import torch, numpy"], capture_output=True)
    except OSError:
        continue
    if asked.returncode == 0:
        subprocess.run([python, "-W", "ignore", CHECKS, sys.argv[1]], check=True)
        checked += 1
if checked == 0:
    skip("package", "this needs PyTorch and NumPy for Python (python3-torch, python3-numpy)")
