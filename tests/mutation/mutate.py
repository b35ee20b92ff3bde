#!/usr/bin/env python3
"""How many faults in backward code the tests notice.

  mutate.py [--mutants N] [--seed N] [--jobs N]

Makes one small change at a time in a copy of the tree (a sign, a factor, an index, a saved tensor,
a window's stride ...), in the backward functions of ops/ and the gradient kernels, builds it and
runs the golden tests and, when these pass, the gradient, kernel and unit tests. A change that does
not compile does not count. Prints the changes that no test noticed, then the score.
"""
import argparse
import concurrent.futures
import os
import pathlib
import queue
import random
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAMS = ["tests/golden/retrograd_golden_tests", "tests/retrograd_gradient_tests",
            "tests/kernels/retrograd_kernel_tests", "tests/retrograd_unit_tests"]
# Functions of these names are gradients, or the other half of a linear pair.
GRADIENT_KERNEL = re.compile(r"^(?!//)[\w:<>&*, ]*\b\w*(grad|backward|scatter|_add)\w*\([^;]*\{$")

# Pattern and what replaces it; each match is a mutant.
CHANGES = [
    (r"\bb\.grad\b", "(-b.grad)"),
    (r"\bb\.grad \* [\w.]+(\([^()]*\))?", "b.grad"),
    (r" \* ", " / "), (r" / ", " * "), (r" \+ ", " - "), (r" - ", " + "),
    (r" \+= ", " = "), (r" -= ", " += "),
    (r"\bsaved\(0\)", "saved(1)"), (r"\bsaved\(1\)", "saved(0)"),
    (r"\bneeds\(0\)", "needs(1)"), (r"\bneeds\(1\)", "needs(0)"),
    (r"(?<![\w.])1\.0\b", "2.0"), (r"(?<![\w.])2\.0\b", "1.0"), (r"(?<![\w.])0\.5\b", "1.0"),
    (r"(?<![\w.])0(?=[;,)])", "1"), (r"(?<![\w.])1(?=[;,)])", "0"),
    (r"\bstride\b(?=\[)", "dilation"), (r"\bdilation\b(?=\[)", "stride"),
    (r"\bpad_before\b", "pad_after"), (r"\bpadding\b(?=\[)", "stride"),
    (r" < ", " <= "), (r" <= ", " < "), (r" > ", " >= "), (r" >= ", " > "),
    (r" == ", " != "), (r" && ", " || "),
    (r"\btrue\b", "false"), (r"\bfalse\b", "true"),
    (r"\bsum_to\((\w+(?:\.\w+)*), [^()]*(?:\(\))?\)", r"\1"),
    (r"\bcos\(", "sin("), (r"\bsin\(", "cos("), (r"\btranspose\((\w+), [^()]*\)", r"\1"),
]


def block_end(text, start):
    """The index after the brace that closes the first one from `start` on."""
    depth = 0
    for i in range(text.index("{", start), len(text)):
        depth += {"{": 1, "}": -1}.get(text[i], 0)
        if depth == 0:
            return i + 1
    return len(text)


def spans(path, text):
    """The places in a file that hold backward code, without the declarations around it."""
    if "kernels" in path.parts:
        for match in re.finditer(r"^.*\{$", text, re.M):
            if GRADIENT_KERNEL.match(match.group()):
                yield match.end(), block_end(text, match.end() - 1)
    else:
        for match in re.finditer(r"\.backward =", text):
            # [captures](const Backward& b) -> Gradients { body }
            body = re.compile(r"Gradients\s*\{").search(text, match.end())
            if body:
                yield body.end(), block_end(text, body.end() - 1)


def mutants():
    found = set()
    for path in sorted(ROOT.glob("ops/**/*.cpp")):
        text = path.read_text()
        for begin, end in spans(path, text):
            for pattern, replacement in CHANGES:
                for match in re.compile(pattern).finditer(text, begin, end):
                    line = text[text.rfind("\n", 0, match.start()) + 1:match.start()]
                    if "//" not in line and line.count('"') % 2 == 0:
                        new = match.expand(replacement)
                        found.add((path.relative_to(ROOT).as_posix(), match.start(), match.end(),
                                   new))
    return sorted(found)


def describe(mutant):
    name, begin, end, new = mutant
    text = (ROOT / name).read_text()
    number = text.count("\n", 0, begin) + 1
    line = text.splitlines()[number - 1].strip()
    return f"{name}:{number}: '{text[begin:end].strip()}' -> '{new.strip()}' in  {line}"


class Tree:
    """A copy of the sources and its build."""

    def __init__(self, folder):
        self.source, self.build = folder / "source", folder / "build"
        # With ccache, all but the first tree take the first one's objects.
        self.environment = os.environ | {"CCACHE_BASEDIR": str(folder), "CCACHE_NOHASHDIR": "1"}
        ignored = shutil.ignore_patterns("build", ".git")
        shutil.copytree(ROOT, self.source, ignore=ignored)
        self.run(["cmake", "-G", "Ninja", "-S", self.source, "-B", self.build,
                  "-DCMAKE_BUILD_TYPE=Release", "-DCMAKE_CXX_FLAGS_RELEASE=-O1",
                  "-DRETROGRAD_TUTORIALS=OFF", "-DRETROGRAD_INSTALL=OFF",
                  "-DCMAKE_LINK_DEPENDS_NO_SHARED=ON"]).check_returncode()
        self.make(os.cpu_count()).check_returncode()

    def run(self, command, seconds=1800):
        return subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                              timeout=seconds, env=self.environment)

    def make(self, jobs=1):
        return self.run(["ninja", "-C", self.build, f"-j{jobs}",
                         *[pathlib.Path(program).name for program in PROGRAMS]])

    def verdict(self, mutant):
        """'invalid', 'killed' or 'survived'."""
        name, begin, end, new = mutant
        path = self.source / name
        text = path.read_text()
        path.write_text(text[:begin] + new + text[end:])
        try:
            if self.make().returncode != 0:
                return "invalid"
            for program in PROGRAMS:
                try:
                    if self.run([self.build / program], 300).returncode != 0:
                        return "killed"
                except subprocess.TimeoutExpired:
                    return "killed"
            return "survived"
        finally:
            path.write_text(text)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--mutants", type=int, default=300)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    candidates = mutants()
    random.Random(options.seed).shuffle(candidates)
    print(f"{len(candidates)} possible changes", flush=True)
    counts = {"killed": 0, "survived": 0, "invalid": 0}
    with tempfile.TemporaryDirectory() as name:
        trees = queue.Queue()
        for job in range(options.jobs):
            trees.put(Tree(pathlib.Path(name) / str(job)))
        for program in PROGRAMS:  # what fails without a change would kill everything
            tree = trees.queue[0]
            if tree.run([tree.build / program]).returncode != 0:
                sys.exit(f"{program} fails without any change")

        def try_one(mutant):
            if counts["killed"] + counts["survived"] >= options.mutants:
                return
            tree = trees.get()
            try:
                verdict = tree.verdict(mutant)
            finally:
                trees.put(tree)
            counts[verdict] += 1
            if verdict == "survived":
                print("survived:", describe(mutant), flush=True)

        with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
            list(pool.map(try_one, candidates))
    valid = counts["killed"] + counts["survived"]
    print(f"{valid} mutants, {counts['killed']} killed: {100 * counts['killed'] / valid:.1f} % "
          f"({counts['invalid']} did not compile)")


if __name__ == "__main__":
    main()
