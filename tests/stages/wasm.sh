#!/bin/sh
# The library in WebAssembly: gradient tests in Node, then pages in Node and in a browser.
set -eu
cmake --preset wasm
cmake --build --preset wasm --target retrograd_gradient_tests play_page play-small_page
ctest --preset wasm -R "^(gradient|left out)"
cmake --preset release
cmake --build --preset release --target touch_pages
pages=build/wasm/pages
mkdir -p "$pages"
RETROGRAD_PLAY=$PWD/build/wasm/touch/play.html build/release/tests/touch/touch_pages "$pages"
python3 -B tests/touch/check_pages.py "$pages" "$(command -v chromium)"
