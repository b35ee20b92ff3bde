"""The networks of retrograd::models in PyTorch, from the papers' and torchvision's definitions.

NETWORKS has a function of num_classes by name.

  networks.py

compares names, shapes and results with torchvision's networks, if that is installed.
"""
from collections import OrderedDict
from functools import partial
import sys

from torch import nn
import torch

from blocks import (CNBlock, Classifier, DenseBlock, DoubleConv, Down, Fire, LayerNorm2d, Shortcut,
                    SqueezeExcitation, Up, conv_norm, convolution, dense_layer, residual)


class ResNet(nn.Module):
    def __init__(self, bottleneck, blocks, num_classes=1000):
        super().__init__()
        self.conv1 = convolution(3, 64, 7, 2)
        self.bn1 = nn.BatchNorm2d(64)
        self.relu = nn.ReLU()
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        cin = 64
        for i, count in enumerate(blocks):
            layer = []
            for j in range(count):
                block, cin = residual(bottleneck, cin, 64 << i, 2 if i > 0 and j == 0 else 1)
                layer.append(block)
            setattr(self, f"layer{i + 1}", nn.Sequential(*layer))
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(cin, num_classes)

    def forward(self, x):
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(self.avgpool(x).flatten(1))


def vgg(channels, batch_norm, num_classes=1000):
    layers, cin = [], 3
    for cout in channels:
        if cout == "M":
            layers.append(nn.MaxPool2d(2))
            continue
        layers.append(nn.Conv2d(cin, cout, 3, padding=1))
        layers += [nn.BatchNorm2d(cout)] if batch_norm else []
        layers.append(nn.ReLU())
        cin = cout
    classifier = nn.Sequential(nn.Linear(512 * 49, 4096), nn.ReLU(), nn.Dropout(),
                               nn.Linear(4096, 4096), nn.ReLU(), nn.Dropout(),
                               nn.Linear(4096, num_classes))
    return Classifier(nn.Sequential(*layers), classifier, [nn.AdaptiveAvgPool2d(7)])


VGG11 = [64, "M", 128, "M", 256, 256, "M", 512, 512, "M", 512, 512, "M"]
VGG16 = [64, 64, "M", 128, 128, "M", *[256] * 3, "M", *[512] * 3, "M", *[512] * 3, "M"]


def mobilenet_v2(num_classes=1000):
    layers, cin = [conv_norm(3, 32, 3, 2, 1, nn.ReLU6)], 32
    for expansion, cout, count, first in ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2),
                                          (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2),
                                          (6, 320, 1, 1)):
        for i in range(count):
            hidden, stride = cin * expansion, first if i == 0 else 1
            parts = [conv_norm(cin, hidden, 1, 1, 1, nn.ReLU6)] if expansion > 1 else []
            parts += [conv_norm(hidden, hidden, 3, stride, hidden, nn.ReLU6),
                      convolution(hidden, cout, 1), nn.BatchNorm2d(cout)]
            layers.append(Shortcut("conv", nn.Sequential(*parts), stride == 1 and cin == cout))
            cin = cout
    layers.append(conv_norm(cin, 1280, 1, 1, 1, nn.ReLU6))
    return Classifier(nn.Sequential(*layers),
                      nn.Sequential(nn.Dropout(0.2), nn.Linear(1280, num_classes)))


def mobilenet_v3_small(num_classes=1000):
    norm = partial(nn.BatchNorm2d, eps=0.001, momentum=0.01)
    layers = [conv_norm(3, 16, 3, 2, 1, nn.Hardswish, norm)]
    for cin, size, hidden, cout, squeezed, activation, stride in (
            (16, 3, 16, 16, 8, nn.ReLU, 2), (16, 3, 72, 24, 0, nn.ReLU, 2),
            (24, 3, 88, 24, 0, nn.ReLU, 1), (24, 5, 96, 40, 24, nn.Hardswish, 2),
            (40, 5, 240, 40, 64, nn.Hardswish, 1), (40, 5, 240, 40, 64, nn.Hardswish, 1),
            (40, 5, 120, 48, 32, nn.Hardswish, 1), (48, 5, 144, 48, 40, nn.Hardswish, 1),
            (48, 5, 288, 96, 72, nn.Hardswish, 2), (96, 5, 576, 96, 144, nn.Hardswish, 1),
            (96, 5, 576, 96, 144, nn.Hardswish, 1)):
        parts = [conv_norm(cin, hidden, 1, 1, 1, activation, norm)] if cin != hidden else []
        parts.append(conv_norm(hidden, hidden, size, stride, hidden, activation, norm))
        parts += [SqueezeExcitation(hidden, squeezed)] if squeezed else []
        parts.append(conv_norm(hidden, cout, 1, 1, 1, None, norm))
        layers.append(Shortcut("block", nn.Sequential(*parts), stride == 1 and cin == cout))
    layers.append(conv_norm(96, 576, 1, 1, 1, nn.Hardswish, norm))
    return Classifier(nn.Sequential(*layers),
                      nn.Sequential(nn.Linear(576, 1024), nn.Hardswish(), nn.Dropout(0.2),
                                    nn.Linear(1024, num_classes)))


class SqueezeNet(nn.Module):
    def __init__(self, num_classes=1000):
        super().__init__()
        pool = partial(nn.MaxPool2d, 3, 2, ceil_mode=True)
        self.features = nn.Sequential(
            nn.Conv2d(3, 64, 3, 2), nn.ReLU(), pool(), Fire(64, 16, 64), Fire(128, 16, 64), pool(),
            Fire(128, 32, 128), Fire(256, 32, 128), pool(), Fire(256, 48, 192),
            Fire(384, 48, 192), Fire(384, 64, 256), Fire(512, 64, 256))
        self.classifier = nn.Sequential(nn.Dropout(), nn.Conv2d(512, num_classes, 1), nn.ReLU(),
                                        nn.AdaptiveAvgPool2d(1))

    def forward(self, x):
        return self.classifier(self.features(x)).flatten(1)


def densenet121(num_classes=1000):
    features = OrderedDict(conv0=convolution(3, 64, 7, 2), norm0=nn.BatchNorm2d(64),
                           relu0=nn.ReLU(), pool0=nn.MaxPool2d(3, 2, 1))
    channels = 64
    for i, count in enumerate((6, 12, 24, 16), 1):
        features[f"denseblock{i}"] = DenseBlock(
            {f"denselayer{j + 1}": dense_layer(channels + 32 * j) for j in range(count)})
        channels += 32 * count
        if i < 4:
            features[f"transition{i}"] = nn.Sequential(OrderedDict(
                norm=nn.BatchNorm2d(channels), relu=nn.ReLU(),
                conv=convolution(channels, channels // 2, 1), pool=nn.AvgPool2d(2)))
            channels //= 2
    features["norm5"] = nn.BatchNorm2d(channels)
    return Classifier(nn.Sequential(features), nn.Linear(channels, num_classes),
                      [nn.ReLU(), nn.AdaptiveAvgPool2d(1)])


def convnext_tiny(num_classes=1000):
    norm = partial(LayerNorm2d, eps=1e-6)
    layers, cin = [nn.Sequential(nn.Conv2d(3, 96, 4, 4), norm(96))], 96
    for cout, count in ((96, 3), (192, 3), (384, 9), (768, 3)):
        if cout != cin:
            layers.append(nn.Sequential(norm(cin), nn.Conv2d(cin, cout, 2, 2)))
        layers.append(nn.Sequential(*(CNBlock(cout) for _ in range(count))))
        cin = cout
    # A layer norm of one position is one of a vector.
    classifier = nn.Sequential(nn.LayerNorm(cin, eps=1e-6), nn.Identity(),
                               nn.Linear(cin, num_classes))
    return Classifier(nn.Sequential(*layers), classifier)


class UNet(nn.Module):
    """github.com/milesial/Pytorch-UNet."""

    def __init__(self, num_classes=2):
        super().__init__()
        self.inc = DoubleConv(3, 64)
        for i in range(1, 5):
            setattr(self, f"down{i}", Down(32 << i, 64 << i))
        for i in range(1, 5):
            setattr(self, f"up{i}", Up(2048 >> i, 1024 >> i))
        self.outc = nn.Sequential(OrderedDict(conv=nn.Conv2d(64, num_classes, 1)))

    def forward(self, x):
        large = [self.inc(x)]
        for down in (self.down1, self.down2, self.down3, self.down4):
            large.append(down(large[-1]))
        x = large.pop()
        for up in (self.up1, self.up2, self.up3, self.up4):
            x = up(x, large.pop())
        return self.outc(x)


NETWORKS = {
    "convnext_tiny": convnext_tiny, "densenet121": densenet121, "mobilenet_v2": mobilenet_v2,
    "mobilenet_v3_small": mobilenet_v3_small, "resnet18": partial(ResNet, False, (2, 2, 2, 2)),
    "resnet34": partial(ResNet, False, (3, 4, 6, 3)),
    "resnet50": partial(ResNet, True, (3, 4, 6, 3)), "squeezenet1_1": SqueezeNet, "unet": UNet,
    "vgg11": partial(vgg, VGG11, False), "vgg11_bn": partial(vgg, VGG11, True),
    "vgg16": partial(vgg, VGG16, False), "vgg16_bn": partial(vgg, VGG16, True)}


def check_torchvision():
    """Fails unless torchvision has networks of the same names, shapes and results."""
    import torchvision.models

    for name, make in NETWORKS.items():
        if name == "unet":
            continue  # not in torchvision
        ours, theirs = make().eval(), getattr(torchvision.models, name)().eval()
        shapes = [[(key, value.shape) for key, value in network.state_dict().items()]
                  for network in (ours, theirs)]
        assert shapes[0] == shapes[1], name
        ours.load_state_dict(theirs.state_dict())
        x = torch.randn(1, 3, 64, 64)
        with torch.no_grad():
            difference = (ours(x) - theirs(x)).abs().max().item()
        print(f"{name}: {len(shapes[0])} tensors, results differ by {difference:.1e}")
        assert difference <= 1e-6 * theirs(x).abs().max()


if __name__ == "__main__":
    try:
        check_torchvision()
    except ImportError:
        sys.exit("this needs torchvision")
