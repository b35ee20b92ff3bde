"""Checks that every public header compiles without another one before it.

usage: check_headers_alone.py COMPILER INCLUDE_FOLDER SOURCE_FOLDER LAYER...
A header that is the first thing a source of the library includes has shown it when the library was
compiled; the others are compiled here.
"""
import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys

compiler, folder, root, *layers = sys.argv[1:]
root = pathlib.Path(root)


def first_included(source):
    found = re.search(r'^#include [<"](?:retrograd/)?([^>"]+)', source.read_text(), re.MULTILINE)
    return found[1] if found else None


def said_against(header):
    """What the compiler says against a program of this header alone."""
    return subprocess.run(
        [compiler, "-std=c++20", "-fsyntax-only", "-I", folder, "-x", "c++", "-"],
        input=f"#include <retrograd/{header}>\n", capture_output=True, text=True).stderr


headers = [path.relative_to(root).as_posix() for layer in layers
           for path in sorted((root / layer).glob("*.h"))]
shown = {first_included(source) for layer in layers for source in (root / layer).rglob("*.cpp")}
left = [header for header in headers if header not in shown]
with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
    faults = {header: text for header, text in zip(left, pool.map(said_against, left)) if text}
print(f"{len(headers)} headers, {len(left)} of them compiled here")
for header, text in faults.items():
    print(f"{header} does not compile alone:\n{text}")
sys.exit(1 if faults or not headers else 0)
