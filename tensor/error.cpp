#include <retrograd/tensor/error.h>

#include <algorithm>
#include <cstdio>

#include <retrograd/tensor/tensor.h>

namespace retrograd {

OutOfMemory::OutOfMemory(std::size_t bytes) noexcept {
  std::snprintf(message_, sizeof message_, "out of memory: %zu bytes were asked for", bytes);
}

template <class E>
void fail(const char* op, Where where, const std::string& what,
          std::initializer_list<ErrorArgument> arguments) {
  std::string message = std::string(op) + ": " + what + "   at " + to_string(where);
  std::size_t width = 0;
  for (const auto& argument : arguments) {
    width = std::max(width, argument.name.size());
  }
  for (const auto& argument : arguments) {
    message += "\n  " + std::string(argument.name) +
               std::string(width - argument.name.size() + 2, ' ') + describe(argument.tensor);
  }
  throw E(message, where);
}

template void fail<ShapeError>(const char*, Where, const std::string&,
                               std::initializer_list<ErrorArgument>);
template void fail<DTypeError>(const char*, Where, const std::string&,
                               std::initializer_list<ErrorArgument>);
template void fail<IndexError>(const char*, Where, const std::string&,
                               std::initializer_list<ErrorArgument>);
template void fail<ValueError>(const char*, Where, const std::string&,
                               std::initializer_list<ErrorArgument>);
template void fail<GraphError>(const char*, Where, const std::string&,
                               std::initializer_list<ErrorArgument>);
template void fail<IoError>(const char*, Where, const std::string&,
                            std::initializer_list<ErrorArgument>);

}  // namespace retrograd
