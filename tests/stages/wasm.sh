#!/bin/sh
# The library in WebAssembly: unit and gradient tests in Node, then pages in a browser.
set -eu
cmake --preset wasm
cmake --build --preset wasm --target retrograd_unit_tests retrograd_gradient_tests \
  play_page play-small_page lenet_page
ctest --preset wasm -R "^(unit|gradient|left out)"
cmake --preset release
cmake --build --preset release --target touch_pages touch_lenet_losses lecture_pages
pages=build/wasm/pages
mkdir -p "$pages"
RETROGRAD_PLAY=$PWD/build/wasm/touch/play.html build/release/tests/touch/touch_pages "$pages"
python3 -B tests/touch/check_pages.py "$pages" "$(command -v chromium)"
RETROGRAD_PLAY=$PWD/build/wasm/touch/play.html \
  python3 -B touch/lecture/make_lecture.py build/lecture/html build/release/touch/lecture_pages
python3 -B tests/touch/check_lecture.py build/lecture/html tutorials/slides.txt "$(command -v chromium)"
python3 -B tests/touch/check_lenet.py build/wasm/touch/lenet.html \
  build/release/tests/touch/touch_lenet_losses "$(command -v chromium)"
