"""Compares what Autocast does to operators with PyTorch's lists.

usage: check_autocast.py SOURCE_FOLDER
Prints one line for each difference that autocast_lists.txt does not explain, and for each that it
explains and is none; ends with 1 if there is one.
"""
import importlib.util
import pathlib
import sys

root = pathlib.Path(sys.argv[1])
spec = importlib.util.spec_from_file_location("make_operators", root / "docs" / "make_operators.py")
make_operators = importlib.util.module_from_spec(spec)
spec.loader.exec_module(make_operators)
ours = make_operators.casts()
theirs, differs = {}, {}
for line in pathlib.Path(__file__).with_name("autocast_lists.txt").read_text().splitlines():
    if not line.strip() or line.startswith("#"):
        continue
    kind, _, names = line.partition(": ")
    names, _, reason = names.partition(" = ")
    for name in names.split():
        if kind in ("bfloat16", "float32"):
            theirs[name] = kind
        else:
            assert reason, line
            differs[name] = "" if kind == "keeps" else kind.removesuffix(" here")

faults = [f"{name} is not an operator" for name in differs.keys() if name not in ours]
for name, dtype in ours.items():
    expected = differs.get(name, theirs.get(name, ""))
    if dtype != expected:
        faults.append(f"{name}: {dtype or 'keeps its dtype'}, not {expected or 'keeps its dtype'}")
    if name in differs and differs[name] == theirs.get(name, ""):
        faults.append(f"{name}: is as in PyTorch, and listed as different")
print("\n".join(sorted(faults)))
sys.exit(1 if faults or len(ours) < 200 else 0)
