"""Trains on a folder of images that it writes, and asks the result about others.

usage: check_train.py RETROGRAD_TRAIN RETROGRAD_PREDICT
"""
import os
import pathlib
import random
import signal
import struct
import subprocess
import sys
import tempfile
import time
import unittest
import zlib

TRAIN, PREDICT = sys.argv[1:3]


def png(pixels, side):
    """An RGB image of `side` rows as a PNG file."""
    rows = b"".join(b"\0" + pixels[3 * side * y:3 * side * (y + 1)] for y in range(side))
    chunks = [(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)),
              (b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks)


def image(color, seed, side=40):
    """Noise around a colour."""
    numbers = random.Random(seed)
    return png(bytes(max(0, min(255, channel + numbers.randrange(-40, 40)))
                     for _ in range(side * side) for channel in color), side)


COLORS = {"blue sky": (60, 90, 200), "grass": (60, 180, 60), "rust": (180, 80, 40)}


def write_images(root, count, first=0):
    for name, color in COLORS.items():
        (root / name).mkdir(parents=True)
        for i in range(count):
            (root / name / f"{i}.png").write_bytes(image(color, f"{name}{first + i}"))


def run(program, *words, status=0):
    done = subprocess.run([program, *map(str, words)], capture_output=True, text=True)
    assert done.returncode == status, (done.returncode, done.stdout, done.stderr)
    return done.stdout if status == 0 else done.stdout + done.stderr


class Programs(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.root = pathlib.Path(self.folder.name)
        self.data = self.root / "data"
        self.out = self.root / "runs" / "a"
        self.usual = ["--data", self.data, "--out", self.out, "--model", "resnet18", "--size", "32",
                      "--batch-size", "12", "--threads", "1", "--workers", "2"]

    def test_a_folder_is_learned_and_images_are_named(self):
        write_images(self.data, 20)
        text = run(TRAIN, *self.usual, "--epochs", "3", "--lr", "0.02", "--batch-size", "10")
        self.assertIn("3 classes, 48 training and 12 test images", text)
        self.assertIn("epoch 3/3", text)
        self.assertNotIn("stopped at", text)  # the last batch has 8 images
        best = float(text.split("best accuracy ")[1].split()[0])
        self.assertGreater(best, 0.9)
        new = self.root / "new"
        write_images(new, 2, first=1000)
        files = [new / name / f"{i}.png" for name in COLORS for i in range(2)]
        (new / "text.png").write_text("no image")
        lines = run(PREDICT, self.out / "model.safetensors", "--top", "2", *files).splitlines()
        self.assertEqual(len(lines), len(files))
        for line, file in zip(lines, files):
            path, first, share, second, other = line.split("\t")
            self.assertEqual(path, str(file))
            self.assertEqual(first, file.parent.name)
            self.assertNotEqual(first, second)
            self.assertGreaterEqual(float(share), float(other))
        text = run(PREDICT, self.out / "model.safetensors", new / "text.png", files[0], status=2)
        self.assertIn("text.png", text)
        self.assertIn(f"{files[0]}\t{files[0].parent.name}", text)

    def test_a_run_that_was_stopped_goes_on_and_ends_with_the_same_bits(self):
        write_images(self.data, 12)
        run(TRAIN, *self.usual, "--epochs", "4", "--out", self.root / "whole")
        process = subprocess.Popen([TRAIN, *map(str, self.usual), "--epochs", "4"],
                                   stdout=subprocess.PIPE, text=True)
        process.stdout.readline()
        time.sleep(0.5)
        process.send_signal(signal.SIGTERM)
        process.communicate()
        self.assertIn(process.returncode, (0, 3))
        if process.returncode == 3:
            self.assertIn("add --resume", run(TRAIN, *self.usual, "--epochs", "4", status=2))
        run(TRAIN, *self.usual, "--epochs", "4", "--resume")
        whole, parts = (folder / "model.safetensors" for folder in (self.root / "whole", self.out))
        self.assertEqual(whole.read_bytes(), parts.read_bytes())

    def test_weights_of_other_classes_get_a_new_last_layer(self):
        write_images(self.data, 8)
        run(TRAIN, *self.usual, "--epochs", "1")
        (self.data / "sand").mkdir()
        for i in range(8):
            (self.data / "sand" / f"{i}.png").write_bytes(image((200, 190, 140), i))
        text = run(TRAIN, *self.usual, "--epochs", "1", "--out", self.root / "b", "--freeze",
                   "--weights", self.out / "model.safetensors")
        self.assertIn("4 classes", text)

    def test_faults_are_named_before_anything_is_written(self):
        self.assertIn("no_such_net", run(TRAIN, "--data", self.data, "--model", "no_such_net", status=2))
        self.assertIn(str(self.data), run(TRAIN, *self.usual, status=2))
        self.assertIn("--data", run(TRAIN, status=2))
        self.assertFalse(self.out.exists())
        weights = self.root / "no_model.safetensors"
        weights.write_bytes(b"\2\0\0\0\0\0\0\0{}")
        self.assertIn("no file of retrograd-train", run(PREDICT, weights, "x.png", status=2))
        for program in (TRAIN, PREDICT):
            self.assertIn("example: ", run(program, "--help"))
            self.assertIn("0.", run(program, "--version"))


if __name__ == "__main__":
    os.environ["OMP_WAIT_POLICY"] = "passive"
    unittest.main(argv=sys.argv[:1])
