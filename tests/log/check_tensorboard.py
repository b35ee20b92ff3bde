"""Compares what TensorBoard reads of event files with what was written.

usage: check_tensorboard.py WRITE_EVENTS
Exits with 77 without TensorBoard.
"""
import io
import json
import math
import pathlib
import subprocess
import sys
import tempfile

try:
    import numpy as np
    from PIL import Image
    from tensorboard.backend.event_processing import event_accumulator, plugin_event_accumulator
    from tensorboard.plugins.hparams import plugin_data_pb2
    from tensorboard.util import tensor_util
except ImportError as error:
    print(f"skipped [package]: {error}")
    sys.exit(77)

EVERYTHING = {kind: 0 for kind in ("scalars", "histograms", "images", "tensors")}


def read(folder):
    """The files as they are, and as TensorBoard's page gets them."""
    raw = event_accumulator.EventAccumulator(str(folder), size_guidance=EVERYTHING)
    page = plugin_event_accumulator.EventAccumulator(str(folder), tensor_size_guidance={})
    for each in raw, page:
        each.Reload()
    return raw, page


def same(found, wanted, what):
    assert found == wanted, f"{what}: {found!r} instead of {wanted!r}"


def check_scalars(raw, folder):
    same(sorted(raw.Tags()["scalars"]), ["accuracy", "loss/train", "odd", "partly/not_finite"], "tags")
    losses = raw.Scalars("loss/train")
    same([each.step for each in losses], list(range(100)), "steps")
    same([each.value for each in losses],
         [float(np.float32(math.exp(-step / 30))) for step in range(100)], "losses")
    assert losses[-1].wall_time >= losses[0].wall_time > 1.6e9
    assert abs(raw.Scalars("accuracy")[20].value - (1 - math.exp(-1))) < 0.003
    odd = raw.Scalars("odd")
    assert math.isnan(odd[0].value)
    same([each.value for each in odd[1:]], [math.inf, -math.inf, 7.0], "odd values")
    same(odd[3].step, 2147483647, "a large step")
    same(raw.Scalars("partly/not_finite")[0].value, 2.0, "elements that are not finite")
    lines = [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
    same(lines[0]["hparams"], {"lr": 0.125, "optimizer": "sgd", "augment": True, "epochs": 3}, "JSON")
    same([line["value"] for line in lines if line.get("tag") == "loss/train"],
         [math.exp(-step / 30) for step in range(100)], "JSON")
    same([line["value"] for line in lines if line.get("tag") == "odd"],
         ["NaN", "Infinity", "-Infinity", 7], "JSON")


def check_histograms(raw, page):
    ramp = raw.Histograms("ramp")[0].histogram_value
    same((ramp.min, ramp.max, ramp.num, ramp.sum, ramp.sum_squares),
         (0, 59, 60, 59 * 30, sum(i * i for i in range(60))), "ramp")
    same(ramp.bucket, [2] * 30, "counts of the ramp")
    same(len(raw.Histograms("weights")), 5, "histograms")
    same(sum(raw.Histograms("weights")[4].histogram_value.bucket), 1000, "counted elements")
    for tag, wanted in (("constant", [[2.5, 2.5, 7]]), ("empty", np.zeros([0, 3]).tolist()),
                        ("partly", None)):
        found = tensor_util.make_ndarray(page.Tensors(tag)[0].tensor_proto)
        if wanted is not None:
            same(found.tolist(), wanted, tag)
        else:
            same(found[:, 2].sum(), 2, tag)


def pixels(raw, tag):
    (image,) = raw.Images("image/" + tag)
    decoded = Image.open(io.BytesIO(image.encoded_image_string))
    decoded.load()
    same((image.width, image.height), decoded.size, "size of " + tag)
    return decoded.mode, np.asarray(decoded)


def check_images(raw):
    ramp = np.rint(255 * np.arange(12).reshape(3, 4) / 11).astype(np.uint8)
    mode, grey = pixels(raw, "grey")
    assert mode == "L" and (grey == ramp).all()
    mode, colour = pixels(raw, "colour")
    assert mode == "RGB" and (colour[..., 0] == ramp).all() and not colour[..., 2].any()
    assert (np.abs(colour[..., 1].astype(int) + ramp - 255) <= 1).all()
    mode, alpha = pixels(raw, "alpha")
    assert mode == "RGBA" and (np.abs(alpha[..., 0].astype(int) - ramp) <= 1).all()
    same(pixels(raw, "bytes")[1].ravel().tolist(), list(range(12)), "bytes")
    assert (pixels(raw, "turned")[1] == ramp.T).all()
    same(pixels(raw, "cut")[1].ravel().tolist(), [0, 255, 0], "values outside")


def check_text_and_hparams(page):
    text = tensor_util.make_ndarray(page.Tensors("notes")[0].tensor_proto).item()
    same(text.decode(), "# A run\n\nwith **two** lines & a <tag>, \u00e4\u20ac", "text")
    same(page.SummaryMetadata("notes").plugin_data.plugin_name, "text", "plugin of the text")
    metadata = page.SummaryMetadata("_hparams_/session_start_info")
    data = plugin_data_pb2.HParamsPluginData.FromString(metadata.plugin_data.content)
    found = data.session_start_info.hparams
    same((found["lr"].number_value, found["optimizer"].string_value, found["augment"].bool_value,
          found["epochs"].number_value), (0.125, "sgd", True, 3), "hyper-parameters")


def check_graph(raw):
    graph = raw.Graph()
    nodes = {node.name: node for node in graph.node}
    same(sorted((node.op, node.name) for node in graph.node),
         [("Output", "output"), ("Parameter", "Net/conv/bias"), ("Parameter", "Net/conv/weight"),
          ("Parameter", "Net/fc/bias"), ("Parameter", "Net/fc/weight"), ("Placeholder", "input"),
          ("conv2d", "Net/conv/conv2d"), ("flatten", "Net/flatten"), ("linear", "Net/fc/linear"),
          ("max_pool2d", "Net/max_pool2d"), ("relu", "Net/relu")], "nodes")
    same(list(nodes["Net/conv/conv2d"].input), ["input", "Net/conv/weight", "Net/conv/bias"], "edges")
    same(list(nodes["output"].input), ["Net/fc/linear"], "edges")
    shape = nodes["Net/relu"].attr["_output_shapes"].list.shape[0]
    same([dim.size for dim in shape.dim], [2, 4, 8, 8], "shape")
    assert nodes["Net/relu"].attr["line"].s.startswith(b"write_events.cpp:")
    assert all(name.split(":")[0] in nodes for node in graph.node for name in node.input)


def main():
    write_events = sys.argv[1]
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name) / "all"
        subprocess.run([write_events, folder], check=True, stdout=subprocess.DEVNULL)
        raw, page = read(folder)
        check_scalars(raw, folder)
        check_histograms(raw, page)
        check_images(raw)
        check_text_and_hparams(page)
        check_graph(raw)

        resumed = pathlib.Path(name) / "resumed"
        subprocess.run([write_events, resumed, "steps", "40"], check=True)
        for values in ([(each.step, each.value) for each in read(resumed)[0].Scalars("loss")],
                       [(line["step"], line["value"]) for line in map(
                           json.loads, (resumed / "metrics.jsonl").read_text().splitlines())]):
            same(values, [(step, step if step >= 20 else 1000 + step) for step in range(40)], "resumed")

        # Cut at every byte of the last record and beyond, as a kill or a full disk leaves it.
        (events,) = folder.glob("events.*")
        whole = events.read_bytes()
        for missing in (1, 4, 5, 40, len(whole) - 60):
            events.write_bytes(whole[:-missing])
            assert read(folder)[0].Tags() is not None
            assert missing > 100 or len(read(folder)[0].Scalars("loss/train")) == 100
    print("scalars, histograms, images, text, hyper-parameters and a graph are read as written")


if __name__ == "__main__":
    main()
