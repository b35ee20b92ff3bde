#!/usr/bin/env python3
"""Writes names.txt: names and shapes of the networks' tensors, and their numbers of parameters.

  make_names.py

A line "NETWORK PARAMETERS" is followed by a line "NAME SIZE ..." for each tensor of its state, in
order, and an empty one. With torchvision installed, the networks are compared with its own first.
"""
import pathlib

from networks import NETWORKS, check_torchvision

try:
    check_torchvision()
except ImportError:
    print("torchvision is not installed: the networks are those of networks.py, unchecked")

with open(pathlib.Path(__file__).with_name("names.txt"), "w") as file:
    for name, make in sorted(NETWORKS.items()):
        network = make()
        print(name, sum(p.numel() for p in network.parameters()), file=file)
        for key, value in network.state_dict().items():
            print(key, *value.shape, file=file)
        print(file=file)
