#!/usr/bin/env python3
"""ONNX's node cases in operator sets 7 to 12, as onnx's version converter writes them.

  check_opsets.py RUN_CASES [FOLDER]

FOLDER holds the cases (Debian's libonnx-testdata). Each case that the converter takes to an older
operator set, and whose model then passes onnx's checker, has to give the same outputs. Ends with 1
if one differs or an operator set has too few cases, skipped where the data or onnx is not there.
"""
import collections
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.append(str(pathlib.Path(__file__).parents[2]))
from skip import skip

try:
    import onnx
    import onnx.checker
    import onnx.version_converter
except ImportError:
    skip("package", "this needs python3-onnx")

DEFAULT_FOLDER = "/usr/share/libonnx-testdata/data/node"
VERSIONS = range(7, 13)
LEAST = 60  # of each version
# What the converter writes is another program.
OTHER_MEANING = {
    "softmax_axis_0": "the axis stays, whose meaning changed in 13", "softmax_axis_1": "likewise",
    "logsoftmax_axis_0": "likewise", "logsoftmax_axis_1": "likewise",
    "scan9_sum": "Scan of operator set 8 has a batch",
}

SKIPS = pathlib.Path(__file__).parents[1] / "node_case_skips.h"


def skipped(name):
    """Whether the table of the node cases passes over it, except for an old operator set."""
    if name in OTHER_MEANING:
        return True
    for prefix, rest in re.findall(r'^    \{"([^"]+)",(.*)$', SKIPS.read_text().split("struct Floor")[0], re.M):
        if "the file needs 7" not in rest and (name == prefix if "true" in rest else name.startswith(prefix)):
            return True
    return False


def converted(model, version):
    """The model in this operator set, or None where the converter or the checker refuses it."""
    try:
        older = onnx.version_converter.convert_version(model, version)
        onnx.checker.check_model(older)
        return older
    except (RuntimeError, onnx.checker.ValidationError):
        return None


def write_cases(source, folder):
    for case in sorted(source.iterdir()):
        name = case.name.removeprefix("test_")
        model = onnx.load(case / "model.onnx")
        own = {imported.domain: imported.version for imported in model.opset_import}.get("")
        if own is None or skipped(name):
            continue
        for version in VERSIONS:
            older = converted(model, version) if version != own else None
            if older is None:
                continue
            target = folder / f"{version}_{name}"
            shutil.copytree(case / "test_data_set_0", target / "test_data_set_0")
            onnx.save(older, target / "model.onnx")


def main(program, source=DEFAULT_FOLDER):
    source = pathlib.Path(source)
    if not source.is_dir():
        skip("package", "this needs libonnx-testdata")
    with tempfile.TemporaryDirectory() as folder:
        write_cases(source, pathlib.Path(folder))
        run = subprocess.run([program, folder], capture_output=True, text=True)
    if run.returncode != 0:
        print(run.stderr, f"the program ended with {run.returncode}")
        return 1
    passed = collections.Counter()
    wrong = 0
    for line in filter(None, run.stdout.splitlines()):
        found = re.match(r"(\d+)_(\w+): (.*)", line)
        if not found:
            continue  # more of an error's text
        if found[3] == "passed":
            passed[int(found[1])] += 1
        else:
            wrong += 1
            print(line)
    for version in VERSIONS:
        print(f"operator set {version}: {passed[version]} cases passed")
        wrong += passed[version] < LEAST
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
