"""What docs/lecture_map.md and the tutorials say about slides."""
import re

OUTPUT = re.compile(r"\n/\* (Output[^\n]*)\n(.*)\*/\n\Z", re.S)
MAP_ROW = re.compile(r"^\| *(.*?) *\| *(.*?) *\| *\[(\d+)\]\((.*?)\) *\| *(.*?) *\|$", re.M)
LECTURE = re.compile(r"^## (The \w+ lecture|Beyond the slides)\n(.*?)(?=^## |\Z)", re.S | re.M)


def capital(title):
    """A title that begins a line; dZ and the like keep their form."""
    return title if re.match(r"[a-z][A-Z]", title) else title[:1].upper() + title[1:]


MOST = 24  # lines above or below a quoted one


def excerpt(code, quote):
    """The paragraph around a quoted line of a program, and the numbers of its lines."""
    squeezed = re.sub(r"\s+|//", "", quote)
    lines = code.splitlines()
    for first in range(len(lines)):
        joined = ""
        for last in range(first, min(first + 8, len(lines))):
            joined += re.sub(r"\s+|//", "", lines[last])
            if squeezed in joined and squeezed not in re.sub(r"\s+|//", "", "".join(lines[first + 1:last + 1])):
                begin, end = first, last + 1
                while begin > max(first - MOST, 0) and lines[begin - 1].strip():
                    begin -= 1
                while end < min(last + 1 + MOST, len(lines)) and lines[end].strip():
                    end += 1
                part = lines[begin:end]
                indent = min((len(line) - len(line.lstrip()) for line in part if line.strip()), default=0)
                return "\n".join(line[indent:] for line in part), begin + 1, end
    return "", 0, 0


def matrix_of(text):
    """The words before a matrix of a slide, its rows, and the words behind it."""
    rows = [row.strip() for row in text.split(" / ")]
    if len(rows) == 1:
        return "", text, ""
    numbers = rows[1] if len(rows) > 2 else re.search(r"(?: ?-?[a-z]?\d+)*$", rows[0])[0]
    count = len(numbers.split())
    if not count:
        return "", "\n".join(rows), ""
    first = re.search(rf"((?:\S+ ){{{count - 1}}}\S+)$", rows[0])
    last = re.match(rf"((?:[^\s,;]+ ){{{count - 1}}}[^\s,;]+)[,;]? ?(.*)$", rows[-1])
    if not first or not last:
        return "", "\n".join(rows), ""
    return (rows[0][:first.start()].strip(), "\n".join([first[1], *rows[1:-1], last[1]]), last[2])
