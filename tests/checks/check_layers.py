"""Checks the layers: which folder may include which, and who may include third parties.

usage: check_layers.py SOURCE_FOLDER
Prints one line for each fault and exits with 1 if there is one.
"""
import collections
import pathlib
import re
import sys

import layers

# A folder may include itself and these: the table of docs/architecture.md.
ALLOWED = layers.allowed()
COMPONENTS = layers.components()
# Tutorials include these, and components' headers.
FOR_PROGRAMS = {"retrograd/retrograd.h", "retrograd/xtensor.h", "retrograd/fmt.h"}
# Third parties, and the only folders that may include them.
THIRD_PARTY = {
    r"xtensor|xsimd|xtl|xflens|cblas|retrograd/xtensor": {"ops/kernels"},
    r"oneapi|dnnl": {"ops/kernels"},
    r"omp\.h": {"ops/kernels", "tensor"},
    r"fmt/": set(ALLOWED),
    r"nlohmann": {"io"},
    r"zlib": {"io", "data", "log"},
    r"png|jpeglib|jerror": {"images"},
    r"protozero": {"log", "onnx"},
    r"mpi\.h": {"mpi"},
    r"Random123": {"tensor"},
}
# No public header includes any of them; headers in a sub-folder are not public.
MOST_LINES = 300  # of a file; documentation in a public header does not count
MOST_SOURCES = 30  # of a folder, beside its public headers


def faults(root):
    sources = collections.Counter()
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        layer = layers.layer_of(name)
        if path.suffix not in (".h", ".cpp"):
            continue
        lines = path.read_text().splitlines()
        public = layer in ALLOWED and path.suffix == ".h" and name.count("/") == 1
        if layer in ALLOWED or name.split("/")[0] in ("tests", "tutorials", "exercises"):
            if not public:
                sources[path.parent.relative_to(root).as_posix()] += 1
            count = sum(not (public and line.lstrip().startswith("///")) for line in lines)
            if count > MOST_LINES:
                yield f"{name}: {count} lines, more than {MOST_LINES}; split it by topic"
        if name.startswith(("tutorials/", "exercises/")):
            for number, line in enumerate(lines, 1):
                found = re.match(r"\s*#include <(retrograd/.*)>", line)
                if (found and found[1] not in FOR_PROGRAMS and
                        layers.layer_of(found[1].removeprefix("retrograd/")) not in COMPONENTS):
                    yield (f"{name}:{number}: tutorials and exercises include <retrograd/retrograd.h>, "
                           "optional headers and components alone")
        if layer not in ALLOWED:
            continue
        for number, line in enumerate(lines, 1):
            found = re.match(r'\s*#include ([<"])(.*)[>"]', line)
            if not found:
                continue
            included = found[2]
            if found[1] == '"':
                yield f'{name}:{number}: include <retrograd/...>, not "{included}"'
            for pattern, folders in THIRD_PARTY.items():
                if re.match(pattern, included) and (public or layer not in folders):
                    yield f"{name}:{number}: {included} is not for {'public headers' if public else layer}"
            if included.startswith("retrograd/") and not included.startswith("retrograd/xtensor"):
                other = layers.layer_of(included.removeprefix("retrograd/"))
                if other not in (layer, "version.h", *ALLOWED[layer]):
                    yield f"{name}:{number}: {layer} must not include {other}"
                if public and included.count("/") > 2:
                    yield f"{name}:{number}: a public header must not include an internal header"
                if other != layer and "/detail/" in included:
                    yield f"{name}:{number}: {included} is for {other} alone"
                if public and other == "ops/kernels":
                    yield f"{name}:{number}: a public header must not include kernels"
    for folder, count in sources.items():
        if count > MOST_SOURCES:
            yield f"{folder}: {count} sources, more than {MOST_SOURCES}; make folders by topic"


def main():
    found = list(faults(pathlib.Path(sys.argv[1])))
    for fault in found:
        print(fault)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
