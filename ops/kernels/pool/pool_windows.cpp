#include <retrograd/ops/kernels/pool/pool_windows.h>

#include <numeric>

namespace retrograd::kernels {

namespace {

std::int64_t ceil_div(std::int64_t a, std::int64_t b) {
  return (a + b - 1) / b;
}

}  // namespace

PoolAxis::PoolAxis(const PoolGeometry& geometry, std::size_t d, bool from_input, std::int64_t most)
    : adaptive_(geometry.adaptive),
      input_(geometry.input[d]),
      output_(geometry.output[d]),
      kernel_(geometry.kernel[d]),
      stride_(geometry.stride[d]),
      padding_(geometry.padding[d]),
      counted_padding_(geometry.count_include_pad ? geometry.padding[d] : 0),
      dilation_(geometry.dilation[d]),
      step_(geometry.adaptive ? 1 : dilation_ / std::gcd(dilation_, stride_)) {
  if (output_ > 1 && output_ <= most) {
    windows_.reserve(static_cast<std::size_t>(output_));
    for (std::int64_t o = 0; o < output_; ++o) {
      windows_.push_back(find_window(o));
    }
  }
  if (from_input && input_ > 1 && input_ <= most) {
    seen_.reserve(static_cast<std::size_t>(input_));
    for (std::int64_t position = 0; position < input_; ++position) {
      seen_.push_back(find_seen(position));
    }
  }
}

PoolAxis::Window PoolAxis::find_window(std::int64_t o) const {
  if (adaptive_) {
    const std::int64_t start = o * input_ / output_;
    const std::int64_t length = ceil_div((o + 1) * input_, output_) - start;
    return {start, {0, length}, length};
  }
  const std::int64_t start = o * stride_ - padding_;
  const Taps counted =
      taps_inside(start + counted_padding_, kernel_, dilation_, input_ + 2 * counted_padding_);
  return {start, taps_inside(start, kernel_, dilation_, input_), counted.last - counted.first};
}

PoolAxis::Seen PoolAxis::find_seen(std::int64_t position) const {
  if (adaptive_) {
    const std::int64_t first = position * output_ / input_;
    return {first, ceil_div((position + 1) * output_, input_) - first};
  }
  // Output o sees the position with tap k if o * stride + k * dilation = from. Such o are `step_`
  // apart, and such k `tap_step`.
  const std::int64_t from = position + padding_;
  const std::int64_t tap_step = stride_ / (dilation_ / step_);
  const std::int64_t last_tap = std::min(kernel_ - 1, from / dilation_);
  const std::int64_t beyond = from - (output_ - 1) * stride_;
  const std::int64_t first_tap = beyond <= 0 ? 0 : ceil_div(beyond, dilation_);
  if (tap_step <= step_) {
    for (std::int64_t k = last_tap; k >= first_tap && k > last_tap - tap_step; --k) {
      if ((from - k * dilation_) % stride_ == 0) {
        return {(from - k * dilation_) / stride_, (k - first_tap) / tap_step + 1};
      }
    }
    return {};
  }
  const std::int64_t last = std::min(output_ - 1, from / stride_);
  const std::int64_t least = ceil_div(from - last_tap * dilation_, stride_);
  for (std::int64_t o = least; o <= last && o < least + step_; ++o) {
    if ((from - o * stride_) % dilation_ == 0) {
      return {o, (last - o) / step_ + 1};
    }
  }
  return {};
}

bool PoolAxis::counts_evenly() const {
  // Windows in the middle count all taps, and those at both ends the fewest.
  if (output_ < 2) {
    return true;
  }
  if (adaptive_) {
    return input_ % output_ == 0;
  }
  const std::int64_t first = window(0).counted;
  return first == window(output_ - 1).counted && (first == kernel_ || output_ == 2);
}

std::int64_t PoolAxis::most_taps() const {
  return std::min(kernel_, (input_ - 1) / dilation_ + 1);
}

namespace {

std::int64_t positions_of(const std::array<std::int64_t, 3>& sizes, std::int64_t planes) {
  return planes == 0 ? 0 : sizes[0] * sizes[1] * sizes[2];
}

// a * b, or more than any limit.
std::int64_t limited_product(std::int64_t a, std::int64_t b) {
  std::int64_t product = 0;
  return __builtin_mul_overflow(a, b, &product) ? INT64_MAX : product;
}

}  // namespace

PoolWindows::PoolWindows(const Tensor& x, const PoolGeometry& pool, bool from_input)
    : geometry(pool),
      batch(x.shape()[0]),
      channels(x.shape()[1]),
      in_positions(positions_of(pool.input, batch * channels)),
      out_positions(positions_of(pool.output, batch * channels)),
      // Tables and lists are small beside the tensors.
      axes{PoolAxis(pool, 0, from_input, std::max(kListed, x.numel() / 128)),
           PoolAxis(pool, 1, from_input, std::max(kListed, x.numel() / 128)),
           PoolAxis(pool, 2, from_input, std::max(kListed, x.numel() / 128))} {
  std::int64_t taps = 1;
  for (const PoolAxis& axis : axes) {
    taps = limited_product(taps, axis.most_taps());
  }
  const bool fits = taps <= std::max(in_positions, out_positions) * batch * channels / 128;
  listed = fits ? std::max(taps, kListed) : kListed;
}

Tensor PoolWindows::empty(const std::array<std::int64_t, 3>& sizes, DType dtype) const {
  const Shape full = pool_shape({batch, channels}, sizes, geometry.spatial_rank);
  return empty_strided(full, channels_last_strides(full), dtype);
}

LineWindows::LineWindows(const PoolWindows& pool, PoolTap* scratch)
    : pool_(pool), whole_(scratch), cut_(scratch + pool.listed), columns_(pool.axes[2].table()) {}

void LineWindows::move_to(std::int64_t line) {
  const PoolGeometry& geometry = pool_.geometry;
  image_ = line / geometry.output[1] / geometry.output[0];
  depth_ = pool_.axes[0].window(line / geometry.output[1] % geometry.output[0]);
  height_ = pool_.axes[1].window(line % geometry.output[1]);
  const std::int64_t rows = rows_inside();
  whole_size_ = geometry.kernel[2] <= pool_.listed ? rows * geometry.kernel[2] : 0;
  if (whole_size_ > pool_.listed) {
    whole_size_ = 0;
  }
  list(whole_, {0, geometry.kernel[2]}, 0, whole_size_);
}

LineWindows::Inside LineWindows::cut(const Taps& columns) const {
  const std::int64_t size = rows_inside() * (columns.last - columns.first);
  if (size > pool_.listed) {
    return {this, columns, size, nullptr};
  }
  list(cut_, columns, 0, size);
  return {this, columns, size, cut_};
}

void LineWindows::list(PoolTap* to, const Taps& columns, std::int64_t from,
                       std::int64_t count) const {
  if (count == 0) {
    return;
  }
  const std::int64_t width = columns.last - columns.first;
  const std::int64_t rows = height_.taps.last - height_.taps.first;
  const std::int64_t step = pool_.axes[2].dilation() * pool_.channels;
  // Divisions take long where windows are small.
  std::int64_t row = from == 0 ? 0 : from / width;
  std::int64_t column = from - row * width;
  std::int64_t kd = row < rows ? 0 : row / rows;
  row -= kd * rows;
  for (std::int64_t i = 0; i < count;) {
    const std::int64_t run = std::min(count - i, width - column);
    const PoolTap first =
        tap(depth_.taps.first + kd, height_.taps.first + row, columns.first + column);
    for (std::int64_t k = 0; k < run; ++k) {
      to[i + k] = {first.at + k * step, first.number + k};
    }
    i += run;
    column = 0;
    if (++row == rows) {
      row = 0;
      ++kd;
    }
  }
}

PoolTap LineWindows::tap(const Taps& columns, std::int64_t i) const {
  const std::int64_t width = columns.last - columns.first;
  const std::int64_t rows = height_.taps.last - height_.taps.first;
  return tap(depth_.taps.first + i / width / rows, height_.taps.first + i / width % rows,
             columns.first + i % width);
}

PoolTap LineWindows::tap(std::int64_t kd, std::int64_t kh, std::int64_t kw) const {
  const PoolGeometry& geometry = pool_.geometry;
  const std::int64_t d = depth_.start + kd * pool_.axes[0].dilation();
  const std::int64_t h = height_.start + kh * pool_.axes[1].dilation();
  const std::int64_t w = kw * pool_.axes[2].dilation();
  // The numbers of windows that have too many taps for bytes are not used, and wrap around.
  const auto number =
      (static_cast<std::uint64_t>(kd) * static_cast<std::uint64_t>(geometry.kernel[1]) +
       static_cast<std::uint64_t>(kh)) *
          static_cast<std::uint64_t>(geometry.kernel[2]) +
      static_cast<std::uint64_t>(kw);
  return {((d * geometry.input[1] + h) * geometry.input[2] + w) * pool_.channels,
          static_cast<std::int64_t>(number)};
}

std::int64_t LineWindows::divisor(std::int64_t ow) const {
  const std::int64_t given = pool_.geometry.divisor_override;
  return given != 0
             ? given
             : std::max<std::int64_t>(depth_.counted * height_.counted * along(ow).counted, 1);
}

bool SeeingLines::move_to(std::int64_t line) {
  const PoolGeometry& geometry = pool_.geometry;
  const std::int64_t image = line / geometry.input[1] / geometry.input[0];
  const PoolAxis::Seen depth = pool_.axes[0].seen(line / geometry.input[1] % geometry.input[0]);
  const PoolAxis::Seen height = pool_.axes[1].seen(line % geometry.input[1]);
  const bool same = image == image_ && depth == depth_ && height == height_;
  image_ = image;
  depth_ = depth;
  height_ = height;
  return same;
}

std::int64_t SeeingLines::left(std::int64_t ow) const {
  std::int64_t last = 0;
  each([&last](std::int64_t line) { last = line; });
  return (pool_.batch * pool_.out_positions - last * pool_.geometry.output[2] - ow) *
         pool_.channels;
}

}  // namespace retrograd::kernels
