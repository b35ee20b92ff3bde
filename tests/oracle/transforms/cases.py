"""Random calls of transforms, and torchvision's results for them."""
import math
import random

import torch
import torchvision.transforms.functional as F
from torchvision.transforms import InterpolationMode, autoaugment

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


def convert(r, x):
    return {}, lambda: F.convert_image_dtype(
        x, torch.float32 if x.dtype == torch.uint8 else torch.uint8)


def grayscale(r, x):
    channels = r.choice([1, 3]) if x.shape[-3] == 3 else 1
    return {"channels": channels}, lambda: F.rgb_to_grayscale(x, channels)


def with_factor(function, low, high):
    def family(r, x):
        factor = r.choice([low, high, r.uniform(low, high), r.uniform(low, high)])
        return {"factor": factor}, lambda: function(x, factor)
    return family


def plain(function, bytes_alone=False):
    def family(r, x):
        return {}, lambda: function(x)
    family.bytes_alone = bytes_alone
    return family


def posterize(r, x):
    bits = r.randint(0, 8)
    return {"bits": bits}, lambda: F.posterize(x, bits)


posterize.bytes_alone = True


def solarize(r, x):
    factor = r.uniform(0, 255) if x.dtype == torch.uint8 else r.random()
    return {"factor": factor}, lambda: F.solarize(x, factor)


def gaussian_blur(r, x):
    height, width = x.shape[-2:]
    size = [1 + 2 * r.randint(0, min(4, (side - 1))) for side in (width, height)]
    sigma = r.uniform(0.1, 5)
    return {"size": size, "factor": sigma}, lambda: F.gaussian_blur(x, size, [sigma, sigma])


def erase(r, x):
    box = crop_box(r, *x.shape[-2:], outside=False)
    value = [r.randint(0, 255) if x.dtype == torch.uint8 else r.random()
             for _ in range(r.choice([1, x.shape[-3]]))]
    return {"box": box, "value": value}, lambda: F.erase(
        x, *box, torch.tensor(value)[:, None, None])


def normalize(r, x):
    mean, std = ([r.uniform(0.1, 0.9) for _ in range(x.shape[-3])] for _ in range(2))
    return {"mean": mean, "std": std}, lambda: F.normalize(x, mean, std)


normalize.floats_alone = True


def ties(matrix, height, width):
    """The pixels whose position in the image is between two pixels, to a thousandth.

    The matrix maps points of the result to points of the image, both in pixels.
    """
    y, x = torch.meshgrid(torch.arange(height) + 0.5, torch.arange(width) + 0.5, indexing="ij")
    points = torch.stack([x, y, torch.ones_like(x)], -1).double() @ matrix.T
    at = points[..., :2] / points[..., 2:] - 0.5
    return ((at - at.floor() - 0.5).abs() < 1e-3).any(-1)


def affine_ties(x, center, angle, translate, scale, shear, size):
    height, width = x.shape[-2:]
    numbers = F._get_inverse_affine_matrix(center, angle, translate, scale, shear)
    matrix = torch.tensor([*numbers, 0, 0, 1], dtype=torch.float64).reshape(3, 3)
    to, fro = torch.eye(3, dtype=torch.float64), torch.eye(3, dtype=torch.float64)
    to[:2, 2] = torch.tensor([width / 2, height / 2])
    fro[:2, 2] = -torch.tensor([size[1] / 2, size[0] / 2])
    return ties(to @ matrix @ fro, *size)


def warp_options(r, x):
    mode = r.choice(["nearest", "bilinear"])
    top = 255 if x.dtype == torch.uint8 else 1
    fill = [r.uniform(0, top) for _ in range(r.choice([1, x.shape[-3]]))] if r.random() < 0.6 else []
    if x.dtype == torch.uint8:
        fill = [round(number) for number in fill]
    height, width = x.shape[-2:]
    center = [r.randint(0, width), r.randint(0, height)] if r.random() < 0.4 else []
    return {"interpolation": mode, "fill": fill, "center": center}


def about(x, center):
    return [c - side / 2 for c, side in zip(center, (x.shape[-1], x.shape[-2]))] or [0, 0]


def affine(r, x):
    o = warp_options(r, x)
    angle = r.choice([0, 30, r.uniform(-180, 180)])
    translate = [r.randint(-9, 9), r.randint(-9, 9)]
    scale, shear = r.uniform(0.5, 2), [r.uniform(-40, 40), r.uniform(-40, 40)]
    mode = InterpolationMode(o["interpolation"])
    return {**o, "angle": angle, "translate": translate, "scale": scale, "shear": shear}, lambda: (
        F.affine(x, angle, translate, scale, shear, mode, o["fill"] or None, o["center"] or None),
        affine_ties(x, about(x, o["center"]), angle, translate, scale, shear, x.shape[-2:]))


def rotate(r, x):
    o = warp_options(r, x)
    angle, expand = r.choice([0, 45, 90, 180, r.uniform(-180, 180)]), r.random() < 0.4
    mode = InterpolationMode(o["interpolation"])

    def theirs():
        y = F.rotate(x, angle, mode, expand, o["center"] or None, o["fill"] or None)
        return y, affine_ties(x, about(x, o["center"]), -angle, [0, 0], 1, [0, 0], y.shape[-2:])
    return {**o, "angle": angle, "expand": expand}, theirs


def perspective(r, x):
    o = warp_options(r, x)
    height, width = x.shape[-2:]
    start = [[0, 0], [width - 1, 0], [width - 1, height - 1], [0, height - 1]]
    end = [[px + r.randint(-width // 5, width // 5), py + r.randint(-height // 5, height // 5)]
           for px, py in start]
    mode = InterpolationMode(o["interpolation"])

    def theirs():
        numbers = F._get_perspective_coeffs(start, end)
        matrix = torch.tensor([*numbers, 1], dtype=torch.float64).reshape(3, 3)
        return (F.perspective(x, start, end, mode, o["fill"] or None), ties(matrix, height, width))
    return {**o, "start": start, "end": end}, theirs


perspective.least_side = 4

OPS = ["Identity", "ShearX", "ShearY", "TranslateX", "TranslateY", "Rotate", "Brightness", "Color",
       "Contrast", "Sharpness", "Posterize", "Solarize", "AutoContrast", "Equalize"]


def augment(r, x):
    """A choice of RandAugment or TrivialAugmentWide, through torchvision's own function."""
    o = warp_options(r, x)
    index = r.randrange(len(OPS))
    space = r.choice([
        lambda: autoaugment.RandAugment()._augmentation_space(31, x.shape[-2:]),
        lambda: autoaugment.TrivialAugmentWide()._augmentation_space(31)])()[OPS[index]]
    magnitude = space[0][r.randrange(31)].item() if space[0].ndim else 0.0
    if space[1] and r.random() < 0.5:
        magnitude = -magnitude
    mode = InterpolationMode(o["interpolation"])

    def theirs():
        y = autoaugment._apply_op(x, OPS[index], magnitude, mode, o["fill"] or None)
        shear = math.degrees(math.atan(magnitude))
        maps = {"ShearX": ([0, 0], 0, [shear, 0]), "ShearY": ([0, 0], 0, [0, shear]),
                "Rotate": ([], -magnitude, [0, 0])}
        if OPS[index] not in maps:
            return y
        center, angle, shears = maps[OPS[index]]
        return y, affine_ties(x, about(x, center), angle, [0, 0], 1, shears, x.shape[-2:])
    return {**o, "augmentation": index, "magnitude": magnitude}, theirs


augment.bytes_alone = True


def mixup(r, x):
    share = r.random()
    return {"factor": share}, lambda: x.roll(1, 0).mul(1.0 - share).add(x.mul(share))


mixup.floats_alone = True
mixup.batches_alone = True

FAMILIES = {
    "resize": resize, "resized_crop": resized_crop, "pad": pad, "center_crop": center_crop,
    "crop": crop, "hflip": hflip, "vflip": vflip, "convert": convert, "grayscale": grayscale,
    "brightness": with_factor(F.adjust_brightness, 0, 3),
    "contrast": with_factor(F.adjust_contrast, 0, 3),
    "saturation": with_factor(F.adjust_saturation, 0, 3),
    "hue": with_factor(F.adjust_hue, -0.5, 0.5),
    "sharpness": with_factor(F.adjust_sharpness, 0, 3),
    "invert": plain(F.invert), "posterize": posterize, "solarize": solarize,
    "autocontrast": plain(F.autocontrast), "equalize": plain(F.equalize, bytes_alone=True),
    "gaussian_blur": gaussian_blur, "erase": erase, "normalize": normalize,
    "affine": affine, "rotate": rotate, "perspective": perspective,
    "augment": augment, "mixup": mixup,
}


class Case:
    def __init__(self, seed, number):
        r = random.Random(f"{seed} {number}")
        self.number = number
        self.name = list(FAMILIES)[number % len(FAMILIES)]
        family = FAMILIES[self.name]
        self.layout = r.choice(LAYOUTS)
        least = getattr(family, "least_side", 1)
        shape = [r.choice([1, 3]), r.randint(least, 70), r.randint(least, 70)]
        if r.random() < 0.3 or hasattr(family, "batches_alone"):
            shape = [r.randint(1, 3), *shape]
        image = smooth(torch.Generator().manual_seed(r.randint(0, 1 << 30)), shape)
        of_bytes = r.random() < 0.6 and not hasattr(family, "floats_alone")
        of_bytes |= getattr(family, "bytes_alone", False)
        self.image = (image * 256).to(torch.uint8) if of_bytes else image
        self.options, self.theirs = family(r, self.image)

    def request(self):
        return calls_file.request(self.name, self.options, [self.image], self.layout)

    def difference(self, ours):
        """What disagrees, or an empty text; and the number of pixels that may differ."""
        theirs, excused = self.theirs(), torch.tensor(False)
        if isinstance(theirs, tuple):
            theirs, excused = theirs
            excused &= self.options["interpolation"] == "nearest"
        if isinstance(ours, str):
            return ours, 0
        ours = ours["0"]
        if ours.shape != theirs.shape or ours.dtype != theirs.dtype:
            return f"{list(ours.shape)} {ours.dtype}, not {list(theirs.shape)} {theirs.dtype}", 0
        level = 1 if theirs.dtype == torch.uint8 else 1 / 255
        apart = (ours.double() - theirs.double()).abs() * ~excused
        worst = apart.max().item() if apart.numel() else 0
        if not worst <= level * (1 + 1e-4):
            return f"differs by {worst / level:.3g} grey levels", 0
        return "", int(excused.sum())
