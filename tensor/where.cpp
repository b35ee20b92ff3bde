#include <retrograd/tensor/where.h>

#include <ostream>
#include <string_view>

#include <retrograd/tensor/internal/format.h>

namespace retrograd {

std::string to_string(Where where) {
  std::string_view file = where.file;
  const auto slash = file.find_last_of("/\\");
  if (slash != std::string_view::npos) {
    file.remove_prefix(slash + 1);
  }
  return detail::formatted("{}:{}", file, where.line);
}

std::ostream& operator<<(std::ostream& out, Where where) {
  return out << to_string(where);
}

}  // namespace retrograd
