"""Blocks of the networks in networks.py."""
from collections import OrderedDict

import torch
import torch.nn.functional as F
from torch import nn


class Residual(nn.Module):
    """relu(x + f(x)) of resnets; `layers` has the names of f's layers in order."""

    def __init__(self, convolutions, out, shortcut):
        super().__init__()
        for i, convolution in enumerate(convolutions, 1):
            setattr(self, f"conv{i}", convolution)
            setattr(self, f"bn{i}", nn.BatchNorm2d(convolution.out_channels))
        self.count = len(convolutions)
        self.relu = nn.ReLU()
        if shortcut is not None:
            self.downsample = nn.Sequential(shortcut, nn.BatchNorm2d(out))

    def forward(self, x):
        y = x
        for i in range(1, self.count + 1):
            y = getattr(self, f"bn{i}")(getattr(self, f"conv{i}")(y))
            y = self.relu(y) if i < self.count else y
        return self.relu(y + (self.downsample(x) if hasattr(self, "downsample") else x))


def convolution(cin, cout, size, stride=1, groups=1):
    return nn.Conv2d(cin, cout, size, stride, size // 2, groups=groups, bias=False)


def residual(bottleneck, cin, width, stride):
    out = 4 * width if bottleneck else width
    shortcut = convolution(cin, out, 1, stride) if stride != 1 or cin != out else None
    if bottleneck:
        convolutions = [convolution(cin, width, 1), convolution(width, width, 3, stride),
                        convolution(width, out, 1)]
    else:
        convolutions = [convolution(cin, width, 3, stride), convolution(width, width, 3)]
    return Residual(convolutions, out, shortcut), out


class Classifier(nn.Module):
    """Features, a pool, and a classifier of flat features."""

    def __init__(self, features, classifier, avgpool=None):
        super().__init__()
        self.features = features
        self.avgpool = nn.Sequential(*(avgpool or [nn.AdaptiveAvgPool2d(1)]), nn.Flatten(1))
        self.classifier = classifier

    def forward(self, x):
        return self.classifier(self.avgpool(self.features(x)))


def conv_norm(cin, cout, size, stride, groups, activation, norm=nn.BatchNorm2d):
    layers = [convolution(cin, cout, size, stride, groups), norm(cout)]
    return nn.Sequential(*layers, *([activation()] if activation else []))


class Shortcut(nn.Module):
    """x + f(x), or f(x) where the shape changes; f has the given name."""

    def __init__(self, name, f, around):
        super().__init__()
        self.add_module(name, f)
        self.name, self.around = name, around

    def forward(self, x):
        y = getattr(self, self.name)(x)
        return x + y if self.around else y


class SqueezeExcitation(nn.Module):
    def __init__(self, channels, squeezed):
        super().__init__()
        self.fc1 = nn.Conv2d(channels, squeezed, 1)
        self.fc2 = nn.Conv2d(squeezed, channels, 1)
        self.activation = nn.ReLU()
        self.scale_activation = nn.Hardsigmoid()

    def forward(self, x):
        scale = self.activation(self.fc1(x.mean((2, 3), keepdim=True)))
        return x * self.scale_activation(self.fc2(scale))


class Fire(nn.Module):
    def __init__(self, cin, squeezed, expanded):
        super().__init__()
        self.squeeze = nn.Conv2d(cin, squeezed, 1)
        self.expand1x1 = nn.Conv2d(squeezed, expanded, 1)
        self.expand3x3 = nn.Conv2d(squeezed, expanded, 3, padding=1)
        self.relu = nn.ReLU()

    def forward(self, x):
        x = self.relu(self.squeeze(x))
        return torch.cat([self.relu(self.expand1x1(x)), self.relu(self.expand3x3(x))], 1)


class DenseBlock(nn.ModuleDict):
    def forward(self, x):
        for layer in self.values():
            x = torch.cat([x, layer(x)], 1)
        return x


def dense_layer(cin):
    return nn.Sequential(OrderedDict(
        norm1=nn.BatchNorm2d(cin), relu1=nn.ReLU(), conv1=convolution(cin, 128, 1),
        norm2=nn.BatchNorm2d(128), relu2=nn.ReLU(), conv2=convolution(128, 32, 3)))


class LayerNorm2d(nn.LayerNorm):
    def forward(self, x):
        return super().forward(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


class Permute(nn.Module):
    def __init__(self, *dims):
        super().__init__()
        self.dims = dims

    def forward(self, x):
        return x.permute(self.dims)


class CNBlock(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.layer_scale = nn.Parameter(torch.full((channels, 1, 1), 1e-6))
        self.block = nn.Sequential(
            nn.Conv2d(channels, channels, 7, padding=3, groups=channels), Permute(0, 2, 3, 1),
            nn.LayerNorm(channels, eps=1e-6), nn.Linear(channels, 4 * channels), nn.GELU(),
            nn.Linear(4 * channels, channels), Permute(0, 3, 1, 2))

    def forward(self, x):
        return x + self.layer_scale * self.block(x)


class DoubleConv(nn.Module):
    def __init__(self, cin, cout):
        super().__init__()
        self.double_conv = nn.Sequential(
            convolution(cin, cout, 3), nn.BatchNorm2d(cout), nn.ReLU(),
            convolution(cout, cout, 3), nn.BatchNorm2d(cout), nn.ReLU())

    def forward(self, x):
        return self.double_conv(x)


class Down(nn.Module):
    def __init__(self, cin, cout):
        super().__init__()
        self.maxpool_conv = nn.Sequential(nn.MaxPool2d(2), DoubleConv(cin, cout))

    def forward(self, x):
        return self.maxpool_conv(x)


class Up(nn.Module):
    def __init__(self, cin, cout):
        super().__init__()
        self.up = nn.ConvTranspose2d(cin, cin // 2, 2, 2)
        self.conv = DoubleConv(cin, cout)

    def forward(self, small, large):
        small = self.up(small)
        rows, columns = large.size(2) - small.size(2), large.size(3) - small.size(3)
        small = F.pad(small, [columns // 2, columns - columns // 2, rows // 2, rows - rows // 2])
        return self.conv(torch.cat([large, small], 1))
