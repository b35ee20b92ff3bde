#include <retrograd/ops/kernels/pool_windows.h>

#include <numeric>

namespace retrograd::kernels {

PoolAxis::PoolAxis(const PoolShape& shape, std::size_t d, bool from_input)
    : dilation(shape.dilation[d]) {
  const std::int64_t in = shape.input[d];
  const std::int64_t out = shape.output[d];
  windows.reserve(static_cast<std::size_t>(out));
  for (std::int64_t o = 0; o < out; ++o) {
    if (shape.adaptive) {
      const std::int64_t start = o * in / out;
      const std::int64_t length = ((o + 1) * in + out - 1) / out - start;
      windows.push_back({start, {0, length}, length});
      continue;
    }
    const std::int64_t start = o * shape.stride[d] - shape.padding[d];
    const std::int64_t padding = shape.count_include_pad ? shape.padding[d] : 0;
    const Taps counted = taps_inside(start + padding, shape.kernel[d], dilation, in + 2 * padding);
    windows.push_back(
        {start, taps_inside(start, shape.kernel[d], dilation, in), counted.last - counted.first});
  }
  if (!from_input) {
    return;
  }
  step = shape.adaptive ? 1 : dilation / std::gcd(dilation, shape.stride[d]);
  seen.resize(static_cast<std::size_t>(in));
  for (std::int64_t o = 0; o < out; ++o) {
    const Taps taps = windows[static_cast<std::size_t>(o)].taps;
    for (std::int64_t k = taps.first; k < taps.last; ++k) {
      Seen& at = seen[static_cast<std::size_t>(place(o, k))];
      at.first = at.count == 0 ? o : at.first;
      ++at.count;
    }
  }
}

PoolGeometry::PoolGeometry(const Tensor& x, const PoolShape& pool, bool from_input)
    : shape(pool),
      batch(x.shape()[0]),
      channels(x.shape()[1]),
      axes{PoolAxis(pool, 0, from_input), PoolAxis(pool, 1, from_input),
           PoolAxis(pool, 2, from_input)} {}

Tensor PoolGeometry::empty(const std::array<std::int64_t, 3>& sizes, DType dtype) const {
  Shape full{batch, channels};
  for (std::size_t d = 3 - shape.spatial_rank; d < 3; ++d) {
    full.push_back(sizes[d]);
  }
  return empty_strided(full, channels_last_strides(full), dtype);
}

void LineWindows::move_to(std::int64_t line) {
  const PoolGeometry& geometry = geometry_;
  const PoolShape& shape = geometry.shape;
  const std::int64_t oh = line % shape.output[1];
  const std::int64_t od = line / shape.output[1] % shape.output[0];
  image_ = line / shape.output[1] / shape.output[0];
  const auto& d_window = geometry.axes[0].windows[static_cast<std::size_t>(od)];
  const auto& h_window = geometry.axes[1].windows[static_cast<std::size_t>(oh)];
  rows_counted_ = d_window.counted * h_window.counted;
  rows_.clear();
  for (std::int64_t kd = d_window.taps.first; kd < d_window.taps.last; ++kd) {
    const std::int64_t d = geometry.axes[0].place(od, kd);
    for (std::int64_t kh = h_window.taps.first; kh < h_window.taps.last; ++kh) {
      const std::int64_t h = geometry.axes[1].place(oh, kh);
      rows_.push_back({(d * shape.input[1] + h) * shape.input[2] * geometry.channels,
                       (kd * shape.kernel[1] + kh) * shape.kernel[2]});
    }
  }
  fill(whole_, {0, shape.kernel[2]});
}

void LineWindows::fill(std::vector<PoolTap>& taps, const Taps& columns) const {
  taps.clear();
  for (const PoolTap& row : rows_) {
    for (std::int64_t k = columns.first; k < columns.last; ++k) {
      taps.push_back(
          {row.at + k * geometry_.axes[2].dilation * geometry_.channels, row.number + k});
    }
  }
}

std::int64_t LineWindows::divisor(std::int64_t ow) const {
  const std::int64_t given = geometry_.shape.divisor_override;
  return given != 0 ? given : std::max<std::int64_t>(rows_counted_ * along(ow).counted, 1);
}

bool SeeingLines::move_to(std::int64_t line) {
  const PoolShape& shape = geometry_.shape;
  const std::int64_t h = line % shape.input[1];
  const std::int64_t d = line / shape.input[1] % shape.input[0];
  const std::int64_t image = line / shape.input[1] / shape.input[0];
  const auto [d_first, d_count] = geometry_.axes[0].seen[static_cast<std::size_t>(d)];
  const auto [h_first, h_count] = geometry_.axes[1].seen[static_cast<std::size_t>(h)];
  std::swap(starts_, before_);
  starts_.clear();
  for (std::int64_t i = 0; i < d_count; ++i) {
    const std::int64_t od = image * shape.output[0] + d_first + i * geometry_.axes[0].step;
    for (std::int64_t j = 0; j < h_count; ++j) {
      const std::int64_t oh = od * shape.output[1] + h_first + j * geometry_.axes[1].step;
      starts_.push_back(oh * shape.output[2] * geometry_.channels);
    }
  }
  return starts_ == before_;
}

}  // namespace retrograd::kernels
