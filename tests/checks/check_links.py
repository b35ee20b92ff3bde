"""Checks that compiled layers need no symbol of a layer above them.

usage: check_links.py NM LIST
LIST is a file of object files, one a line, whose paths end as those of the sources do. Prints one
line for each fault and exits with 1 if there is one.
"""
import collections
import pathlib
import re
import subprocess
import sys

import layers


def source_of(path):
    """ops/conv/conv.cpp for .../retrograd.dir/ops/conv/conv.cpp.o"""
    return re.sub(r"\.(o|obj)$", "", path.split(".dir/")[-1].removeprefix("./"))


def main():
    nm, listed = sys.argv[1:]
    allowed = layers.allowed()
    needed = {}
    defined = collections.defaultdict(set)
    for path in pathlib.Path(listed).read_text().split():
        source = source_of(path)
        layer = layers.layer_of(source)
        assert layer in allowed, path
        out = subprocess.run([nm, "-P", "-g", path], stdout=subprocess.PIPE, text=True, check=True)
        symbols = [line.split()[:2] for line in out.stdout.splitlines()]
        needed[source] = [name for name, kind in symbols if kind == "U"]
        for name, kind in symbols:
            if kind not in "Uwv":
                defined[name].add(layer)
    faults = collections.defaultdict(set)
    for source, names in needed.items():
        layer = layers.layer_of(source)
        for name in names:
            if name in defined and not defined[name] & (allowed[layer] | {layer}):
                faults[layer, name].add(source)
    for (layer, name), sources in sorted(faults.items()):
        text = subprocess.run(["c++filt", name], stdout=subprocess.PIPE, text=True).stdout.strip()
        print(f"{layer} must not link to {' or '.join(sorted(defined[name]))}: {text} is needed by "
              f"{', '.join(sorted(sources))}")
    return 1 if faults or not defined else 0


if __name__ == "__main__":
    sys.exit(main())
