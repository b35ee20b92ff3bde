#include <retrograd/images/transforms/annotations.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include <retrograd/images/transforms/common.h>
#include <retrograd/ops/arithmetic.h>
#include <retrograd/ops/index.h>
#include <retrograd/ops/pad.h>
#include <retrograd/ops/shape.h>
#include <retrograd/tensor/creation.h>

namespace retrograd::transforms::detail {

namespace {

using std::int64_t;

Tensor selected(const Tensor& x, int64_t dim, const std::vector<int64_t>& index) {
  const Tensor positions = empty_tensor({static_cast<int64_t>(index.size())}, int64);
  std::copy(index.begin(), index.end(), positions.raw<int64_t>());
  return index_select(x, dim, positions);
}

// The element of [0, size) that is shown at `at`, in front of it or behind it.
int64_t shown_at(int64_t at, int64_t size, BorderMode mode) {
  if (mode == BorderMode::edge) {
    return std::clamp<int64_t>(at, 0, size - 1);
  }
  const int64_t repeated = mode == BorderMode::symmetric ? 1 : 0;
  if (at < 0) {
    at = -at - repeated;
  }
  return at < size ? at : 2 * size - 2 - at + repeated;
}

Tensor bordered(const Tensor& x, int64_t dim, int64_t before, int64_t after, BorderMode mode) {
  if (before == 0 && after == 0) {
    return x;
  }
  const int64_t size = x.size(dim);
  const int64_t most = mode == BorderMode::edge        ? std::max(before, after)
                       : mode == BorderMode::symmetric ? size
                                                       : size - 1;
  check::require<ShapeError>(*Frame::current(), size > 0 && std::max(before, after) <= most,
                             {{"image", x}},
                             "cannot mirror a side of {} pixels to add {} and {} "
                             "[padding-too-large]",
                             size, before, after);
  std::vector<int64_t> index;
  for (int64_t at = -before; at < size + after; ++at) {
    index.push_back(shown_at(at, size, mode));
  }
  return selected(x, dim, index);
}

// Elements of a side that a part shows, and positions in front of them and behind.
struct Visible {
  int64_t first;
  int64_t count;
  int64_t before;
  int64_t after;
};

// In an order in which no number of a part overflows.
Visible visible_part(int64_t first, int64_t length, int64_t size) {
  if (first >= size || first <= -length) {
    return {0, 0, 0, length};
  }
  const int64_t before = std::max<int64_t>(-first, 0);
  const int64_t from = std::max<int64_t>(first, 0);
  const int64_t count = std::min(length - before, size - from);
  return {from, count, before, length - before - count};
}

Tensor four_numbers(double x, double y, DType dtype) {
  return tensor({x, y, x, y}, {.dtype = dtype});
}

}  // namespace

bool is_inside(const CropBox& box, int64_t height, int64_t width) {
  return box.height >= 0 && box.top >= 0 && box.height <= height &&
         box.top <= height - box.height && box.width >= 0 && box.left >= 0 && box.width <= width &&
         box.left <= width - box.width;
}

Tensor cropped(const Tensor& x, const CropBox& box) {
  if (box.height <= 0 || box.width <= 0 || is_inside(box, x.size(-2), x.size(-1))) {
    return narrow(narrow(x, -2, box.top, box.height), -1, box.left, box.width);
  }
  const Visible rows = visible_part(box.top, box.height, x.size(-2));
  const Visible columns = visible_part(box.left, box.width, x.size(-1));
  return retrograd::pad(
      narrow(narrow(x, -2, rows.first, rows.count), -1, columns.first, columns.count),
      {columns.before, columns.after, rows.before, rows.after});
}

Tensor padded(const Tensor& x, const Padding& p, const BorderOptions& options) {
  if (options.padding_mode == BorderMode::constant) {
    const Scalar fill =
        is_floating(x.dtype()) ? Scalar(options.fill) : Scalar(static_cast<int64_t>(options.fill));
    return retrograd::pad(x, {p.left, p.right, p.top, p.bottom}, {.value = fill});
  }
  const auto removed = [](int64_t n) { return std::max<int64_t>(-n, 0); };
  const auto added = [](int64_t n) { return std::max<int64_t>(n, 0); };
  const Tensor inner = cropped(x, {.top = removed(p.top),
                                   .left = removed(p.left),
                                   .height = x.size(-2) - removed(p.top) - removed(p.bottom),
                                   .width = x.size(-1) - removed(p.left) - removed(p.right)});
  const Tensor wide = bordered(inner, -1, added(p.left), added(p.right), options.padding_mode);
  return bordered(wide, -2, added(p.top), added(p.bottom), options.padding_mode);
}

Tensor nearest_resized(const Tensor& x, int64_t height, int64_t width) {
  const auto index = [](int64_t from, int64_t to) {
    const float scale = static_cast<float>(from) / static_cast<float>(to);
    std::vector<int64_t> all;
    for (int64_t o = 0; o < to; ++o) {
      const auto at = static_cast<int64_t>(std::floor(static_cast<float>(o) * scale));
      all.push_back(std::min(at, from - 1));
    }
    return all;
  };
  return selected(selected(x, -2, index(x.size(-2), height)), -1, index(x.size(-1), width));
}

Tensor cut_at_border(const Tensor& boxes, int64_t height, int64_t width) {
  return maximum(minimum(boxes, four_numbers(static_cast<double>(width),
                                             static_cast<double>(height), boxes.dtype())),
                 zeros({4}, {.dtype = boxes.dtype()}));
}

Tensor moved(const Tensor& boxes, const BoxMove& move, int64_t height, int64_t width) {
  const Tensor at = boxes * four_numbers(move.scale_x, move.scale_y, boxes.dtype()) +
                    four_numbers(move.add_x, move.add_y, boxes.dtype());
  return cut_at_border(at, height, width);
}

AnnotatedImage cropped(const AnnotatedImage& input, const CropBox& box) {
  AnnotatedImage result{.image = cropped(input.image, box)};
  if (input.mask.defined()) {
    result.mask = cropped(input.mask, box);
  }
  if (input.boxes.defined()) {
    result.boxes =
        moved(input.boxes,
              {.add_x = -static_cast<double>(box.left), .add_y = -static_cast<double>(box.top)},
              box.height, box.width);
  }
  return result;
}

AnnotatedImage padded(const AnnotatedImage& input, const Padding& padding,
                      const BorderOptions& options) {
  AnnotatedImage result{.image = padded(input.image, padding, options)};
  if (input.mask.defined()) {
    result.mask = padded(input.mask, padding, {.padding_mode = options.padding_mode});
  }
  if (input.boxes.defined()) {
    result.boxes = moved(
        input.boxes,
        {.add_x = static_cast<double>(padding.left), .add_y = static_cast<double>(padding.top)},
        result.image.size(-2), result.image.size(-1));
  }
  return result;
}

AnnotatedImage resized_like(const Tensor& image, const AnnotatedImage& input) {
  const int64_t height = image.size(-2);
  const int64_t width = image.size(-1);
  AnnotatedImage result{.image = image};
  if (input.mask.defined()) {
    result.mask = nearest_resized(input.mask, height, width);
  }
  if (input.boxes.defined()) {
    const auto ratio = [](int64_t a, int64_t b) {
      return static_cast<double>(a) / static_cast<double>(b);
    };
    result.boxes = moved(input.boxes,
                         {.scale_x = ratio(width, input.image.size(-1)),
                          .scale_y = ratio(height, input.image.size(-2))},
                         height, width);
  }
  return result;
}

}  // namespace retrograd::transforms::detail
