"""Checks that what people write by mistake does not compile, and that the compiler says what to write.

usage: check_wrong_forms.py COMPILER INCLUDE_FOLDER...
Prints each form that compiles, or whose message lacks the words; exits with 1 if there is one.
"""
import pathlib
import subprocess
import sys
import tempfile

HEADER = "#include <retrograd/retrograd.h>\n#include <retrograd/tensor/internal/check.h>\n"
PROGRAM = """namespace rg = retrograd;
using rg::all, rg::Slice, rg::Tensor;
void run(const Tensor& x, const Tensor& mask) {
  static_cast<void>(mask);
  FORM;
}
"""
# What compiles shows that the others fail for their own reason.
RIGHT = ('x(0, all, Slice{1, 3}) = 1; x[mask] = x[mask] * 2; '
         'rg::check::refuse<rg::Error>({"f", {}}, {}, "{:>3} of {{}} [a-b]", 1)')
# Each with words of the message; where compilers differ, alternatives in a tuple.
WRONG = [
    ('x("a")', "an index is no text", 'all for', "Slice{1, 3}"),
    ("x(nullptr)", "newaxis for"),
    ("x[1.5]", "an index is a whole number", "static_cast<std::int64_t>(i)"),
    ("x(true)", "true and false are no indices", "newaxis"),
    ("x[{1, 2}]", "write x(1, 2)", "tensor({1, 2})"),
    ("x(all, {0, 2})", "a list in braces is no index", "tensor({1, 2})"),
    ("auto row = x[0]; row = 1.0", "a variable is a name for a tensor", "row.fill_(1)"),
    ("auto some = x[mask]; some = 1.0", "write Tensor y = x(mask)"),
    ("auto some = x[mask]; rg::relu(some)", "deleted"),
    ("x[mask][0] = x", ("no viable", "discards qualifiers")),
    ('rg::check::refuse<rg::Error>({"f", {}}, {}, "{} of {} [a-b]", 1)', "another number of {}"),
    ('rg::check::refuse<rg::Error>({"f", {}}, {}, "{0} [a-b]", 1)', "write {{ and }} for braces"),
    ('rg::check::refuse<rg::Error>({"f", {}}, {}, "{.stride} [a-b]", 1)', "write {{ and }} for"),
    ('rg::check::refuse<rg::Error>({"f", {}}, {}, "text")', "ends in no code"),
    ('rg::check::refuse<rg::Error>({"f", {}}, {}, "text [a]")', "ends in no code"),
    ("for (Tensor& row : x) row.zero_()", "bind"),
    ("rg::from_xtensor(xt::arange(3) + 1)", "element types: float, double"),
]


def compiled(command, form):
    """Whether it compiles, and what the compiler says."""
    program = PROGRAM.replace("FORM", form)
    if "xt::" in form:  # a header that takes long: for these alone
        program = "#include <retrograd/xtensor.h>\n" + program
    result = subprocess.run(command + ["-x", "c++", "-"], input=program, text=True,
                            capture_output=True)
    return result.returncode == 0, result.stderr


def main(compiler, *folders):
    with tempfile.TemporaryDirectory() as temporary:  # where the header is compiled once
        return check([compiler, "-std=c++20", "-w", *(f"-I{folder}" for folder in folders)],
                     f"{temporary}/header.h")


def check(command, header):
    """Prints the faults; 1 if there is one."""
    pathlib.Path(header).write_text(HEADER)
    subprocess.run(command + ["-x", "c++-header", header, "-o", f"{header}.gch"], check=True)
    command = command + ["-fsyntax-only", "-include", header]
    faults = []
    if not compiled(command, RIGHT)[0]:
        faults.append(f"does not compile: {RIGHT}")
    for form, *words in WRONG:
        compiles, text = compiled(command, form)
        text = text.replace('\\"', '"')
        if compiles:
            faults.append(f"compiles: {form}")
        for each in [] if compiles else words:
            if not any(word in text for word in (each if isinstance(each, tuple) else (each,))):
                faults.append(f"{form} lacks {each}:\n{text}")
    print("\n".join(faults) or f"{len(WRONG)} wrong forms are refused")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
