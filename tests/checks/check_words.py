"""Checks the words of doc comments, pages, tutorials and messages.

usage: check_words.py SOURCE_FOLDER [FILE...]
Prints one line for each fault and exits with 1 if there is one. With FILEs, checks those alone.
Code spans, code blocks, formulas, quoted text and the changes of older versions are exempt.
"""
import pathlib
import re
import sys

import layers

HEADERS = {layer.split("/")[0] for layer in layers.allowed()} | {"include"}
GENERATED = {"docs/operators.md", "docs/benchmarks.md"}  # by scripts
MOST_WORDS = 25  # in a sentence
MOST_SEMICOLONS = 1  # in a paragraph

BANNED = {
    r"nobody|nothing|somebody|who|whom|whoever": "name the thing in the code that acts",
    r"by (?:itself|themselves)": "say which part of the code acts",
    r"(?:lie|lies|lying|stands|stood)(?! (?:in [`%x]|between|outside|inside|within|above|below))":
        "stored, or is",
    r"(?<!in )(?<!in-)(?<!out of )(?<!out-of-)(?<!takes its )places?(?! where)": "position",
    r"room": "scratch, or capacity",
    r"widen(?:s|ed|ing)?": "upcast",
    r"lower(?:s|ed|ing)|to lower": "downcast, or decrease",
    r"(?:give|gives|given|gave|hand|hands|handed) (?:\w+ )?back": "freed, or returned",
    r"dear|dearer|dearest": "overhead, or most expensive",
    r"own (?:operator|layer)s?": "custom operator, custom layer",
    r"operators? of (?:one's|your|their) own": "custom operator",
    r"but for": "except",
    r"the same (?:for|with)\b(?! (?:any|all|every)\b)": "give each declaration its own text",
}
BANNED = {re.compile(rf"\b(?:{words})(?!\w)", re.I): instead for words, instead in BANNED.items()}
HEADLESS = re.compile(r"(?:What|How|Those|Who|Whoever|Whatever)\b(?!.*\?$)|Where\b[^,]* is\b[^,]*$")

NOT_VERBS = re.compile(
    r"(?:This|Its|Is|Was|Values|Names|Sizes|Shapes|Tensors|Options|Rows|Columns|Zeros|Ones|Elements"
    r"|Gradients|Kernels|Dimensions|Images|Labels|Strides|Numbers|Indices|Parameters|Modules|Bytes"
    r"|Weights|Less|Minus|Plus|Times|Perhaps|Always)\b")
VERB = re.compile(r"[A-Z][a-z-]*s\b")
NOT_A_NOUN = re.compile(
    r"(?:It|This|They|These|Those|What|Where|How|When|If|Else|Or|By|To|Of|In|On|At|From|As|And|But"
    r"|Keep|Divide|Add|Use|Skip|Record|Drop|Take|Give|Make|Set|Let|Write|Read|Do|Is|Are|Has|Have)\b"
    r"|[A-Z][a-z]+s (?:the|a|an|this|its|it|all|each|every|whether)\b")


class Text:
    """A paragraph: its words, the line that it begins in, and what it documents."""

    def __init__(self, line, words, documents="", type_of=""):
        self.line, self.documents, self.type_of = line, documents, type_of
        self.words = bare(words)


def bare(text):
    """Text in which each code span, formula, quotation and shape is one word."""
    text = re.sub(r"<!--.*?-->", "", text, flags=re.S)
    text = re.sub(r"``.+?``|`[^`]*`", "`x`", text, flags=re.S)
    text = re.sub(r"\\f\$.*?\\f\$|\\f\[.*?\\f\]|(?<![\\$\w])\$[^$]+\$(?![\w$])", "`x`", text)
    text = re.sub(r'"[^"]{1,90}"', "`x`", text)
    text = re.sub(r"(!?)\[([^\]]*)\]\([^)]*\)", r"\2", text)  # links
    text = re.sub(r"https?://\S+|</?\w[^>]*>|&\w+;", "`x`", text)
    shape = r"\((?:[A-Z]\w?|\w+\.\.\.)(?:, [^(),]*)*\)|\[[-\w., ]*[\])]"
    text = re.sub(shape, "`x`", text)
    text = re.sub(r"\b(?:et al|e\.g|i\.e|vs|cf)\.", "x", text)
    text = re.sub(r"`x`(?:,? (?:and |or )?`x`)+", "`x`", text)  # a list of names is one word
    return " ".join(re.sub(r"[*_]{1,2}(?=\w)|(?<=[\w.])[*_]{1,2}", "", text).split())


def sentences(text):
    return [part for part in re.split(r"(?<=[.!?])[)\"]?\s+(?=[A-Z`(\"])", text) if part]


def faults_of(text):
    """The faults of a paragraph."""
    for banned, instead in BANNED.items():
        for found in banned.finditer(text.words):
            yield f'"{found[0]}": {instead}'
    for sentence in sentences(text.words):
        count = sum(bool(re.search(r"^\D*[A-Za-z]\D*$", word)) for word in sentence.split())
        start = " ".join(sentence.split()[:6])
        if count > MOST_WORDS:
            yield f'"{start} ...": {count} words in a sentence, more than {MOST_WORDS}'
        if HEADLESS.match(sentence):
            yield f'"{start} ...": a clause is the subject; name the thing'
    count = text.words.count(";")
    if count > MOST_SEMICOLONS:
        yield f"{count} semicolons in a paragraph, more than {MOST_SEMICOLONS}"
    start = " ".join(text.words.split()[:4])
    if text.documents == "function" and (not VERB.match(start) or NOT_VERBS.match(start)):
        yield f'"{start} ...": a function\'s comment starts with a verb, such as Returns'
    flag = text.type_of == "bool" and re.match(
        r"Whether\b|[A-Z][a-z]+s\b.* (?:when|if|unless)\b", text.words)
    if text.documents == "field" and NOT_A_NOUN.match(start) and not flag:
        yield f'"{start} ...": a field\'s comment is a noun phrase'


def paragraphs(lines):
    """(line, text) of the paragraphs among numbered lines, without examples."""
    inside, at, words = False, 0, []
    for number, line in lines + [(0, "")]:
        line = line.strip()
        command = re.match(r"@(\w+)", line)
        inside = inside or bool(command and command[1] in ("code", "verbatim"))
        starts = bool(command) or bool(re.match(r"(?:[-*]|\d+\.) ", line))
        if words and (inside or starts or not line):
            yield at, " ".join(words)
            words = []
        if re.search(r"@end(?:code|verbatim)$", line):
            inside = False
        elif not inside and line and not line.startswith(("@{", "@}")):
            at = at if words else number
            if command:
                line = re.sub(r"^@(?:throws|t?param|retval) \w+|^@\w+", "", line).strip()
            words.append(re.sub(r"^(?:[-*]|\d+\.) ", "", line))


def kind_of(declaration):
    """What a declaration is: a function, a field, or another thing; and a field's type."""
    text = " ".join(declaration.split())
    text = re.sub(r"^template <.*?> (?=\w+ ?\(|[a-z])|\bRETROGRAD_API ", "", text)
    if re.match(r"(?:(?:class|struct|enum|union|using|concept|namespace|extern)\b|#|$)", text):
        return "", ""
    while re.search(r"<[^<>]*>", text.split("operator")[0]):
        head, mark, tail = text.partition("operator")
        text = re.sub(r"<[^<>]*>", "", head) + mark + tail
    if re.match(r"\w+(?: = [^;]*)?,?$", text) or "(" not in re.split(r" = |\{", text)[0]:
        return "field", re.match(r"(?:const |static |constexpr |inline )*(\S*)", text)[1]
    return "function", ""


def header_texts(text):
    lines = text.splitlines()
    at = 0
    while at < len(lines):
        behind = re.match(r"(.*\S)\s*///< ?(.*)", lines[at])
        if behind:
            first = at
            block = [(at + 1, behind[2])]
            while at + 1 < len(lines) and re.match(r"\s*///< ?", lines[at + 1]):
                at += 1
                block.append((at + 1, lines[at].strip()[4:]))
            for i, (line, words) in enumerate(paragraphs(block)):
                yield Text(line, words, "" if i else "field", kind_of(behind[1].strip())[1])
        elif re.match(r"\s*///(?!/)", lines[at]):
            block = []
            while at < len(lines) and re.match(r"\s*///(?!/)", lines[at]):
                block.append((at + 1, lines[at].strip()[3:]))
                at += 1
            declaration = ""
            for line in lines[at:at + 12]:
                declaration += re.sub(r"//.*", "", line) + " "
                open_ = declaration.count("(") - declaration.count(")")
                if not open_ and re.search(r"[;{,]\s*$", declaration):
                    break
            about_others = any(re.match(r" ?@(?:file|name|def|cond|endcond|\{|\})", words)
                               for _, words in block)
            kind, type_of = ("", "") if about_others else kind_of(declaration)
            for i, (line, words) in enumerate(paragraphs(block)):
                yield Text(line, words, "" if i else kind, type_of)
            continue
        at += 1


def page_texts(text):
    """The paragraphs, list items and cells of a page in Markdown, without headings."""
    text = "\n## [".join(text.split("\n## [")[:2])  # a change log's newest version
    text = re.sub(r"^```.*?^```|<!--.*?-->|^<\w.*?>$", lambda m: "\n" * m[0].count("\n"), text,
                  flags=re.S | re.M)
    lines = []
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("#"):
            lines.append((number, ""))
        elif line.lstrip().startswith("|"):
            for cell in re.split(r"(?<!\\)\|", re.sub(r"`[^`]*`", "`x`", line)):
                lines += [(number, cell), (number, "")]
        else:
            lines.append((number, line))
    for line, words in paragraphs(lines):
        yield Text(line, words)


def tutorial_texts(text):
    """The comments of a program; its output in a block comment is not prose."""
    block = []
    for number, line in enumerate(text.splitlines() + [""], 1):
        found = re.match(r"(\s*\S.*?)?(?:^|\s)\s*// ?(.*)", line)
        if found and not found[1]:
            code = found[2].startswith("  ")
            block.append((number, "" if code else found[2]))
            continue
        for at, words in paragraphs(block):
            yield Text(at, words)
        block = []
        if found and '"' not in found[2]:
            yield Text(number, found[2])


LITERAL = re.compile(r'"((?:[^"\\\n]|\\.)*)"')
MESSAGE = re.compile(r"\b(?:refuse|require|fail)(?:<[\w:]+>)?\(")


def message_texts(text):
    """The messages of errors: neighbouring literals of a call are one text."""
    for call in MESSAGE.finditer(text):
        depth, end = 1, call.end()
        while depth and end < len(text):
            literal = LITERAL.match(text, end)
            end = literal.end() if literal else end + 1
            depth += 0 if literal else {"(": 1, ")": -1}.get(text[end - 1], 0)
        body = text[call.end():end]
        for found in re.finditer(rf"{LITERAL.pattern}(?:\s*{LITERAL.pattern})*", body):
            words = "".join(part[1] for part in LITERAL.finditer(found[0]))
            if " " in words.strip():
                line = text.count("\n", 0, call.end() + found.start()) + 1
                yield Text(line, re.sub(r"\{[^}]*\}", "%", words.replace('\\"', "'")))


def texts_of(root):
    """(name, paragraphs) of each file that the rules hold for."""
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        folder = name.split("/")[0]
        if name in GENERATED or folder == "build":
            continue
        if path.suffix == ".md" and (name.count("/") == 0 or folder == "docs"):
            yield name, page_texts
        elif path.suffix in (".cpp", ".h") and folder in ("tutorials", "exercises"):
            yield name, tutorial_texts
        elif path.suffix == ".h" and folder in HEADERS and name.count("/") == 1:
            yield name, header_texts
        if path.suffix in (".cpp", ".h") and folder in HEADERS:
            yield name, message_texts


def main(root, files):
    status = 0
    for name, texts in texts_of(root):
        for text in texts((root / name).read_text()) if not files or name in files else []:
            for fault in faults_of(text):
                print(f"{name}:{text.line}: {fault}")
                status = 1
    return status


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1]), set(sys.argv[2:])))
