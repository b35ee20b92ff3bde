"""The networks of the rows in PyTorch: those of bench/models.h and bench/networks.h."""
import os
import re

import torch
from torch import nn


def mlp():
    return nn.Sequential(nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10))


def lenet():
    return nn.Sequential(nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
                         nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
                         nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(),
                         nn.Linear(84, 10))


class Block(nn.Module):
    def __init__(self, channels, out, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, out, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(out)
        self.conv2 = nn.Conv2d(out, out, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(out)
        self.shortcut = nn.Sequential()
        if channels != out:
            self.shortcut = nn.Sequential(nn.Conv2d(channels, out, 1, stride, bias=False),
                                          nn.BatchNorm2d(out))

    def forward(self, x):
        inner = self.bn2(self.conv2(torch.relu(self.bn1(self.conv1(x)))))
        return torch.relu(inner + self.shortcut(x))


def resnet20():
    layers = [nn.Conv2d(3, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16), nn.ReLU()]
    channels = 16
    for out in (16, 32, 64):
        for _ in range(3):
            layers.append(Block(channels, out, 1 if channels == out else 2))
            channels = out
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10))


class Lstm(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(32, 128, batch_first=True)
        self.head = nn.Linear(128, 10)

    def forward(self, x):
        return self.head(self.lstm(x)[0]).flatten(0, 1)


class Encoder(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.norm1 = nn.LayerNorm(width)
        self.attention = nn.MultiheadAttention(width, 4, batch_first=True)
        self.norm2 = nn.LayerNorm(width)
        self.mlp = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(),
                                 nn.Linear(4 * width, width))

    def forward(self, tokens):
        x = self.norm1(tokens)
        x = tokens + self.attention(x, x, x, need_weights=False)[0]
        return x + self.mlp(self.norm2(x))


class Vit(nn.Module):
    def __init__(self):
        super().__init__()
        self.patches = nn.Conv2d(3, 64, 4, 4)
        self.positions = nn.Parameter(0.02 * torch.randn(1, 64, 64))
        self.layers = nn.Sequential(Encoder(64), Encoder(64))
        self.norm = nn.LayerNorm(64)
        self.head = nn.Linear(64, 10)

    def forward(self, images):
        tokens = self.patches(images).flatten(2).transpose(1, 2)
        return self.head(self.norm(self.layers(tokens + self.positions)).mean(1))


def vgg():
    layers, channels = [], 3
    for out in (64, 128, 256):
        layers += [nn.Conv2d(channels, out, 3, padding=1), nn.ReLU(),
                   nn.Conv2d(out, out, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)]
        channels = out
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(256 * 4 * 4, 10))


def odd_channels():
    return nn.Sequential(nn.Conv2d(3, 13, 3, padding=1), nn.ReLU(),
                         nn.Conv2d(13, 29, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
                         nn.Conv2d(29, 37, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
                         nn.Flatten(), nn.Linear(37 * 8 * 8, 10))


def depthwise():
    def convolution(channels, out, *arguments, **options):
        return [nn.Conv2d(channels, out, *arguments, **options, bias=False), nn.BatchNorm2d(out),
                nn.ReLU()]

    layers, channels = convolution(3, 32, 3, 2, 1), 32
    for out, stride in ((64, 1), (128, 2), (128, 1), (256, 2), (256, 1)):
        layers += convolution(channels, channels, 3, stride, 1, groups=channels)
        layers += convolution(channels, out, 1)
        channels = out
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(256, 10))


class UNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.down1 = self.convolutions(1, 16)
        self.down2 = self.convolutions(16, 32)
        self.bottom = self.convolutions(32, 64)
        self.raise2 = nn.ConvTranspose2d(64, 32, 2, 2)
        self.up2 = self.convolutions(64, 32)
        self.raise1 = nn.ConvTranspose2d(32, 16, 2, 2)
        self.up1 = self.convolutions(32, 16)
        self.head = nn.Conv2d(16, 1, 1)

    @staticmethod
    def convolutions(channels, out):
        return nn.Sequential(nn.Conv2d(channels, out, 3, padding=1), nn.BatchNorm2d(out), nn.ReLU(),
                             nn.Conv2d(out, out, 3, padding=1), nn.BatchNorm2d(out), nn.ReLU())

    def forward(self, images):
        large = self.down1(images)
        half = self.down2(nn.functional.max_pool2d(large, 2))
        x = self.bottom(nn.functional.max_pool2d(half, 2))
        x = self.up2(torch.cat([half, self.raise2(x)], 1))
        return self.head(self.up1(torch.cat([large, self.raise1(x)], 1)))


def ecg():
    layers, channels = [], 1
    for out, kernel in ((16, 7), (32, 5), (64, 5)):
        layers += [nn.Conv1d(channels, out, kernel, padding=kernel // 2, bias=False),
                   nn.BatchNorm1d(out), nn.ReLU(), nn.MaxPool1d(2)]
        channels = out
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(64 * 90, 5))


def text_direction():
    from onnx_network import OnnxNetwork
    return OnnxNetwork(text_direction_file())


def text_direction_file():
    return os.path.join(os.environ.get("RETROGRAD_TEST_DATA", ""), "models",
                        "text_direction_cls.onnx")


# By the beginning of the row's name; and the shape of a sample where the name does not have it.
NETWORKS = {"MLP": (mlp, (784,)), "LeNet": (lenet, (1, 28, 28)), "ResNet-20": (resnet20, (3, 32, 32)),
            "LSTM": (Lstm, None), "ViT": (Vit, None), "VGG": (vgg, None),
            "depthwise": (depthwise, None), "odd channels": (odd_channels, None),
            "U-Net": (UNet, None), "1D ECG": (ecg, None),
            "text_direction_cls": (text_direction, None)}


def network(name):
    """The network of a row that has one, and the shape of its input; or None."""
    for prefix, (make, sample) in NETWORKS.items():
        if name.startswith(prefix):
            if sample:
                return make(), (int(re.search(r"batch (\d+)", name)[1]), *sample)
            return make(), shape_of(name)
    return None


def shape_of(name):
    """The first shape in a name: 32x3x32x32."""
    return [int(size) for size in re.search(r"\d+(?:x\d+)+", name)[0].split("x")]
