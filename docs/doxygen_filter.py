#!/usr/bin/env python3
"""Prints a file for Doxygen, which asks for comments and formulas of its own form.

  doxygen_filter.py FILE

In a header, a plain comment right above a declaration, or behind it on its last line, becomes its
documentation. What has no comment of its own is looked up in glossary.txt. A declaration right
below another shares the comment above that one: overloads, and in namespaces other functions too. A
line `// --- title ---` in a class begins a group. Left out is what no user calls: namespaces called
detail, deleted members, destructors, friends, forward declarations, instantiations.

In a page, formulas between dollar signs become Doxygen's, and comments for other tools go.
"""
import pathlib
import re
import sys

TOKEN = re.compile(
    r"""//[^\n]*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])'|(?m:^[ \t]*\#(?:[^\n\\]|\\.|\\\n)*)"""
    r"""|[{}();:,]|\s+|[^\s{}();:,"'/#]+|.""", re.S)
LEFT_OUT = re.compile(
    r"= delete;|^(virtual )?~|^friend (class|void|Tensor|Member) |^extern template|^static_assert"
    r"|^(class|struct|enum class)( RETROGRAD_API)? \w+( : [\w:]+)?;|^template <[^{]*class \w+;"
    r"|^using [\w<>]+::\w+;")
HEAD = re.compile(r"\b(?:class|struct|enum class|enum|using)(?: RETROGRAD_API)? (\w+)")
FUNCTION = re.compile(r"(operator ?\(\)|operator ?[^\s(]+|operator \w+|\w+) ?\(")
FIELD = re.compile(r"(\w+)(?:\[\d*\])?(?: = .*|\{.*)?;$")
ALIAS = re.compile(r"using \w+?([123])d(?:Options)? = (\w+)<([^<>]*)>;")
SECTION = re.compile(r"// --- (.*) ---$")


def glossary():
    text = pathlib.Path(__file__).with_name("glossary.txt").read_text()
    return dict(re.findall(r"^([^#\s][^\n]*?): (.*)$", text, re.M))


class Declaration:
    """A declaration, or the head of a class, an enumeration or a namespace."""

    def __init__(self, begin, scope, owner):
        self.begin, self.end = begin, None
        self.scope, self.owner = scope, owner  # what it stands in: the kind, and the class's name
        self.opens = None
        self.text = ""

    @property
    def flat(self):
        return " ".join(self.text.split())

    @property
    def name(self):
        text = re.sub(r"^template <.*?> (?=[a-z\w])", "", self.flat)
        text = re.sub(r"^requires.*?(?=(constexpr|explicit|\w+\((?!sizeof|std)))", "", text)
        head = HEAD.match(text)
        if head or self.opens:
            return head[1] if head else ""
        found = (FUNCTION.search(text.split(" = ")[0]) or FIELD.search(text) or
                 re.match(r"(\w+)", text))
        return found[1] if found else ""

    def looked_up(self, words):
        """What the glossary says of it."""
        name = self.name
        alias = ALIAS.match(self.flat)
        if alias:
            way = alias[3].partition(", PaddingMode::")[2]
            plural = "" if alias[1] == "1" else "s"
            return f"{alias[2]} over {alias[1]} spatial dimension{plural}{': ' + way if way else ''}."
        if self.flat.startswith("using") and "= Schedule<" in self.flat:
            return f"The schedule that {name}Options describes."
        if name == self.owner:
            return words.get(f"{name}::{name}", words["constructor"])
        if self.opens == "class" and name.endswith("Options"):
            return words["Options"]
        return words.get(f"{self.owner}::{name}") or words.get(name, "")


def kind_of_scope(text):
    """What an opening brace after this text begins."""
    if text.startswith("namespace"):
        return "detail" if re.search(r"\bdetail\b", text) else "namespace"
    text = re.sub(r"^template <.*?> ", "", text)
    if text.startswith("enum"):
        return "enum"
    return "class" if re.match(r"(class|struct|union)\b", text) else "body"


def declarations(text):
    """The declarations of a header in order; the closing brace of a scope comes as None."""
    scopes, owners, parentheses, current = ["namespace"], [""], 0, None
    tokens = [(m.start(), m[0]) for m in TOKEN.finditer(text)]

    def ended(end, opens=None):
        nonlocal current
        done, current = current, None
        done.end, done.opens = end, opens
        return done

    for place, (start, token) in enumerate(tokens):
        inside = scopes[-1] in ("body", "detail")
        if token.startswith("//") or token.lstrip().startswith("#"):
            continue
        if token == "{":
            kind = kind_of_scope(current.flat if current else "")
            if inside or parentheses:
                kind = "detail" if scopes[-1] == "detail" else "body"
            scopes.append(kind)
            if kind in ("class", "enum", "namespace"):
                head = ended(start + 1, kind)
                owners.append(head.name)
                yield head
            elif current:
                current.text += token
                if kind == "detail":
                    current = None
        elif token == "}":
            closed = scopes.pop()
            if closed in ("class", "enum", "namespace"):
                if current:  # the last value of an enumeration
                    yield ended(start)
                owners.pop()
                yield None
            elif current:
                current.text += token
                after = next((t for _, t in tokens[place + 1:] if not t.isspace()), ";")
                if scopes[-1] != "body" and not parentheses and after[0] not in ";,{)":
                    yield ended(start + 1)
        elif inside or token.isspace():
            if current:
                current.text += token
        else:
            parentheses += (token == "(") - (token == ")")
            if current is None:
                if token == ";":
                    continue
                current = Declaration(start, scopes[-1], owners[-1])
            current.text += token
            if current.flat in ("public:", "private:", "protected:"):
                yield ended(start + 1, "access")
            elif not parentheses and (token == ";" or token == "," and scopes[-1] == "enum"):
                yield ended(start + 1)


def escaped(text):
    """Text in which nothing but `code` means anything to Doxygen."""
    parts = re.split(r"(`[^`]*`)", text)
    entities = {"<": "&lt;", ">": "&gt;", "&": "&amp;", "*": "&lowast;"}
    for i in range(0, len(parts), 2):
        parts[i] = re.sub(r'[\\@<>#%&*"]', lambda m: entities.get(m[0], "\\" + m[0]), parts[i])
    return "".join(parts)


def capitalised(text):
    """Text with a first letter as that of a sentence, where it begins with a word."""
    return text[:1].upper() + text[1:] if re.match(r"[a-z]{2,} ", text) else text


def documentation(lines):
    """Comment lines without slashes in Doxygen's form: paragraphs, and code where indented."""
    out = []
    previous = "blank"
    for line in lines:
        kind = "code" if line.startswith("   ") else "text" if line.strip() else "blank"
        if previous == "code" != kind:
            out.append("@endcode\n\n")
        if kind == "code":
            out.append(("" if previous == "code" else "\n\n@code{.cpp}\n") + line[3:] + "\n")
        elif kind == "text":
            out.append(escaped(line.strip()) + " ")
        else:
            out.append("\n\n")
        previous = kind
    if previous == "code":
        out.append("@endcode\n")
    return "".join(out).strip()


def comment_above(text, begin):
    """The comment lines right above an offset, and the title of a group that begins there."""
    lines = []
    for line in reversed(text[:begin].rpartition("\n")[0].split("\n")):
        section = SECTION.match(line.strip())
        if section or not line.strip().startswith("//"):
            return lines, section and section[1]
        lines.insert(0, line.strip()[2:])
    return [], None  # the file's own comment


def comment_behind(text, end):
    behind = re.match(r"[;,]?[ \t]*// ?([^\n]*)", text[end:])
    return [] if not behind or behind[1].startswith(("NOLINT", "namespace")) else [" " + behind[1]]


def without_constraint(code):
    """A template without its requires clause, which Doxygen takes for a function."""
    if "requires" not in code:
        return code
    return re.sub(r"requires\(sizeof.*?\) (?=constexpr|explicit)|requires std::\w+<[^<>]*> ?", "",
                  " ".join(code.split()))


def shares_comment(declaration, previous, words):
    """Whether the comment above `previous` is meant for a declaration right below it, too."""
    if declaration.scope == "namespace":
        return "(" in declaration.flat and declaration.name not in words
    return declaration.name == previous.name


def header(text):
    words = glossary()
    first = re.match(r"((?://[^\n]*\n)+)", text)[1].splitlines()
    out = [f"/** @file\n{documentation([line[2:] for line in first])}\n*/\n"]
    out += re.findall(r"(?m)^#(?:pragma|include).*\n", text)
    groups, previous, shared = [False], None, []

    def end_group():
        if groups[-1]:
            out.append("/**@}*/\n")
            groups[-1] = False

    for item in declarations(text):
        if item is None:
            end_group()
            groups.pop()
            out.append("};\n")
            previous = None
            continue
        code = re.sub(r"//[^\n]*", "", text[item.begin:item.end]).rstrip()
        lines, section = comment_above(text, item.begin)
        if section or item.opens == "access":
            end_group()
        if section and item.scope == "class":
            out.append(f"/** @name {capitalised(section)} */\n/**@{{*/\n")
            groups[-1] = True
        if LEFT_OUT.search(item.flat):
            continue
        behind = [] if item.opens else comment_behind(text, item.end)
        below = previous and text[previous.end:item.begin].count("\n") == 1
        if lines or not below:
            shared = lines
        elif shares_comment(item, previous, words):
            lines = shared
        if behind:
            lines = lines + [""] * bool(lines) + behind
        if item.opens not in ("namespace", "access"):
            doc = documentation(lines)
            if lines == behind:
                doc = capitalised(doc)
            if not lines or lines == behind and len(doc.split()) < 7:
                doc = f"{escaped(item.looked_up(words))} {doc}".strip()
            out.append(f"/** {doc} */\n" if doc else "")
        out.append(without_constraint(code) + "\n")
        previous = None if item.opens else item
        if item.opens in ("class", "enum", "namespace"):
            groups.append(False)
    return "".join(out)


def page(text):
    """Markdown as other readers take it, in Doxygen's dialect."""
    parts = re.split(r"(^```.*?^```$)", text, flags=re.S | re.M)
    for i, part in enumerate(parts):
        if part.startswith("```math"):
            parts[i] = "\\f[" + part[len("```math"):-len("```")] + "\\f]"
        elif not part.startswith("```"):
            part = re.sub(r"<!--.*?-->\n?", "", part, flags=re.S)
            part = re.sub(r"(?m)^#+ .*", lambda m: m[0].replace("`", ""), part)
            part = re.sub(r"(?<!`)`([^`\n]*'[^`\n]*)`", r"``\1``", part)  # a quote ends `code`
            part = re.sub(r"(?<![\\$\w])\$([^$`\n]+)\$(?![\w$])", r"\\f$\1\\f$", part)
            part = re.sub(r"\[([^\]]*)\]\(#[^)]*\)", r"\1", part)  # headings have no names here
            part = re.sub(r"(\]\([^)#]*)#[^)]*\)", r"\1)", part)
            part = re.sub(r"(!\[[^\]]*\]\()docs/", r"\1", part)  # images are found by their names
            # Pages are in build/docs/html; what is no page stays where it is.
            part = re.sub(r"(?<=\]\()(\.\./[^)]*)(?<!\.md)\)", r"../../\1)", part)
            parts[i] = part
    return "".join(parts)


if __name__ == "__main__":
    file = pathlib.Path(sys.argv[1])
    text = re.sub(r"^#ifndef RETROGRAD_DOXYGEN.*?^#endif$", "", file.read_text(), flags=re.S | re.M)
    sys.stdout.write((page if file.suffix == ".md" else header)(text))
