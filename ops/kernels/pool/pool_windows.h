// The windows of a pool, made ready for loops over channels-last memory.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include <retrograd/ops/kernels/loops/loops.h>
#include <retrograd/ops/kernels/loops/table.h>
#include <retrograd/ops/kernels/pool/pool.h>
#include <retrograd/ops/kernels/pool/window.h>

namespace retrograd::kernels {

// The windows along one dimension.
class PoolAxis {
 public:
  struct Window {
    std::int64_t start;    // the place of tap 0; before the input's start in the padding
    Taps taps;             // inside the input
    std::int64_t counted;  // positions that a mean divides by
  };
  // The windows that see a position: count of them, from `first` on, step() apart.
  struct Seen {
    std::int64_t first = 0;
    std::int64_t count = 0;
    friend bool operator==(const Seen&, const Seen&) = default;
  };

  // Tables of at most `most` positions are made; what has no table is computed when it is asked
  // for.
  PoolAxis(const PoolGeometry& geometry, std::size_t d, bool from_input, std::int64_t most);

  Window window(std::int64_t o) const {
    return windows_.empty() ? find_window(o) : windows_[static_cast<std::size_t>(o)];
  }
  // All windows, or null where they have no table.
  const Window* table() const { return windows_.empty() ? nullptr : windows_.data(); }
  Seen seen(std::int64_t position) const {
    return seen_.empty() ? find_seen(position) : seen_[static_cast<std::size_t>(position)];
  }
  std::int64_t step() const { return step_; }
  std::int64_t dilation() const { return dilation_; }
  // Whether all windows have one divisor.
  bool counts_evenly() const;
  // The most taps of a window that lie inside the input.
  std::int64_t most_taps() const;

 private:
  Window find_window(std::int64_t o) const;
  Seen find_seen(std::int64_t position) const;

  bool adaptive_;
  std::int64_t input_;
  std::int64_t output_;
  std::int64_t kernel_;
  std::int64_t stride_;
  std::int64_t padding_;
  std::int64_t counted_padding_;
  std::int64_t dilation_;
  std::int64_t step_;
  Table<Window> windows_;  // by output position
  Table<Seen> seen_;       // by input position
};

// A tap of a window: where its channels lie, counted from where the window does, and its number.
struct PoolTap {
  std::int64_t at;
  std::int64_t number;
};

// Tensors here are channels-last: (N, D, H, W, C) in memory.
struct PoolWindows {
  // Taps that are listed whatever the sizes are: all that bytes can number.
  static constexpr std::int64_t kListed = 256;

  const PoolGeometry& geometry;
  std::int64_t batch;
  std::int64_t channels;
  std::int64_t in_positions;  // 0 where there are no images or channels, as out_positions
  std::int64_t out_positions;
  std::array<PoolAxis, 3> axes;
  // The most taps of a window that are listed at a time, once for all channels.
  std::int64_t listed;

  // `from_input` where the loop runs over the input's positions.
  PoolWindows(const Tensor& x, const PoolGeometry& pool, bool from_input);

  Tensor empty_input(DType dtype) const { return empty(geometry.input, dtype); }
  Tensor empty_output(DType dtype) const { return empty(geometry.output, dtype); }

  // How many lines (image, d, h) there are of such a size, and into how many pieces they are cut.
  std::int64_t lines(const std::array<std::int64_t, 3>& size) const {
    return in_positions == 0 ? 0 : batch * size[0] * size[1];
  }
  std::int64_t pieces(const std::array<std::int64_t, 3>& size) const {
    const std::int64_t all = lines(size);
    const std::int64_t work =
        (in_positions + out_positions) * batch * channels / std::max(all, one);
    return detail::pieces_of(all, kGrain / std::max(work, one) + 1);
  }

 private:
  static constexpr std::int64_t one = 1;
  Tensor empty(const std::array<std::int64_t, 3>& sizes, DType dtype) const;
};

// The windows of one line of outputs.
class LineWindows {
 public:
  // `scratch` is for 2 * pool.listed taps.
  LineWindows(const PoolWindows& pool, PoolTap* scratch);
  void move_to(std::int64_t line);

  std::int64_t image() const { return image_; }
  // Where the window's first position of a line lies, counted from the image's first element.
  std::int64_t base(std::int64_t ow) const { return along(ow).start * pool_.channels; }

  // The taps of a window that lie inside the input, in row-major order.
  class Inside {
   public:
    std::int64_t size() const { return size_; }
    // Tap i from the first on.
    PoolTap operator[](std::int64_t i) const {
      return all_ != nullptr ? all_[i] : windows_->tap(columns_, i);
    }
    PoolTap back() const { return (*this)[size_ - 1]; }
    // All taps as a list; null where they are too many for one.
    const PoolTap* list() const { return all_; }
    // Calls f(list, count, whether these are the last) for the taps in turn.
    template <class F>
    void each_list(F&& f) const {
      if (all_ != nullptr) {
        f(all_, size_, true);
        return;
      }
      const std::int64_t most = windows_->pool_.listed;
      for (std::int64_t i = 0; i < size_; i += most) {
        const std::int64_t count = std::min(most, size_ - i);
        windows_->list(windows_->cut_, columns_, i, count);
        f(static_cast<const PoolTap*>(windows_->cut_), count, i + count == size_);
      }
    }

   private:
    friend class LineWindows;
    Inside(const LineWindows* windows, const Taps& columns, std::int64_t size, const PoolTap* all)
        : windows_(windows), columns_(columns), size_(size), all_(all) {}
    const LineWindows* windows_;
    Taps columns_;
    std::int64_t size_;
    const PoolTap* all_;
  };
  // Valid until the next call.
  Inside taps(std::int64_t ow) const {
    const Taps& columns = along(ow).taps;
    if (whole_size_ > 0 && columns.last - columns.first == pool_.geometry.kernel[2]) {
      return {this, columns, whole_size_, whole_};
    }
    return cut(columns);
  }
  // The taps of a window that reaches past neither end of its line, whether there is one or not;
  // empty where they are too many for a list.
  std::span<const PoolTap> whole() const { return {whole_, static_cast<std::size_t>(whole_size_)}; }
  // What the sum over the window is divided by.
  std::int64_t divisor(std::int64_t ow) const;

 private:
  const PoolAxis::Window& along(std::int64_t ow) const {
    if (columns_ != nullptr) [[likely]] {
      return columns_[ow];
    }
    return found_ = pool_.axes[2].window(ow);
  }
  Inside cut(const Taps& columns) const;
  PoolTap tap(const Taps& columns, std::int64_t i) const;
  PoolTap tap(std::int64_t kd, std::int64_t kh, std::int64_t kw) const;
  void list(PoolTap* to, const Taps& columns, std::int64_t from, std::int64_t count) const;
  // How many lines of the input a window reads.
  std::int64_t rows_inside() const {
    return (depth_.taps.last - depth_.taps.first) * (height_.taps.last - height_.taps.first);
  }

  const PoolWindows& pool_;
  PoolTap* whole_;  // taps of the windows that reach past neither end of their line
  PoolTap* cut_;    // of another
  std::int64_t whole_size_ = 0;
  std::int64_t image_ = 0;
  PoolAxis::Window depth_{};
  PoolAxis::Window height_{};
  const PoolAxis::Window* columns_;  // by output position; null where there is no table
  mutable PoolAxis::Window found_{};
};

// Calls f(windows, line, end) for every line of outputs; `end` is one past the last of this
// thread's.
template <class F>
void for_each_line_of_windows(const PoolWindows& pool, F&& f) {
  const std::int64_t pieces = pool.pieces(pool.geometry.output);
  const int lanes = detail::lanes_for(pieces);
  // Long lists are made before the threads start, because memory can run out.
  const bool is_long = pool.listed > PoolWindows::kListed;
  const std::int64_t scratch =
      is_long ? static_cast<std::int64_t>(sizeof(PoolTap)) / 8 * 2 * pool.listed : 0;
  const Tensor scratches = is_long ? empty_tensor({lanes * scratch}, int64) : Tensor();
  detail::for_pieces(pool.lines(pool.geometry.output), pieces, lanes,
                     [&](std::int64_t begin, std::int64_t end, int lane) {
                       std::array<PoolTap, 2 * PoolWindows::kListed> own;
                       LineWindows windows(
                           pool, is_long ? reinterpret_cast<PoolTap*>(
                                               scratches.raw<std::int64_t>() + lane * scratch)
                                         : own.data());
                       for (std::int64_t line = begin; line < end; ++line) {
                         windows.move_to(line);
                         f(windows, line, end);
                       }
                     });
}

// Calls f(windows, ow, out_at, left) for every window: out_at is the offset of its channels in
// the output, and `left` how many elements from there on belong to this thread.
template <class F>
void for_each_window(const PoolWindows& pool, F&& f) {
  const std::int64_t line_length = pool.geometry.output[2] * pool.channels;
  for_each_line_of_windows(pool, [&](LineWindows& windows, std::int64_t line, std::int64_t end) {
    std::int64_t out_at = line * line_length;
    for (std::int64_t ow = 0; ow < pool.geometry.output[2]; ++ow) {
      f(windows, ow, out_at, end * line_length - out_at);
      out_at += pool.channels;
    }
  });
}

// The lines of outputs whose windows see one line of inputs.
class SeeingLines {
 public:
  explicit SeeingLines(const PoolWindows& pool) : pool_(pool) {}
  // True where the same windows see this line as the one before.
  bool move_to(std::int64_t line);

  // Calls f(number of the line of outputs) for each.
  template <class F>
  void each(F&& f) const {
    for (std::int64_t i = 0; i < depth_.count; ++i) {
      const std::int64_t od =
          image_ * pool_.geometry.output[0] + depth_.first + i * pool_.axes[0].step();
      for (std::int64_t j = 0; j < height_.count; ++j) {
        f(od * pool_.geometry.output[1] + height_.first + j * pool_.axes[1].step());
      }
    }
  }
  // How many values lie from the output at position `ow` of the last line to the end.
  std::int64_t left(std::int64_t ow) const;

 private:
  const PoolWindows& pool_;
  std::int64_t image_ = -1;
  PoolAxis::Seen depth_;
  PoolAxis::Seen height_;
};

}  // namespace retrograd::kernels
