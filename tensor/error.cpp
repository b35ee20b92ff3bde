#include <retrograd/tensor/error.h>

#include <algorithm>
#include <cstdio>
#include <cstring>

#include <fmt/core.h>

#include <retrograd/tensor/frame.h>
#include <retrograd/tensor/internal/message.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

// Without an allocation.
OutOfMemory::OutOfMemory(std::size_t bytes) noexcept : bytes_(bytes) {
  const Frame* const call = Frame::current();
  const Frame* node = call;
  while (node != nullptr && node->kind() != Frame::Kind::node) {
    node = node->outer();
  }
  char* at = message_;
  const auto write = [&](const char* format, auto... values) {
    const auto left = static_cast<std::size_t>(message_ + sizeof message_ - at);
    const int length = std::snprintf(at, left, format, values...);
    at += std::min(left - 1, static_cast<std::size_t>(std::max(length, 0)));
  };
  if (call != nullptr) {
    write("%.48s", call->name());
    if (node != nullptr && node != call) {
      write(" in the backward of %.48s", node->name());
    }
    write("%s", ": ");
  }
  write("%s", "out of memory: ");
  if (bytes > 0) {
    write("%zu bytes were asked for", bytes);
  } else {
    write("%s", "a library asked for more bytes than there are");
  }
  if (call != nullptr) {
    const Where where = call->where();
    const char* slash = std::strrchr(where.file, '/');
    write("   at %.60s:%u", slash != nullptr ? slash + 1 : where.file, where.line);
  }
  write("  [%s]", code().data());
}

std::string_view Error::code() const noexcept {
  return check::code_at_end(what());
}

namespace {

std::string message(const char* op, Where line, std::string_view what,
                    std::initializer_list<ErrorArgument> arguments) {
  const std::string_view code = check::code_at_end(what);
  what.remove_suffix(code.empty() ? 0 : code.size() + 3);
  const Frame* const call = Frame::current();
  const bool is_current = call != nullptr && std::strcmp(call->name(), op) == 0;
  std::string text =
      fmt::format("{}: {}   at {}", is_current ? call->title() : op, what, to_string(line));
  std::size_t width = 0;
  for (const auto& argument : arguments) {
    width = std::max(width, argument.name.size());
  }
  for (const auto& argument : arguments) {
    text += fmt::format(
        "\n  {:{}}  {}", argument.name, width,
        argument.tensor != nullptr ? describe(*argument.tensor) : detail::text(*argument.number));
  }
  return code.empty() ? text
                      : fmt::format("{}{}  [{}]", text, arguments.size() > 0 ? "\n" : "", code);
}

}  // namespace

template <class E>
void fail(const char* op, Where where, const std::string& what,
          std::initializer_list<ErrorArgument> arguments) {
  const Where line = users_line(where);
  throw E(message(op, line, what, arguments), line);
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
template void fail<CommunicationError>(const char*, Where, const std::string&,
                                       std::initializer_list<ErrorArgument>);

}  // namespace retrograd
