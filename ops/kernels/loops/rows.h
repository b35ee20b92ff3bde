// The lines of tensors along one dimension. Internal.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <new>
#include <type_traits>

#include <retrograd/ops/kernels/loops/line.h>
#include <retrograd/ops/kernels/loops/loops.h>
#include <retrograd/ops/kernels/loops/parallel_runs.h>
#include <retrograd/tensor/loops/instructions.h>
#include <retrograd/tensor/memory.h>

namespace retrograd::kernels {

namespace turning {

// Neighbouring lines, turned so that each is a row: they are walked along memory, not across it.
template <class C, std::size_t N>
class Rows {
 public:
  static constexpr std::int64_t kMost = 64;

  // Of `lines` lines of n values; `all` is how many bytes these have in the tensor.
  Rows(std::int64_t n, std::int64_t lines, std::int64_t all) : pitch_(n + 16) {
    const std::int64_t row = pitch_ * static_cast<std::int64_t>(N * sizeof(C));
    lines_ = std::min({kMost, lines, all / (2 * row * get_num_threads())});
    if (lines_ > 1) {
      bytes_ = static_cast<std::size_t>(row * lines_);
      try {
        rows_ = static_cast<C*>(memory::allocate(bytes_));
      } catch (const std::bad_alloc&) {
        lines_ = 0;  // lines can do without
      }
    }
  }
  ~Rows() {
    if (rows_ != nullptr) {
      memory::deallocate(rows_, bytes_);
    }
  }
  Rows(const Rows&) = delete;
  Rows& operator=(const Rows&) = delete;

  // How many lines there are rows for; lines go one by one if it is less than 2.
  std::int64_t size() const { return lines_; }
  C* row(std::size_t k, std::int64_t line) const {
    return rows_ + (static_cast<std::int64_t>(k) * lines_ + line) * pitch_;
  }

  template <class T>
  void read(std::size_t k, Line<const T> first, std::int64_t next, std::int64_t n,
            std::int64_t lines) const {
    in_tiles(n, lines, [&](std::int64_t i, std::int64_t l) {
      row(k, l)[i] = convert<C>(first.first[i * first.step + l * next]);
    });
  }
  template <class T>
  void write(Line<T> first, std::int64_t next, std::int64_t n, std::int64_t lines) const {
    in_tiles(n, lines, [&](std::int64_t i, std::int64_t l) {
      first.first[i * first.step + l * next] = convert<T>(row(0, l)[i]);
    });
  }

 private:
  // f(i, line) for values of few lines of the cache at a time.
  template <class F>
  static void in_tiles(std::int64_t n, std::int64_t lines, const F& f) {
    constexpr std::int64_t kTile = 8;
    for (std::int64_t first = 0; first < n; first += kTile) {
      const std::int64_t end = std::min(n, first + kTile);
      for (std::int64_t l = 0; l < lines; ++l) {
        for (std::int64_t i = first; i < end; ++i) {
          f(i, l);
        }
      }
    }
  }

  std::int64_t pitch_;
  std::int64_t lines_;
  std::size_t bytes_ = 0;
  C* rows_ = nullptr;
};

inline Strides without(Strides strides, std::size_t dim) {
  strides.erase(dim);
  return strides;
}

}  // namespace turning

// Calls f(number of the line, lines of the inputs, line of out) for every line of tensors of one
// shape and dtype along `dim`, numbered in row-major order. The lines are of T, or of C where they
// were turned; then that of `out` is in the place of the first input's. `out` may be undefined. f
// may not throw.
template <class T, std::size_t N, class F>
void for_each_line(const std::array<Tensor, N>& inputs, const Tensor& out, std::size_t dim,
                   const F& f) {
  using C = compute_t<T>;
  const Tensor& x = inputs[0];
  if (x.numel() == 0) {
    return;
  }
  const std::int64_t n = x.shape()[dim];
  Shape others = x.shape();
  others.erase(dim);
  std::array<Strides, N + 2> strides;
  std::array<const Strides*, N + 2> each;
  std::array<std::int64_t, N> steps;
  bool side_by_side = true;
  for (std::size_t k = 0; k < N; ++k) {
    strides[k] = turning::without(inputs[k].strides(), dim);
    steps[k] = n == 1 ? 1 : inputs[k].strides()[dim];
    side_by_side = side_by_side && steps[k] == 1;
  }
  const Tensor& target = out.defined() ? out : x;
  const std::int64_t out_step = n == 1 ? 1 : target.strides()[dim];
  strides[N] = turning::without(target.strides(), dim);
  strides[N + 1] = contiguous_strides(others);
  for (std::size_t k = 0; k < N + 2; ++k) {
    each[k] = &strides[k];
  }
  T* const to = out.defined() ? out.raw<T>() : nullptr;
  const auto all = x.numel() * static_cast<std::int64_t>(sizeof(T));
  for_each_run_in_parallel<N + 2>(
      others, each, n, [&](const auto& at, std::int64_t count, const auto& next) {
        const auto line = [&](std::size_t k, std::int64_t i) {
          return Line<const T>{inputs[k].template raw<T>() + at[k] + i * next[k], steps[k]};
        };
        const auto out_line = [&](std::int64_t i) {
          return Line<T>{to == nullptr ? nullptr : to + at[N] + i * next[N], out_step};
        };
        const auto number = [&](std::int64_t i) { return at[N + 1] + i * next[N + 1]; };
        const auto one_by_one = [&] {
          for (std::int64_t i = 0; i < count; ++i) {
            std::array<Line<const T>, N> lines;
            for (std::size_t k = 0; k < N; ++k) {
              lines[k] = line(k, i);
            }
            f(number(i), lines, out_line(i));
          }
        };
        const auto turned = [&](const turning::Rows<C, N>& rows) {
          for (std::int64_t i = 0; i < count; i += rows.size()) {
            const std::int64_t lines = std::min(rows.size(), count - i);
            for (std::size_t k = 0; k < N; ++k) {
              rows.read(k, line(k, i), next[k], n, lines);
            }
            for (std::int64_t l = 0; l < lines; ++l) {
              std::array<Line<const C>, N> row;
              for (std::size_t k = 0; k < N; ++k) {
                row[k] = {rows.row(k, l), 1};
              }
              f(number(i + l), row, Line<C>{rows.row(0, l), 1});
            }
            if (to != nullptr) {
              rows.write(out_line(i), next[N], n, lines);
            }
          }
        };
        const bool turns = !side_by_side || (to != nullptr && out_step != 1);
        const turning::Rows<C, N> rows(n, turns ? count : 0, all);
        const auto body = [&] { rows.size() > 1 ? turned(rows) : one_by_one(); };
        if constexpr (std::is_same_v<C, float>) {
          retrograd::detail::vectorised_wide(body);
        } else {
          body();  // most of it the C library's exp, which has no vectors
        }
      });
}

}  // namespace retrograd::kernels
