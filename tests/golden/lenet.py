"""The small LeNet of the exchange tests: members and shapes as in tests/unit/nn_small_lenet.h."""
import torch
from torch import nn
from torch.nn import functional as F


class LeNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 3, 5)
        self.conv2 = nn.Conv2d(3, 4, 3, padding=1)
        self.fc1 = nn.Linear(36, 12)
        self.fc2 = nn.Linear(12, 8)
        self.fc3 = nn.Linear(8, 10)

    def forward(self, images):  # (N, 1, 16, 16)
        x = F.max_pool2d(F.relu(self.conv1(images)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        x = torch.flatten(x, 1)
        x = F.relu(self.fc1(x))
        x = F.relu(self.fc2(x))
        return self.fc3(x)


def spread(shape, phase, scale):
    """Values between -scale and scale that look random and need no generator."""
    count = torch.Size(shape).numel()
    whole = (torch.arange(count, dtype=torch.int64) * 7919 + phase * 104729) % 2003
    return ((whole.double() / 1001 - 1) * scale).reshape(shape)
