#!/usr/bin/env python3
"""Compares the pixels of images with those of Python's PIL, byte by byte.

  compare_pil.py PIL_IMAGES

PIL_IMAGES is the program of pil_images.cpp. Files are written by PIL, and of kinds that PIL cannot
write by the program. Each is read as RGB and as grey, turned or not by its EXIF data, and scaled.
Skipped where PIL is not installed.
"""
import pathlib
import random
import subprocess
import sys
import tempfile

sys.path.append(str(pathlib.Path(__file__).parents[1]))
from skip import skip

try:
    from PIL import Image, ImageFilter, ImageOps, __version__
except ImportError:
    skip("package", "this needs PIL for Python (python3-pil)")


def picture(mode, width, height, seed):
    """Slopes, edges and noise."""
    numbers = random.Random(seed)
    bands = []
    for _ in Image.new(mode, (1, 1)).getbands():
        slope = Image.linear_gradient("L").rotate(numbers.randrange(360)).resize((width, height))
        noise = Image.frombytes("L", (width, height), numbers.randbytes(width * height))
        blocks = noise.resize((max(1, width // 9), max(1, height // 9))).resize((width, height))
        bands.append(Image.blend(Image.blend(slope, noise, 0.2), blocks, 0.3))
    return Image.merge(mode, bands) if len(bands) > 1 else bands[0]


def jpeg_files(folder):
    def save(name, mode, size, **options):
        picture(mode, *size, name).save(folder / f"{name}.jpg", **options)

    save("baseline", "RGB", (160, 120))
    save("quality_10", "RGB", (127, 93), quality=10)
    save("quality_100", "RGB", (99, 101), quality=100)
    save("full_colour", "RGB", (85, 64), subsampling=0)
    save("half_colour", "RGB", (85, 65), subsampling=1)
    save("quarter_colour", "RGB", (333, 251), subsampling=2)
    save("optimised", "RGB", (64, 48), optimize=True)
    save("progressive", "RGB", (160, 120), progressive=True)
    save("progressive_odd", "RGB", (161, 119), progressive=True, quality=95)
    save("grey", "L", (160, 120))
    save("grey_odd", "L", (31, 17), quality=20)
    save("grey_progressive", "L", (77, 53), progressive=True)
    save("cmyk", "CMYK", (64, 48))
    save("cmyk_odd", "CMYK", (45, 67), quality=95)
    save("cmyk_progressive", "CMYK", (64, 49), progressive=True)
    for width, height in ((1, 1), (1, 17), (17, 1), (7, 5), (8, 8), (9, 16), (15, 33)):
        save(f"size_{width}_{height}", "RGB", (width, height))
    save("size_grey_1_1", "L", (1, 1))
    save("size_cmyk_1_1", "CMYK", (1, 1))
    save("wide", "RGB", (2000, 3), progressive=True)


def png_files(folder):
    def save(name, image, **options):
        image.save(folder / f"{name}.png", **options)

    colour = picture("RGB", 53, 37, "png")
    grey = picture("L", 53, 37, "grey")
    save("rgb", colour)
    save("rgb_alpha", picture("RGBA", 20, 30, "alpha"))
    save("grey", grey)
    save("grey_alpha", picture("LA", 20, 30, "alpha"))
    save("black_and_white", grey.convert("1"))
    save("palette", colour.quantize(200))
    save("palette_of_16", colour.quantize(16))
    save("palette_of_4", colour.quantize(4))
    save("palette_of_2", colour.quantize(2))
    save("palette_transparent", colour.quantize(16), transparency=3)
    for orientation in range(1, 9):
        exif = Image.Exif()
        exif[0x0112] = orientation
        save(f"turned_{orientation}", colour, exif=exif)


def wanted(path, mode, turn, size):
    image = Image.open(path)
    if size:
        image.draft(None, size)
    if turn:
        image = ImageOps.exif_transpose(image)
    return image.convert(mode)


def main(program):
    compared = 0
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        jpeg_files(folder)
        png_files(folder)
        subprocess.run([program, "write", folder], check=True)
        paths = sorted(folder.iterdir())
        jobs = [(path, mode, turn, size) for path in paths for mode in ("RGB", "L") for turn in (0, 1)
                for size in (None, (20, 15), (33, 30))
                if size is None or (path.suffix == ".jpg" and mode == "RGB" and not turn)]
        lines = [f"{mode} {turn} {size[1] if size else 0} {size[0] if size else 0} {path}"
                 for path, mode, turn, size in jobs]
        subprocess.run([program, "read"], input="\n".join(lines), text=True, check=True)
        for path, mode, turn, size in jobs:
            ours = pathlib.Path(f"{path}.{mode}.{turn}.{size[1] if size else 0}").read_bytes()
            image = wanted(path, mode, turn, size)
            theirs = f"{image.width} {image.height}\n".encode() + image.tobytes()
            if ours != theirs:
                differ = sum(a != b for a, b in zip(ours, theirs))
                sys.exit(f"{path.name} as {mode}, turned {turn}, size {size}: {differ} of "
                         f"{len(theirs)} bytes differ, {len(ours)} read")
            compared += 1
    print(f"PIL {__version__}: {compared} images of {len(paths)} files are equal")


if __name__ == "__main__":
    main(sys.argv[1])
