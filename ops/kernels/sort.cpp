#include <retrograd/ops/kernels/sort.h>

#include <algorithm>
#include <vector>

#include <retrograd/ops/kernels/kernels.h>
#include <retrograd/ops/kernels/loops.h>

namespace retrograd::kernels {

namespace {

template <class T>
struct Item {
  compute_t<T> value;
  std::int64_t index;
};

template <class V>
bool is_nan(V value) {
  if constexpr (std::is_floating_point_v<V>) {
    return value != value;
  } else {
    return false;
  }
}

template <class V>
bool smaller(V a, V b) {
  return a < b || (is_nan(b) && !is_nan(a));
}

struct Ascending {
  template <class I>
  bool operator()(const I& a, const I& b) const {
    return smaller(a.value, b.value) || (!smaller(b.value, a.value) && a.index < b.index);
  }
};
struct Descending {
  template <class I>
  bool operator()(const I& a, const I& b) const {
    return smaller(b.value, a.value) || (!smaller(a.value, b.value) && a.index < b.index);
  }
};

Tensor with_last(const Tensor& x, std::size_t dim) {
  Shape shape = x.shape();
  Strides strides = x.strides();
  shape.erase(dim);
  strides.erase(dim);
  shape.push_back(x.shape()[dim]);
  strides.push_back(x.strides()[dim]);
  return view_of(x, shape, strides, x.impl().offset);
}

// Calls pick(items of a line, where its `count` indices go) for every line along dim.
template <class Pick>
Tensor for_each_line(const Tensor& x, std::size_t dim, std::int64_t count, Pick&& pick) {
  const Tensor lines = as_contiguous(with_last(x, dim));
  Shape shape = x.shape();
  shape[dim] = count;
  const Tensor out = empty_tensor(shape, DType::int64);
  Shape line_shape = lines.shape();
  line_shape.back() = count;
  const Tensor picked = empty_tensor(line_shape, DType::int64);
  const std::int64_t length = x.shape()[dim];
  if (out.numel() == 0) {
    return out;
  }
  for_dtype(x.dtype(), [&]<class T>() {
    const T* const values = lines.raw<T>();
    auto* const to = picked.raw<std::int64_t>();
    parallel_ranges(x.numel() / length, std::max<std::int64_t>(1, kGrain / 8 / length),
                    [&](std::int64_t begin, std::int64_t end) {
                      std::vector<Item<T>> items(static_cast<std::size_t>(length));
                      for (std::int64_t line = begin; line < end; ++line) {
                        for (std::int64_t i = 0; i < length; ++i) {
                          items[static_cast<std::size_t>(i)] = {values[line * length + i], i};
                        }
                        pick(items, to + line * count);
                      }
                    });
  });
  copy(with_last(out, dim), picked);
  return out;
}

template <class Items, class Less>
void order_first(Items& items, std::int64_t count, Less less) {
  const auto middle = items.begin() + count;
  if (middle != items.end()) {
    std::nth_element(items.begin(), middle, items.end(), less);
  }
  std::sort(items.begin(), middle, less);
}

}  // namespace

Tensor first_in_order(const Tensor& x, std::size_t dim, std::int64_t count, bool descending) {
  return for_each_line(x, dim, count, [=](auto& items, std::int64_t* to) {
    if (descending) {
      order_first(items, count, Descending{});
    } else {
      order_first(items, count, Ascending{});
    }
    for (std::int64_t i = 0; i < count; ++i) {
      to[i] = items[static_cast<std::size_t>(i)].index;
    }
  });
}

Tensor kth_in_order(const Tensor& x, std::size_t dim, std::int64_t k, bool nan_wins) {
  return for_each_line(x, dim, 1, [=](auto& items, std::int64_t* to) {
    auto found = items.end();
    if (nan_wins) {
      found = std::find_if(items.begin(), items.end(),
                           [](const auto& item) { return is_nan(item.value); });
    }
    if (found == items.end()) {
      found = items.begin() + k;
      std::nth_element(items.begin(), found, items.end(), Ascending{});
    }
    *to = found->index;
  });
}

}  // namespace retrograd::kernels
