#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <ostream>
#include <string>
#include <vector>

#include <retrograd/tensor/tensor.h>

namespace retrograd {

std::ostream& operator<<(std::ostream& out, DType dtype) {
  return out << name(dtype);
}

std::string describe(const Tensor& tensor) {
  return tensor.defined() ? std::string(name(tensor.dtype())) + " " + to_string(tensor.shape())
                          : "undefined";
}

namespace {

constexpr std::int64_t kElideAbove = 1000;  // elements
constexpr std::int64_t kEdge = 3;           // shown at each end of an elided dimension

// Writes a tensor as nested lists: to_chars keeps the text free of the locale.
class Printer {
 public:
  explicit Printer(const Tensor& tensor)
      : tensor_(tensor), elide_(tensor.numel() > kElideAbove), index_(tensor.shape()) {
    visit(
        0, [this] { width_ = std::max(width_, element().size()); }, [](auto) {});
  }

  std::string text() {
    std::string out;
    const auto rank = tensor_.shape().size();
    std::size_t depth = 0;  // of open brackets that have no element yet
    visit(
        0,
        [&] {
          const std::string value = element();
          out += std::string(width_ - value.size(), ' ') + value;
        },
        [&](Event event) {
          switch (event) {
            case Event::open:
              out += "[";
              ++depth;
              break;
            case Event::close:
              out += "]";
              --depth;
              break;
            case Event::between:
              out += depth == rank ? ", " : ",\n" + std::string(depth, ' ');
              break;
            case Event::gap:
              out += depth == rank ? "..., " : "...,\n" + std::string(depth, ' ');
              break;
          }
        });
    return out;
  }

 private:
  enum class Event { open, close, between, gap };

  template <class OnElement, class OnEvent>
  void visit(std::size_t dim, OnElement&& on_element, OnEvent&& on_event) {
    if (dim == tensor_.shape().size()) {
      on_element();
      return;
    }
    const std::int64_t size = tensor_.shape()[dim];
    on_event(Event::open);
    for (std::int64_t i = 0; i < size; ++i) {
      if (i > 0) {
        on_event(Event::between);
      }
      if (elide_ && size > 2 * kEdge && i == kEdge) {
        on_event(Event::gap);
        i = size - kEdge;
      }
      index_[dim] = i;
      visit(dim + 1, on_element, on_event);
    }
    on_event(Event::close);
  }

  std::string element() const {
    std::array<char, 32> buffer{};
    char* const end = buffer.data() + buffer.size();
    const double value = tensor_.at(index_);
    if (tensor_.dtype() == boolean) {
      return value != 0 ? "true" : "false";
    }
    if (!is_floating(tensor_.dtype())) {
      std::int64_t offset = tensor_.impl().offset;
      for (std::size_t d = 0; d < index_.size(); ++d) {
        offset += index_[d] * tensor_.strides()[d];
      }
      const auto* memory = tensor_.impl().storage->data;
      const std::int64_t exact = tensor_.dtype() == uint8
                                     ? reinterpret_cast<const std::uint8_t*>(memory)[offset]
                                     : reinterpret_cast<const std::int64_t*>(memory)[offset];
      return {buffer.data(), std::to_chars(buffer.data(), end, exact).ptr};
    }
    if (std::isnan(value)) {
      return "nan";
    }
    return {buffer.data(),
            std::to_chars(buffer.data(), end, value, std::chars_format::general, 5).ptr};
  }

  const Tensor& tensor_;
  bool elide_;
  Dims index_;
  std::size_t width_ = 0;
};

}  // namespace

std::string to_string(const Tensor& tensor) {
  if (!tensor.defined()) {
    return "tensor undefined";
  }
  const std::string head = "tensor " + describe(tensor);
  if (tensor.dim() == 0) {
    return head + " " + Printer(tensor).text();
  }
  return head + "\n" + Printer(tensor).text();
}

std::ostream& operator<<(std::ostream& out, const Tensor& tensor) {
  return out << to_string(tensor);
}

}  // namespace retrograd
