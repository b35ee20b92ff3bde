"""Compiles the program of docs/migration.md that uses LibTorch, and compares what it prints.

usage: check_libtorch.py COMPILER INCLUDE_FOLDER PAGE
It must print what the page shows below its twin.
"""
import pathlib
import re
import subprocess
import sys
import tempfile

compiler, include, page = sys.argv[1:]
text = pathlib.Path(page).read_text()
program = next(code for code in re.findall(r"^```cpp\n(.*?)^```$", text, re.S | re.M)
               if "torch/torch.h" in code)
shown = re.search(r"^```text\n(.*?)^```$", text, re.S | re.M)[1]
with tempfile.TemporaryDirectory() as folder:
    source = pathlib.Path(folder, "brighter.cpp")
    source.write_text(program)
    subprocess.run([compiler, "-std=c++17", "-O0", "-w", f"-I{include}", source, "-o", source.with_suffix(""),
                    "-ltorch", "-ltorch_cpu", "-lc10"], check=True)
    printed = subprocess.run([source.with_suffix("")], cwd=folder, check=True, text=True,
                             stdout=subprocess.PIPE).stdout
print(f"prints\n{printed}and not\n{shown}" if printed != shown else "both programs print the same")
sys.exit(printed != shown)
