"""Runs calls in the library: see run_calls.cpp for what the files hold."""
import json
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "golden"))
import safetensors_file  # noqa: E402

LETTERS = "abcdefghijklmnop"


def request(op, options, inputs, layout="contiguous", gradient=False):
    """A call; `inputs` are tensors, None for one that is not given."""
    letters = "".join("-" if x is None else letter for letter, x in zip(LETTERS, inputs))
    return {"op": op, "options": options, "inputs": letters, "layout": layout,
            "gradient": gradient}, inputs


def run(program, requests):
    """For each request: a dict of its results by name ("0", "a" ...), or the text of its error."""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        tensors = {f"{i}/{letter}": x for i, (_, inputs) in enumerate(requests)
                   for letter, x in zip(LETTERS, inputs) if x is not None}
        safetensors_file.write(folder / "inputs", tensors)
        (folder / "calls").write_text(json.dumps([call for call, _ in requests]))
        output = subprocess.run([program, folder / "calls", folder / "inputs", folder / "results"],
                                check=True, stdout=subprocess.PIPE, text=True).stdout
        results = [{} for _ in requests]
        for key, tensor in safetensors_file.read(folder / "results").items():
            index, part = key.split("/")
            results[int(index)][part] = tensor
    for line in output.splitlines():
        error = json.loads(line)
        results[error["call"]] = error["error"]
    return results
