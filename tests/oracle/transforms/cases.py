"""Random calls of transforms, and torchvision's results for them."""
import random

import torch
import torchvision.transforms.functional as F
from torchvision.transforms import InterpolationMode

import calls_file

LAYOUTS = ["contiguous", "channels_last", "gapped"]


def smooth(generator, shape):
    """Values in [0, 1) that are noise, or noise with smooth parts and flat ones."""
    noise = torch.rand(shape, generator=generator)
    if generator.initial_seed() % 3 == 0:
        return noise
    lines = torch.linspace(0, 1, shape[-1]) * torch.linspace(0.2, 1, shape[-2])[:, None]
    return (0.8 * lines + 0.2 * noise * (lines > 0.3)).expand(shape).contiguous()


def crop_box(r, height, width, outside):
    h, w = r.randint(1, height), r.randint(1, width)
    top, left = r.randint(0, height - h), r.randint(0, width - w)
    if outside:
        top, left = r.randint(-h, height), r.randint(-w, width)
    return [top, left, h, w]


def resize(r, x):
    size = [r.randint(1, 60)] if r.random() < 0.4 else [r.randint(1, 60), r.randint(1, 60)]
    if len(size) == 1 and max(x.shape[-2:]) / min(x.shape[-2:]) > 8:
        size = [r.randint(1, 8)]
    mode = r.choice(["nearest", "bilinear", "bicubic"])
    return {"size": size, "interpolation": mode}, lambda: F.resize(
        x, size, InterpolationMode(mode), antialias=mode != "nearest" or None)


def pad(r, x):
    height, width = x.shape[-2:]
    mode = r.choice(["constant", "edge", "reflect", "symmetric"])
    low = -3 if mode == "symmetric" and min(height, width) > 12 else 0
    most = {"constant": 9, "edge": 9, "reflect": min(height, width) - 1}.get(
        mode, min(height, width) - 6 if low else min(height, width))
    p = [r.randint(low, max(min(most, 9), low)) for _ in range(4)]
    fill = (r.randint(0, 255) if x.dtype == torch.uint8 else r.random()) if r.random() < 0.5 else 0
    return {"padding": p, "mode": mode, "fill": fill}, lambda: F.pad(x, p, fill, mode)


def center_crop(r, x):
    size = [r.randint(1, 60), r.randint(1, 60)]
    return {"size": size}, lambda: F.center_crop(x, size)


def crop(r, x):
    box = crop_box(r, *x.shape[-2:], outside=r.random() < 0.5)
    return {"box": box}, lambda: F.crop(x, *box)


def resized_crop(r, x):
    box = crop_box(r, *x.shape[-2:], outside=False)
    size = [r.randint(1, 40), r.randint(1, 40)]
    mode = r.choice(["bilinear", "bicubic"])
    return {"box": box, "size": size, "interpolation": mode}, lambda: F.resized_crop(
        x, *box, size, InterpolationMode(mode), antialias=True)


def hflip(r, x):
    return {}, lambda: F.hflip(x)


def vflip(r, x):
    return {}, lambda: F.vflip(x)


FAMILIES = [resize, resized_crop, pad, center_crop, crop, hflip, vflip]


class Case:
    def __init__(self, seed, number):
        r = random.Random(f"{seed} {number}")
        self.number = number
        self.family = FAMILIES[number % len(FAMILIES)]
        self.name = self.family.__name__
        self.layout = r.choice(LAYOUTS)
        shape = [r.choice([1, 3]), r.randint(1, 70), r.randint(1, 70)]
        if r.random() < 0.3:
            shape = [r.randint(1, 3), *shape]
        image = smooth(torch.Generator().manual_seed(r.randint(0, 1 << 30)), shape)
        self.image = (image * 256).to(torch.uint8) if r.random() < 0.6 else image
        self.options, self.theirs = self.family(r, self.image)

    def request(self):
        return calls_file.request(self.name, self.options, [self.image], self.layout)

    def difference(self, ours):
        """What disagrees, or an empty text; and the number of pixels that may differ."""
        theirs = self.theirs()
        if isinstance(ours, str):
            return ours, 0
        ours = ours["0"]
        if ours.shape != theirs.shape or ours.dtype != theirs.dtype:
            return f"{list(ours.shape)} {ours.dtype}, not {list(theirs.shape)} {theirs.dtype}", 0
        level = 1 if self.image.dtype == torch.uint8 else 1 / 255
        apart = (ours.double() - theirs.double()).abs()
        worst = apart.max().item() if apart.numel() else 0
        if not worst <= level * (1 + 1e-4):
            return f"differs by {worst / level:.3g} grey levels", 0
        return "", 0
