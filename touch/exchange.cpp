#include "exchange.h"

namespace retrograd::touch {

std::vector<double> passed;
std::string text_passed;
std::string error;

}  // namespace retrograd::touch

using namespace retrograd::touch;  // NOLINT: this file is a program's, not a header

TOUCH_EXPORT double* touch_numbers(int count) {
  passed.resize(static_cast<std::size_t>(count));
  return passed.data();
}
TOUCH_EXPORT double* touch_read_numbers() {
  return passed.data();
}
TOUCH_EXPORT char* touch_text(int bytes) {
  text_passed.resize(static_cast<std::size_t>(bytes));
  return text_passed.data();
}
TOUCH_EXPORT const char* touch_error() {
  return error.c_str();
}
