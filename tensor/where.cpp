#include <retrograd/tensor/where.h>

#include <ostream>
#include <string_view>

#include <retrograd/tensor/internal/hot_tls.h>

namespace retrograd {

namespace {
RETROGRAD_HOT_TLS thread_local const Where* innermost_call = nullptr;
}

std::string to_string(Where where) {
  std::string_view file = where.file;
  const auto slash = file.find_last_of("/\\");
  if (slash != std::string_view::npos) {
    file.remove_prefix(slash + 1);
  }
  return std::string(file) + ":" + std::to_string(where.line);
}

std::ostream& operator<<(std::ostream& out, Where where) {
  return out << to_string(where);
}

CallSite::CallSite(Where where) noexcept : previous_(innermost_call), where_(where) {
  innermost_call = &where_;
}

CallSite::~CallSite() {
  innermost_call = previous_;
}

Where CallSite::current(Where otherwise) noexcept {
  return innermost_call != nullptr ? *innermost_call : otherwise;
}

}  // namespace retrograd
