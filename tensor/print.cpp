#include <retrograd/tensor/print.h>

#include <mutex>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include <retrograd/tensor/detail/element_texts.h>
#include <retrograd/tensor/internal/check.h>
#include <retrograd/tensor/internal/format.h>
#include <retrograd/tensor/node.h>

namespace retrograd {

namespace {

std::mutex mutex;                                // of `of_all`
PrintOptions of_all;                             // the options of threads without a guard
thread_local PrintOptions* of_thread = nullptr;  // those of its innermost guard

const PrintOptions& checked(const char* op, const PrintOptions& options, Where where) {
  const auto require = [&](const char* what, std::int64_t value, int least) {
    check::require<ValueError>({op, where}, value >= least, {},
                               "{} is {}; at least {} is needed [value-out-of-range]", what, value,
                               least);
  };
  require("precision", options.precision, 0);
  require("threshold", options.threshold, 0);
  require("edgeitems", options.edgeitems, 1);
  require("linewidth", options.linewidth, 1);
  return options;
}

}  // namespace

void set_print_options(const PrintOptions& options, Where where) {
  checked("set_print_options", options, where);
  if (of_thread != nullptr) {
    *of_thread = options;
    return;
  }
  const std::lock_guard lock(mutex);
  of_all = options;
}

PrintOptions print_options() {
  if (of_thread != nullptr) {
    return *of_thread;
  }
  const std::lock_guard lock(mutex);
  return of_all;
}

PrintOptionsGuard::PrintOptionsGuard(const PrintOptions& options, Where where)
    : options_(checked("PrintOptionsGuard", options, where)), outer_(of_thread) {
  of_thread = &options_;
}

PrintOptionsGuard::~PrintOptionsGuard() {
  of_thread = outer_;
}

std::ostream& operator<<(std::ostream& out, DType dtype) {
  return out << name(dtype);
}

std::string describe(const Tensor& tensor) {
  return tensor.defined()
             ? detail::formatted("{} {}", name(tensor.dtype()), to_string(tensor.shape()))
             : "undefined";
}

namespace {

// Nested lists, as NumPy lays them out.
class Lists {
 public:
  Lists(const Tensor& tensor, const PrintOptions& options)
      : tensor_(tensor),
        options_(options),
        is_summary_(tensor.numel() > options.threshold),
        rank_(tensor.shape().size()) {}

  std::string text() {
    if (tensor_.numel() == 0) {
      return "[]";
    }
    std::vector<std::int64_t> offsets;
    find(0, 0, offsets);
    const std::vector<std::string> texts = detail::element_texts(tensor_, offsets, options_);
    next_ = texts.data();
    write(0);
    return text_;
  }

 private:
  static constexpr std::int64_t kGap = -1;

  // Calls f(i) with the indices shown of a dimension, and kGap where others are left out.
  template <class F>
  void for_each_shown(std::size_t dim, F&& f) const {
    const std::int64_t size = tensor_.shape()[dim];
    const std::int64_t edge = options_.edgeitems;
    const bool has_gap = is_summary_ && size - edge > edge;
    for (std::int64_t i = 0; i < size; ++i) {
      if (has_gap && i == edge) {
        f(kGap);
        i = size - edge;
      }
      f(i);
    }
  }

  void find(std::size_t dim, std::int64_t offset, std::vector<std::int64_t>& offsets) const {
    if (dim == rank_) {
      offsets.push_back(offset);
      return;
    }
    for_each_shown(dim, [&](std::int64_t i) {
      if (i != kGap) {
        find(dim + 1, offset + i * tensor_.strides()[dim], offsets);
      }
    });
  }

  void write(std::size_t dim) {
    if (dim == rank_) {
      text_ += *next_;
    } else if (dim + 1 == rank_) {
      write_row(std::string(rank_, ' '));
    } else {
      const std::string between =
          "," + std::string(rank_ - dim - 1, '\n') + std::string(dim + 1, ' ');
      text_ += "[";
      for_each_shown(dim, [&](std::int64_t i) {
        text_ += i == 0 ? "" : between;
        i == kGap ? void(text_ += "...") : write(dim + 1);
      });
      text_ += "]";
    }
  }

  // A row is broken before an element that would reach beyond the width.
  void write_row(const std::string& indent) {
    const std::size_t most = static_cast<std::size_t>(options_.linewidth);
    std::size_t column = indent.size();
    text_ += "[";
    for_each_shown(rank_ - 1, [&](std::int64_t i) {
      const std::string_view word = i == kGap ? std::string_view("...") : *next_++;
      if (i != 0) {
        column += 2;
        const bool fits = column + word.size() + rank_ <= most;
        text_ += fits ? ", " : ",\n" + indent;
        column = fits ? column : indent.size();
      }
      text_ += word;
      column += word.size();
    });
    text_ += "]";
  }

  const Tensor& tensor_;
  const PrintOptions& options_;
  bool is_summary_;
  std::size_t rank_;
  const std::string* next_ = nullptr;  // the next element's text
  std::string text_;
};

// " requires_grad" of a leaf, " <mul model.cpp:42>" of a result.
std::string tape_of(const Tensor& tensor) {
  if (!tensor.requires_grad()) {
    return {};
  }
  if (tensor.is_leaf()) {
    return " requires_grad";
  }
  const detail::TensorImpl& impl = tensor.impl();
  const NodePtr& node = detail::is_stale_view(impl) ? impl.base->node : impl.node;
  return detail::formatted(" <{} {}>", node->op(), to_string(node->where()));
}

std::string printed(const Tensor& tensor, const PrintOptions& options) {
  if (!tensor.defined()) {
    return "tensor undefined";
  }
  std::string values = Lists(tensor, options).text();
  if (!options.head) {
    return values;
  }
  return tensor.dim() == 0
             ? detail::formatted("tensor {} {}{}", describe(tensor), values, tape_of(tensor))
             : detail::formatted("tensor {}{}\n{}", describe(tensor), tape_of(tensor), values);
}

}  // namespace

std::string to_string(const Tensor& tensor) {
  return printed(tensor, print_options());
}

std::string to_string(const Tensor& tensor, const PrintOptions& options, Where where) {
  return printed(tensor, checked("to_string", options, where));
}

std::ostream& operator<<(std::ostream& out, const Tensor& tensor) {
  out.width(0);
  return out << to_string(tensor);
}

}  // namespace retrograd
