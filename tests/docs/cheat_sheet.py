#!/usr/bin/env python3
"""Runs each line of docs/cheat_sheet.md in both columns, and compares their tensors.

  cheat_sheet.py write PROGRAM.cpp PAGE     makes a program of the right column
  cheat_sheet.py run PROGRAM PAGE           runs it
  cheat_sheet.py compare PROGRAM PAGE       and compares it with the left column; 77 without torch

Lines run in their order, in one scope. A cell that ends with ";" is a statement; another one is an
expression, and the tensors that it has are printed. The comments "cpp:" and "python:" of the page
make the names that lines use.
"""
import importlib.util
import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROW = re.compile(r"^\| (`.*`) \| (`.*`) \|$", re.M)
HEAD = """#include <iostream>
#include <retrograd/retrograd.h>
namespace rg = retrograd;
namespace nn = retrograd::nn;

template <class T>
void show(int row, T&& value) {
  if constexpr (std::is_convertible_v<T&&, rg::Tensor>) {
    const rg::Tensor t = std::forward<T>(value);
    std::cout << row << " tensor";
    for (const auto size : t.shape()) std::cout << ' ' << size;
    std::cout << " :";
    for (const double each : t.to_vector<double>()) std::cout << ' ' << each;
    std::cout << "\\n";
  }
}
template <class... T>
void show_all(int row, T&&... each) { (show(row, std::forward<T>(each)), ...); }

int main() {
  std::cout.precision(9);
"""


def rows(text):
    """(PyTorch's cells, retrograd's code) of each line."""
    for left, right in ROW.findall(text):
        yield re.findall(r"`([^`]*)`", left), right.strip("`")


def setup(text, language):
    return re.search(rf"<!-- {language}:\n(.*?)-->", text, re.S)[1]


def program(text):
    lines = []
    for row, (_, code) in enumerate(rows(text)):
        if code.endswith(";") or code.endswith("}") and code.startswith("{"):
            lines.append(code)
        elif re.search(r"\.(train|eval)\(\)", code):  # these return nothing
            lines.append(code + ";")
        else:
            lines.append(f"show_all({row}, {code});")
    return HEAD + setup(text, "cpp") + "\n".join(lines) + "\n}\n"


def python_values(text):
    """What the left column computes: for each row, the shape and numbers of its tensors."""
    import torch
    names = {"torch": torch, "nn": torch.nn, "F": torch.nn.functional}
    exec("import torch.utils.checkpoint\n" + setup(text, "python"), names)
    found = {}
    for row, (cells, _) in enumerate(rows(text)):
        found[row] = []
        for cell in cells:
            try:
                code = compile(cell, cell, "eval")
            except SyntaxError:
                exec(cell, names)
                continue
            value = eval(code, names)
            if isinstance(value, torch.Tensor):
                found[row].append((list(value.shape), value.detach().double().flatten().tolist()))
    return found


def faults(text, printed, expected):
    found = {}
    for line in printed.splitlines():
        row, _, rest = line.split(" ", 2)
        shape, values = rest.split(":")
        found.setdefault(int(row), []).append(
            ([int(size) for size in shape.split()], [float(value) for value in values.split()]))
    compared = 0
    for row, (cells, code) in enumerate(rows(text)):
        ours, theirs = found.get(row, []), expected.get(row, [])
        if code.endswith(";") or code.startswith("{") or "set_requires_grad" in code:
            continue
        same = len(ours) == len(theirs) and all(
            a[0] == b[0] and all(abs(p - q) <= 1e-5 * (1 + abs(q)) for p, q in zip(a[1], b[1]))
            for a, b in zip(ours, theirs))
        compared += len(ours) if same else 0
        if not same:
            yield f"{code} is {ours}, and {', '.join(cells)} is {theirs}"
    if compared < 30:
        yield f"only {compared} tensors were compared"


def main():
    command, target, page = sys.argv[1:]
    text = pathlib.Path(page).read_text()
    if command == "write":
        pathlib.Path(target).write_text(program(text))
        return 0
    if command == "compare" and not importlib.util.find_spec("torch"):
        print("this needs python3-torch")
        return 77
    program_file = pathlib.Path(target).resolve()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)  # lines save files
        ran = subprocess.run([program_file], stdout=subprocess.PIPE, text=True)
        if ran.returncode:
            print(f"the program ended with {ran.returncode} after\n{ran.stdout[-300:]}")
            return 1
        found = list(faults(text, ran.stdout, python_values(text))) if command == "compare" else []
        os.chdir("/")
    print("\n".join(found) or f"{len(list(rows(text)))} lines run")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
