"""The reference, from the XML that Doxygen writes: a page for each function's name and each type."""
import collections
import html
import re
import xml.etree.ElementTree as ElementTree

import text

TYPES = {"class", "struct"}


def short(name):
    """The name that programs write after rg::."""
    return name.removeprefix("retrograd::").removeprefix("retrograd")


def file_name(name):
    """A file's name for a C++ name."""
    return re.sub(r"[^\w.]", lambda m: f"_{ord(m[0]):x}", name.replace("::", "."))


class Entry:
    """What a page of the reference is about."""

    def __init__(self, name, kind, folder, element):
        self.name, self.kind = name, kind
        self.path = f"reference/{folder}{file_name(name)}.html"
        self.elements = [element]


def words(element):
    return " ".join("".join(element.itertext()).split()) if element is not None else ""


def header_of(element):
    location = element.find("location")
    return location.get("declfile") or location.get("file") if location is not None else ""


class Reference:
    def __init__(self, site, folder):
        self.site = site
        self.targets = {}  # Doxygen's ids to paths
        self.entries = {}
        self.classes = {}
        self.files = {}  # header to its element
        index = ElementTree.parse(folder / "index.xml").getroot()
        for compound in index.findall("compound"):
            kind = compound.get("kind")
            if kind not in TYPES | {"namespace", "file"}:
                continue
            found = ElementTree.parse(folder / f"{compound.get('refid')}.xml").getroot().find("compounddef")
            name = found.findtext("compoundname")
            if kind == "file":
                where = found.find("location").get("file")
                self.files[where] = found
            elif kind == "namespace":
                self.add_namespace(name, found)
            elif name.startswith("retrograd::") and "@" not in name:
                self.add_type(short(name), found)

    def add_namespace(self, name, compound):
        if name != "retrograd" and not name.startswith("retrograd::"):
            return
        for member in compound.iter("memberdef"):
            kind = member.get("kind")
            full = f"{short(name)}::{member.findtext('name')}".removeprefix("::")
            key = (full, kind == "function")
            if key in self.entries:
                self.entries[key].elements.append(member)
            else:
                folder = {"function": "functions/", "variable": "values/"}.get(kind, "types/")
                self.entries[key] = Entry(full, kind, folder, member)
            self.targets[member.get("id")] = self.entries[key].path
            for value in member.findall("enumvalue"):
                self.targets[value.get("id")] = self.entries[key].path

    def add_type(self, name, compound):
        entry = Entry(name, compound.get("kind"), "types/", compound)
        self.entries[name, False] = entry
        self.targets[compound.get("id")] = entry.path
        for member in compound.iter("memberdef"):
            if member.get("prot") == "private":
                continue
            self.targets[member.get("id")] = f"{entry.path}#{member.get('id').rsplit('_1', 1)[1]}"

    def names(self):
        """C++ names to pages: a type's page, or else the function's."""
        found = {}
        for (name, is_function), entry in sorted(self.entries.items(), key=lambda item: item[0][1]):
            found.setdefault(name, entry.path)
        return found

    # --- pieces of Doxygen's XML as HTML ---

    def inline(self, writer, element):
        """The content of an element."""
        out = [html.escape(element.text or "")]
        for child in element:
            out.append(self.piece(writer, child) + html.escape(child.tail or ""))
        return "".join(out)

    def piece(self, writer, child):
        inner = lambda: self.inline(writer, child)  # noqa: E731
        tag = child.tag
        if tag == "ref":
            target = self.targets.get(child.get("refid"))
            return f'<a href="{writer.href(target)}">{inner()}</a>' if target else inner()
        if tag == "computeroutput":
            return writer.named(re.fullmatch(r"<code>([^<]*)</code>", f"<code>{html.escape(words(child))}</code>"))
        if tag == "formula":
            block = child.text.startswith("\\[")
            return writer.formula(child.text[2:-2] if block else child.text.strip("$"), block)
        if tag == "programlisting":
            lines = ["".join(self.code_line(line)) for line in child.findall("codeline")]
            return writer.code("\n".join(lines))
        if tag == "parameterlist":
            return self.exceptions(writer, child)
        if tag == "sp":
            return " "
        if tag == "ulink":
            return f'<a href="{html.escape(child.get("url"))}">{inner()}</a>'
        simple = {"itemizedlist": "ul", "orderedlist": "ol", "listitem": "li", "para": "p",
                  "bold": "b", "emphasis": "em"}
        return f"<{simple[tag]}>{inner()}</{simple[tag]}>" if tag in simple else inner()

    def code_line(self, line):
        for piece in line.iter():
            yield " " if piece.tag == "sp" else piece.text or ""
            if piece is not line:
                yield piece.tail or ""

    def exceptions(self, writer, child):
        rows = []
        for item in child.findall("parameteritem"):
            name = self.inline(writer, item.find("parameternamelist/parametername"))
            told = "".join(self.inline(writer, part) for part in item.findall("parameterdescription/para"))
            rows.append(f"<dt><code>{name}</code></dt><dd>{told.strip()}</dd>")
        title = "Throws" if child.get("kind") == "exception" else "Parameters"
        return f'</p><h3 class="throws">{title}</h3><dl>{"".join(rows)}</dl><p>'

    def description(self, writer, element):
        """The brief and the detailed description."""
        out = []
        for part in ("briefdescription", "detaileddescription"):
            found = element.find(part)
            for para in found.findall("para") if found is not None else []:
                out.append(f"<p>{self.inline(writer, para).strip()}</p>")
        joined = "".join(out)
        joined = re.sub(r"(<pre.*?</pre>|<ul>.*?</ul>|<ol>.*?</ol>)", r"</p>\1<p>", joined, flags=re.S)
        joined = re.sub(r"<li>\s*<p>(.*?)</p>\s*</li>", r"<li>\1</li>", joined, flags=re.S)
        return re.sub(r"<p>\s*</p>", "", joined)

    def signature(self, writer, member):
        """A declaration, in which types are links."""
        kind = member.get("kind")
        name = member.findtext("name")
        result = self.inline(writer, member.find("type")) if member.find("type") is not None else ""
        head = f"{result} " if result else ""
        templates = member.find("templateparamlist")
        if templates is not None:
            inside = ", ".join(self.typed(writer, param) for param in templates.findall("param"))
            head = f"template &lt;{inside}&gt;\n{head}"
        if kind == "function":
            params = [self.typed(writer, param) for param in member.findall("param")]
            flat = ", ".join(params)
            wide = len(text.plain(f"{head}{name}({flat})")) > 84
            inside = ",\n    ".join([""] + params)[1:] if wide else flat
            tail = " const" if member.get("const") == "yes" else ""
            return self.declared(f"{head}<b>{html.escape(name)}</b>({inside}){tail}")
        value = member.findtext("initializer") or ""
        if kind == "typedef":
            return self.declared(f"using <b>{html.escape(name)}</b> = {result}")
        if kind == "enum":
            return self.declared(f"enum class <b>{html.escape(name)}</b>")
        return self.declared(f"{head}<b>{html.escape(name)}</b> {html.escape(' '.join(value.split()))}")

    def declared(self, code):
        """A declaration, without Doxygen's spaces inside of < >."""
        code = re.sub(r"(?<!template )&lt; *| +(?=&gt;)", lambda m: "&lt;" if m[0].strip() else "", code)
        return f'<pre class="code signature"><code>{code.strip()}</code></pre>'

    def typed(self, writer, param):
        kind = self.inline(writer, param.find("type")) if param.find("type") is not None else ""
        name = html.escape(param.findtext("declname") or "")
        value = words(param.find("defval"))
        joined = f"{kind} {name}".strip().replace("&amp; ", "&amp; ").replace(" &amp;", "&amp;")
        return joined + (f" = {html.escape(value)}" if value else "")
