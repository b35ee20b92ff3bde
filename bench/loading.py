#!/usr/bin/env python3
"""Images of a second: JPEG files to normalised crops of 224 x 224, beside PyTorch's DataLoader.

  loading.py BENCH_FOLDER [--python PYTHON] [--images N] [--workers N ...] [--passes N]

BENCH_FOLDER has the program of loading.cpp. PYTHON has PyTorch, torchvision and PIL. Images are
500 x 375 or 375 x 500, made of slopes, blocks and noise, at quality 90. Both sides do what
torchvision's ImageNet example does: RandomResizedCrop, RandomHorizontalFlip, a float tensor,
Normalize. Each prints its best and its median pass; the first one is left out.
"""
import argparse
import pathlib
import statistics
import subprocess
import sys
import tempfile

FILES = """
import pathlib, random, sys
from PIL import Image
root, count = pathlib.Path(sys.argv[1]), int(sys.argv[2])
def band(numbers, width, height):
    def noise(w, h):
        return Image.frombytes("L", (w, h), numbers.randbytes(w * h)).resize((width, height), Image.BICUBIC)
    slope = Image.linear_gradient("L").rotate(numbers.randrange(360)).resize((width, height))
    rough = Image.blend(Image.blend(slope, noise(40, 30), 0.4), noise(160, 120), 0.25)
    return Image.blend(rough, noise(width, height), 0.06)
for i in range(count):
    numbers = random.Random(i)
    size = (500, 375) if numbers.random() < 0.7 else (375, 500)
    path = root / f"class{i % 3}" / f"{i:05}.jpg"
    path.parent.mkdir(exist_ok=True)
    Image.merge("RGB", [band(numbers, *size) for _ in range(3)]).save(path, quality=90)
"""
TORCH = """
import sys, time, torch
from torchvision import datasets, transforms as T
torch.set_num_threads(1)
workers, passes = int(sys.argv[2]), int(sys.argv[3])
train = T.Compose([T.RandomResizedCrop(224), T.RandomHorizontalFlip(), T.ToTensor(),
                   T.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])])
loader = torch.utils.data.DataLoader(datasets.ImageFolder(sys.argv[1], train), batch_size=32, shuffle=True,
                                     num_workers=workers, persistent_workers=workers > 0)
for _ in range(passes):
    start, count = time.perf_counter(), 0
    for images, labels in loader:
        count += images.shape[0]
    print(count / (time.perf_counter() - start), flush=True)
"""


def rates(command):
    run = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return [float(line) for line in run.stdout.split()][1:]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--python", default="/usr/bin/python3")
    parser.add_argument("--images", type=int, default=300)
    parser.add_argument("--workers", type=int, nargs="+", default=[2])
    parser.add_argument("--passes", type=int, default=6)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as files:
        subprocess.run([options.python, "-c", FILES, files, str(options.images)], check=True)
        for workers in options.workers:
            arguments = [files, str(workers), str(options.passes)]
            found = {"retrograd": rates([options.folder / "loading", *arguments]),
                     "PyTorch": rates([options.python, "-c", TORCH, *arguments])}
            for name, values in found.items():
                print(f"{workers} workers, {name}: {max(values):.0f} images a second at best, "
                      f"{statistics.median(values):.0f} in the median pass")
    return 0


if __name__ == "__main__":
    sys.exit(main())
