#!/bin/sh
# Each layer includes none above it.
exec python3 -B tests/checks/check_layers.py .
