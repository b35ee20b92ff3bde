// How a page's script and a module exchange numbers, texts and errors.
#pragma once

#include <cmath>
#include <exception>
#include <string>
#include <vector>

#ifdef __EMSCRIPTEN__
#include <emscripten.h>
#define TOUCH_EXPORT extern "C" EMSCRIPTEN_KEEPALIVE
#else
#define TOUCH_EXPORT extern "C"
#endif

namespace retrograd::touch {

// What was passed last, to the module or from it.
extern std::vector<double> passed;
extern std::string text_passed;
extern std::string error;

// Runs f, and returns its number; NaN where it throws, and error() says why.
template <class F>
double guarded(F&& f) {
  try {
    error.clear();
    return f();
  } catch (const std::exception& thrown) {
    error = thrown.what();
  } catch (...) {
    error = "an exception of another type";
  }
  return std::nan("");
}

}  // namespace retrograd::touch
