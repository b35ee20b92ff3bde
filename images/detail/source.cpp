#include <retrograd/images/detail/source.h>

#include <algorithm>
#include <cstring>
#include <utility>

namespace retrograd::detail {

Source::Source(const FileCall& call) : file_(call), size_(file_->size()) {
  constexpr std::uint64_t most = std::uint64_t{64} << 10;
  buffer_.resize(static_cast<std::size_t>(std::clamp<std::uint64_t>(size_, 1000, most)));
}

std::string_view Source::peek(std::size_t count) {
  if (file_ && rest_.size() < count) {
    if (!rest_.empty()) {
      std::memmove(buffer_.data(), rest_.data(), rest_.size());
    }
    const std::size_t got =
        file_->read_some(buffer_.data() + rest_.size(), buffer_.size() - rest_.size());
    rest_ = {buffer_.data(), rest_.size() + got};
  }
  return rest_;
}

std::string_view Source::next() {
  peek(1);
  return std::exchange(rest_, {});
}

std::size_t Source::read_some(void* to, std::size_t count) {
  std::size_t done = 0;
  while (done < count && !peek(1).empty()) {
    const std::size_t part = std::min(count - done, rest_.size());
    std::memcpy(static_cast<char*>(to) + done, rest_.data(), part);
    rest_.remove_prefix(part);
    done += part;
  }
  return done;
}

}  // namespace retrograd::detail
