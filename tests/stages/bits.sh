#!/bin/sh
# The weights of trained models have the same bits for any number of threads, also where oneDNN and
# OpenBLAS are limited to other instructions. Across instructions they may differ; a column tells.
set -eu
cd "$(dirname "$0")/../.."
cmake --preset release
cmake --build --preset release --target train_models
compare="python3 tests/threads/compare_bits.py build/release/tests/threads/train_models"
status=0
$compare --steps 50 || status=1
$compare --steps 50 --deterministic || status=1
settings="ONEDNN_MAX_CPU_ISA=AVX2 ONEDNN_MAX_CPU_ISA=AVX512_CORE OPENBLAS_CORETYPE=Haswell"
if grep -q avx512vl /proc/cpuinfo; then  # as SkylakeX needs
  settings="$settings OPENBLAS_CORETYPE=SkylakeX"
fi
echo
$compare --steps 10 --threads 1 3 --settings $settings || status=1
exit $status
