"""Prints how a source is compiled, up to its output: compile_command.py COMPILE_COMMANDS SOURCE"""
import json
import os
import shlex
import sys

source = os.path.abspath(sys.argv[2])
with open(sys.argv[1]) as file:
    entry = next(e for e in json.load(file) if e["file"] == source)
words = shlex.split(entry["command"])
del words[words.index("-o"):words.index("-o") + 2]
if "ccache" in words[0]:
    words = words[1:]
print("cd", shlex.quote(entry["directory"]), "&&", shlex.join(words))
