"""The formulas of the lecture map as MathML, which browsers draw without a library."""
import html
import re

TOKEN = re.compile(r"\\([A-Za-z]+)|(\d+)|\s+|(.)")
WORDS = {"Delta": "Δ", "Vert": "‖", "cdot": "⋅", "delta": "δ", "eta": "η", "lambda": "λ", "leftarrow": "←",
         "partial": "∂", "sigma": "σ", "sum": "∑", "theta": "θ", "times": "×"}
LETTERS = {"Delta", "delta", "eta", "lambda", "sigma", "theta"}
FUNCTIONS = {"log", "max"}


class Formula:
    """One formula of LaTeX's, of the commands that the map has."""

    def __init__(self, text):
        self.tokens = [match for match in TOKEN.finditer(text) if match[0].strip()]
        self.at = 0

    def mathml(self):
        body = self.row(None)
        return f"<math>{body}</math>"

    def next(self):
        """The text of the next token, or None."""
        return self.tokens[self.at][0] if self.at < len(self.tokens) else None

    def take(self):
        self.at += 1
        return self.tokens[self.at - 1]

    def row(self, end):
        parts = []
        while self.next() != end:
            parts.append(self.scripted())
        return f"<mrow>{''.join(parts)}</mrow>"

    def group(self):
        """What braces hold, or one token."""
        if self.next() != "{":
            return self.atom()
        self.take()
        inside = self.row("}")
        self.take()
        return inside

    def scripted(self):
        base, below, above = self.atom(), None, None
        while self.next() in ("_", "^"):
            if self.take()[0] == "_":
                below = self.group()
            else:
                above = self.group()
        if below and above:
            return f"<msubsup>{base}{below}{above}</msubsup>"
        if below:
            return f"<msub>{base}{below}</msub>"
        return f"<msup>{base}{above}</msup>" if above else base

    def atom(self):
        command, number, sign = self.take().groups()
        if number:
            return f"<mn>{number}</mn>"
        if sign == "{":
            self.at -= 1
            return self.group()
        if sign in ("(", ")"):  # without the space around other operators
            return f'<mo form="{"prefix" if sign == "(" else "postfix"}" stretchy="false">{sign}</mo>'
        if sign:
            return f"<mi>{sign}</mi>" if sign.isalpha() else f"<mo>{html.escape(sign.replace('-', '−'))}</mo>"
        if command == "frac":
            return f"<mfrac>{self.group()}{self.group()}</mfrac>"
        if command == "mathrm":
            self.take()
            word = ""
            while self.next() != "}":
                word += self.take()[0]
            self.take()
            return f'<mi mathvariant="normal">{word}</mi>'
        if command in FUNCTIONS:
            return f"<mi>{command}</mi>"
        if command in LETTERS:
            return f"<mi>{WORDS[command]}</mi>"
        return f"<mo>{WORDS[command]}</mo>"


def with_formulas(text):
    """HTML of a text with formulas between dollar signs."""
    parts = text.replace("\\|", "|").split("$")
    return "".join(Formula(part).mathml() if number % 2 else html.escape(part)
                   for number, part in enumerate(parts))
