"""Random tensors for a network of networks.py, at which each block's output is of order 1.

Rounding must change no branch, or a gradient of float32 differs from that of float64 by a whole
element: settle() keeps the inputs of activations away from kinks, and the largest elements of
windows apart.
"""
import torch
import torch.nn.functional as F
from torch import nn

import blocks

LEAST, MOST = 0.5, 2.0
BLOCKS = (blocks.Residual, blocks.Shortcut, blocks.Fire, blocks.DenseBlock, blocks.CNBlock,
          blocks.DoubleConv, blocks.Up)
# The points where an activation's slope jumps.
KINKS = {nn.ReLU: (0,), nn.ReLU6: (0, 6), nn.Hardswish: (-3, 3), nn.Hardsigmoid: (-3, 3)}
MARGIN = 1e-4  # between kinks and inputs of activations
GAP = 4e-6  # between the two largest elements of a window
LAYERS = (nn.Conv2d, nn.ConvTranspose2d, nn.Linear, nn.BatchNorm2d, nn.LayerNorm)


def last_layers(network):
    """The layers whose results are added to a shortcut."""
    for module in network.modules():
        if isinstance(module, blocks.Residual):
            yield getattr(module, f"bn{module.count}")
        elif isinstance(module, blocks.Shortcut) and module.around:
            yield [m for m in module.modules() if isinstance(m, nn.BatchNorm2d)][-1]


def uniform(like, low, high):
    return torch.rand_like(like) * (high - low) + low


@torch.no_grad()
def draw(network, images):
    """Draws parameters and buffers, and scales those of each layer by its results on the images."""
    added = set(last_layers(network))

    def meet(layer, inputs):
        """Running statistics near those of the layer's input."""
        x = inputs[0].transpose(0, 1).flatten(1)
        deviation = x.std(1)
        layer.running_mean.copy_(x.mean(1) + 0.2 * deviation * torch.randn_like(deviation))
        layer.running_var.copy_(deviation**2 * uniform(deviation, 0.7, 1.4))

    def scale(layer, _, output):
        factor = (0.4 if layer in added else 1.0) / output.std()
        layer.weight *= factor
        if layer.bias is not None:
            layer.bias *= factor
        return output * factor

    handles = []
    for module in network.modules():
        if isinstance(module, blocks.CNBlock):
            module.layer_scale.copy_(uniform(module.layer_scale, 0.2, 0.6))
        if isinstance(module, LAYERS):
            norm = isinstance(module, (nn.BatchNorm2d, nn.LayerNorm))
            module.weight.copy_(uniform(module.weight, 0.5, 1.5) if norm
                                else torch.randn_like(module.weight))
            if module.bias is not None:
                module.bias.copy_(0.2 * torch.randn_like(module.bias))
            handles.append(module.register_forward_hook(scale))
        if isinstance(module, nn.BatchNorm2d):
            handles.append(module.register_forward_pre_hook(meet))
    network.eval()(images)
    for handle in handles:
        handle.remove()


def shifts(values, kinks):
    """The least shift of each row by which all values are MARGIN from all kinks."""
    centres = torch.cat([kink - values for kink in kinks], 1).sort(1).values
    far = torch.full_like(centres[:, :1], 1e9)
    low = torch.cat([-far, centres], 1) + MARGIN
    high = torch.cat([centres, far], 1) - MARGIN
    nearest = torch.minimum(torch.maximum(torch.zeros_like(low), low), high)
    distance = torch.where(low <= high, nearest.abs(), far)
    return nearest.gather(1, distance.argmin(1, keepdim=True))[:, 0]


def gap(pool, x):
    """The least distance of the two largest elements of a window, if the largest is above 0."""
    size = pool.kernel_size
    sides = [pool.padding, pool.padding + size] * 2
    padded = F.pad(x.flatten(0, 1).unsqueeze(1), sides, value=-1e9)
    first, second = F.unfold(padded, size, stride=pool.stride).topk(2, 1).values.unbind(1)
    return (first - second)[first > 0].min().item()


@torch.no_grad()
def settled(network, images):
    """Shifts the bias of the last layer before each activation, in training. Whether no window has
    two largest elements."""
    last, gaps = [], [1.0]

    def shift(activation, inputs):
        x = inputs[0]
        by = shifts(x.transpose(0, 1).flatten(1), KINKS[type(activation)])
        last[-1].bias += by
        return (x + by.reshape([-1] + [1] * (x.dim() - 2)),)

    handles = []
    for module in network.modules():
        if isinstance(module, LAYERS):
            handles.append(module.register_forward_hook(lambda layer, *_: last.append(layer)))
        elif type(module) in KINKS:
            handles.append(module.register_forward_pre_hook(shift))
        elif isinstance(module, nn.MaxPool2d):
            handles.append(module.register_forward_pre_hook(
                lambda pool, inputs: gaps.append(gap(pool, inputs[0]))))
    without_dropout(network.train())(images)
    for handle in handles:
        handle.remove()
    return min(gaps) > GAP


def settle(network, images):
    """Returns these images, or others, at which rounding changes no branch of the network. Shifts its
    biases."""
    network.double()
    while not settled(network, images.double()):
        images = torch.randn_like(images)
    network.float()
    return images


def without_dropout(network):
    for module in network.modules():
        if isinstance(module, nn.Dropout):
            module.eval()
    return network


@torch.no_grad()
def deviations(network, images):
    """The standard deviation of each block's output, by name: of VGGs, that of each layer."""
    found = {}

    def note(name):
        return lambda _, inputs, output: found.update({name: output.std().item()})

    kinds = BLOCKS if any(isinstance(m, BLOCKS) for m in network.modules()) else (nn.Conv2d,)
    handles = [module.register_forward_hook(note(name))
               for name, module in network.named_modules() if isinstance(module, kinds)]
    network(images)
    for handle in handles:
        handle.remove()
    return found
