"""Checks that docs/explain.md shows a program and what it prints.

usage: check_guide.py GUIDE SOURCE PROGRAM
"""
import pathlib
import subprocess
import sys

guide = pathlib.Path(sys.argv[1]).read_text()
source = pathlib.Path(sys.argv[2]).read_text()
output = subprocess.run([sys.argv[3]], capture_output=True, text=True, check=True).stdout
assert "```cpp\n" + source + "```" in guide, "the guide's program is another"
assert "```\n" + output + "```" in guide, "the guide's output is another:\n" + output
