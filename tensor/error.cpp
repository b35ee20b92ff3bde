#include <retrograd/tensor/error.h>

#include <algorithm>
#include <cstdio>
#include <cstring>

#include <retrograd/tensor/internal/current_operator.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

constinit thread_local detail::CurrentOperator detail::current_operator;

// Without an allocation.
OutOfMemory::OutOfMemory(std::size_t bytes) noexcept : bytes_(bytes) {
  const detail::CurrentOperator& now = detail::current_operator;
  char* at = message_;
  const auto write = [&](const char* format, auto... values) {
    const auto left = static_cast<std::size_t>(message_ + sizeof message_ - at);
    const int length = std::snprintf(at, left, format, values...);
    at += std::min(left - 1, static_cast<std::size_t>(std::max(length, 0)));
  };
  if (now.name != nullptr) {
    write("%.48s", now.name);
    if (now.backward != nullptr && now.name != now.backward->op()) {
      write(" in the backward of %.48s", now.backward->op());
    }
    write("%s", ": ");
  }
  write("%s", "out of memory: ");
  if (bytes > 0) {
    write("%zu bytes were asked for", bytes);
  } else {
    write("%s", "a library asked for more bytes than there are");
  }
  const Where where = now.backward != nullptr ? now.backward->where() : now.where;
  if (now.name != nullptr) {
    const char* slash = std::strrchr(where.file, '/');
    write("   at %.60s:%u", slash != nullptr ? slash + 1 : where.file, where.line);
  }
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
