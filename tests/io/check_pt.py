#!/usr/bin/env python3
"""PyTorch writes files, and the library reads the same values.

  check_pt.py COMPARE_PT [PYTHON...]

Runs with the system's PyTorch and that of each further Python, which RETROGRAD_TORCH_PYTHON names
too, separated by colons.
"""
import os
import pathlib
import subprocess
import sys
import tempfile

sys.path.append(str(pathlib.Path(__file__).parents[1]))
from skip import skip

HERE = pathlib.Path(__file__).parent
ASK = "import torch; print(torch.__version__)"

pythons = ["/usr/bin/python3", *sys.argv[2:]]
pythons += [python for python in os.environ.get("RETROGRAD_TORCH_PYTHON", "").split(":") if python]
compared = 0
for python in pythons:
    try:
        asked = subprocess.run([python, "-c", ASK], capture_output=True, text=True)
    except OSError:
        continue
    if asked.returncode != 0:
        continue
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([python, "-W", "ignore", HERE / "write_pt.py", folder], check=True)
        result = subprocess.run([sys.argv[1], folder], stdout=subprocess.PIPE, text=True)
    print(f"PyTorch {asked.stdout.strip()}: {result.stdout.strip()}")
    assert result.returncode == 0
    compared += 1
if compared == 0:
    skip("package", "this needs PyTorch for Python (python3-torch)")
