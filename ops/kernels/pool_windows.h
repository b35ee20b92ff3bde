// The windows of a pool, made ready for loops over channels-last memory.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <retrograd/ops/kernels/loops.h>
#include <retrograd/ops/kernels/pool.h>
#include <retrograd/ops/kernels/window.h>

namespace retrograd::kernels {

// The windows along one dimension.
struct PoolAxis {
  struct Window {
    std::int64_t start;    // the place of tap 0; before the input's start in the padding
    Taps taps;             // inside the input
    std::int64_t counted;  // places that a mean divides by
  };
  // The windows that see a place: count of them, from `first` on, `step` apart.
  struct Seen {
    std::int64_t first = 0;
    std::int64_t count = 0;
  };

  std::vector<Window> windows;  // by output place
  std::vector<Seen> seen;       // by input place; empty unless asked for
  std::int64_t step = 1;
  std::int64_t dilation = 1;

  PoolAxis(const PoolShape& shape, std::size_t d, bool from_input);

  std::int64_t place(std::int64_t o, std::int64_t tap) const {
    return windows[static_cast<std::size_t>(o)].start + tap * dilation;
  }
};

// Tensors here are channels-last: (N, D, H, W, C) in memory.
struct PoolGeometry {
  const PoolShape& shape;
  std::int64_t batch;
  std::int64_t channels;
  std::int64_t in_places = shape.input[0] * shape.input[1] * shape.input[2];
  std::int64_t out_places = shape.output[0] * shape.output[1] * shape.output[2];
  std::array<PoolAxis, 3> axes;

  // `from_input` where the loop runs over the input's places.
  PoolGeometry(const Tensor& x, const PoolShape& pool, bool from_input);

  Tensor empty_input(DType dtype) const { return empty(shape.input, dtype); }
  Tensor empty_output(DType dtype) const { return empty(shape.output, dtype); }

  // Calls f(begin, end) for parts of the lines (image, d, h) of such a size, in several threads
  // when there is enough to do.
  template <class F>
  void for_each_part(const std::array<std::int64_t, 3>& size, F&& f) const {
    const std::int64_t lines = size[0] * size[1];
    const std::int64_t work =
        (in_places + out_places) / std::max<std::int64_t>(lines, 1) * std::max(channels, one);
    parallel_ranges(batch * lines, kGrain / std::max(work, one) + 1, f);
  }

 private:
  static constexpr std::int64_t one = 1;
  Tensor empty(const std::array<std::int64_t, 3>& sizes, DType dtype) const;
};

// A tap of a window: where its channels lie, counted from where the window does, and its number.
struct PoolTap {
  std::int64_t at;
  std::int64_t number;
};

// The windows of one line of outputs.
class LineWindows {
 public:
  explicit LineWindows(const PoolGeometry& geometry) : geometry_(geometry) {}
  void move_to(std::int64_t line);

  std::int64_t image() const { return image_; }
  // Where the window's first place of a line lies, counted from the image's first element.
  std::int64_t base(std::int64_t ow) const { return along(ow).start * geometry_.channels; }
  // The taps inside the input, in row-major order; valid until the next call.
  const std::vector<PoolTap>& taps(std::int64_t ow) {
    const Taps& columns = along(ow).taps;
    if (columns.last - columns.first == geometry_.shape.kernel[2]) {
      return whole_;
    }
    fill(cut_, columns);
    return cut_;
  }
  // The taps of a window that reaches past neither end of its line, whether there is one or not.
  const std::vector<PoolTap>& whole() const { return whole_; }
  // What the sum over the window is divided by.
  std::int64_t divisor(std::int64_t ow) const;

 private:
  const PoolAxis::Window& along(std::int64_t ow) const {
    return geometry_.axes[2].windows[static_cast<std::size_t>(ow)];
  }
  void fill(std::vector<PoolTap>& taps, const Taps& columns) const;

  const PoolGeometry& geometry_;
  std::int64_t image_ = 0;
  std::int64_t rows_counted_ = 0;
  std::vector<PoolTap> rows_;  // first taps of the window's lines
  std::vector<PoolTap> whole_;
  std::vector<PoolTap> cut_;
};

// Calls f(windows, line, end) for every line of outputs; `end` is one past the last of this
// thread's.
template <class F>
void for_each_line_of_windows(const PoolGeometry& geometry, F&& f) {
  geometry.for_each_part(geometry.shape.output, [&](std::int64_t begin, std::int64_t end) {
    LineWindows windows(geometry);
    for (std::int64_t line = begin; line < end; ++line) {
      windows.move_to(line);
      f(windows, line, end);
    }
  });
}

// Calls f(windows, ow, out_at, room) for every window: out_at is the offset of its channels in the
// output, and `room` how many elements from there on belong to this thread.
template <class F>
void for_each_window(const PoolGeometry& pool, F&& f) {
  const std::int64_t line_length = pool.shape.output[2] * pool.channels;
  for_each_line_of_windows(pool, [&](LineWindows& windows, std::int64_t line, std::int64_t end) {
    std::int64_t out_at = line * line_length;
    for (std::int64_t ow = 0; ow < pool.shape.output[2]; ++ow) {
      f(windows, ow, out_at, end * line_length - out_at);
      out_at += pool.channels;
    }
  });
}

// The lines of outputs whose windows see one line of inputs.
class SeeingLines {
 public:
  explicit SeeingLines(const PoolGeometry& geometry) : geometry_(geometry) {}
  // True where the same windows see this line as the one before.
  bool move_to(std::int64_t line);

  // Where the lines of outputs begin.
  const std::vector<std::int64_t>& starts() const { return starts_; }
  // How many values lie from the output at place `ow` of the last line to the end.
  std::int64_t room(std::int64_t ow) const {
    return end_ - (starts_.empty() ? 0 : starts_.back() + ow * geometry_.channels);
  }

 private:
  const PoolGeometry& geometry_;
  std::int64_t end_ = geometry_.batch * geometry_.out_places * geometry_.channels;
  std::vector<std::int64_t> starts_;
  std::vector<std::int64_t> before_;
};

}  // namespace retrograd::kernels
