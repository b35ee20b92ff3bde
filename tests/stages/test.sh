#!/bin/sh
# The README's test command.
exec ./dev test
