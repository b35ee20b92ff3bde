// Values are compared as keys: unsigned integers in their order.
#include <retrograd/ops/kernels/reduce/sort.h>

#include <algorithm>
#include <array>
#include <bit>
#include <limits>
#include <numeric>
#include <type_traits>

#include <retrograd/ops/kernels/kernels.h>
#include <retrograd/ops/kernels/loops/loops.h>
#include <retrograd/ops/kernels/loops/parts.h>
#include <retrograd/tensor/internal/view_within.h>

namespace retrograd::kernels {

namespace {

template <class T>
struct KeyOf {
  using type = std::uint8_t;
};
template <>
struct KeyOf<BFloat16> {
  using type = std::uint16_t;
};
template <>
struct KeyOf<float> {
  using type = std::uint32_t;
};
template <>
struct KeyOf<double> {
  using type = std::uint64_t;
};
template <>
struct KeyOf<std::int64_t> {
  using type = std::uint64_t;
};
template <class T>
using key_t = typename KeyOf<T>::type;

// NaN has the largest key; zeros have one.
template <class T>
key_t<T> key_of(T value) {
  using Key = key_t<T>;
  constexpr auto kSign = static_cast<Key>(Key{1} << (8 * sizeof(Key) - 1));
  if constexpr (std::is_same_v<T, std::int64_t>) {
    return static_cast<Key>(value) ^ kSign;
  } else if constexpr (std::is_integral_v<T>) {
    return value;
  } else {
    // Without branches, which random signs would make slow.
    const auto number = static_cast<compute_t<T>>(value);
    const auto bits = number == 0 ? Key{0} : std::bit_cast<Key>(value);
    const auto negative = static_cast<Key>(Key{0} - (bits >> (8 * sizeof(Key) - 1)));
    const auto key = static_cast<Key>(bits ^ (negative | kSign));
    return number != number ? std::numeric_limits<Key>::max() : key;
  }
}

// A value and its position in one number, or in two where the value takes 8 bytes.
template <class Key>
struct Item {
  std::uint64_t number;

  Item(Key key, std::int64_t index)
      : number(std::uint64_t{key} << 32U | static_cast<std::uint64_t>(index)) {}
  std::int64_t index() const { return static_cast<std::int64_t>(number & 0xffffffffU); }
  bool operator<(const Item& other) const { return number < other.number; }
};
template <>
struct Item<std::uint64_t> {
  std::uint64_t key;
  std::int64_t position;

  Item(std::uint64_t of_value, std::int64_t index) : key(of_value), position(index) {}
  std::int64_t index() const { return position; }
  bool operator<(const Item& other) const {
    return key < other.key || (key == other.key && position < other.position);
  }
};

Tensor with_last(const Tensor& x, std::size_t dim) {
  Shape shape = x.shape();
  Strides strides = x.strides();
  shape.erase(dim);
  strides.erase(dim);
  shape.push_back(x.shape()[dim]);
  strides.push_back(x.strides()[dim]);
  return detail::view_within(x, shape, strides, x.impl().offset);
}

// pick(rows of x, rows of `count` indices), row-major, for the lines of x along dim.
template <class Pick>
Tensor by_lines(const Tensor& x, std::size_t dim, std::int64_t count, Pick&& pick) {
  Shape shape = x.shape();
  shape[dim] = count;
  Tensor out = empty_tensor(shape, int64);
  if (out.numel() == 0) {
    return out;
  }
  if (const Tensor lines = with_last(out, dim); lines.is_contiguous()) {
    pick(as_contiguous(with_last(x, dim)), lines);
    return out;
  }
  DimMask whole{};
  whole[dim] = true;
  for_each_part(x.shape(), whole, std::max(kPartSize, x.numel() / 8), [&](const Part& part) {
    const Tensor target = with_last(part.with(dim, count).of(out), dim);
    const Tensor picked = empty_tensor(target.shape(), int64);
    pick(as_contiguous(with_last(part.of(x), dim)), picked);
    copy(target, picked);
  });
  return out;
}

// The first of all items in order.
template <class I>
void order_first(I* items, std::int64_t n, std::int64_t count) {
  if (count < n) {
    std::nth_element(items, items + count, items + n);
  }
  std::sort(items, items + count);
}

// The same in the memory of the result: `less` compares positions.
template <class Less>
void order_places(std::int64_t* to, std::int64_t n, std::int64_t count, const Less& less) {
  std::iota(to, to + count, std::int64_t{0});
  if (count == n) {
    std::sort(to, to + n, less);
    return;
  }
  std::make_heap(to, to + count, less);
  for (std::int64_t i = count; i < n; ++i) {
    if (less(i, *to)) {
      std::pop_heap(to, to + count, less);
      to[count - 1] = i;
      std::push_heap(to, to + count, less);
    }
  }
  std::sort_heap(to, to + count, less);
}

std::int64_t line_grain(std::int64_t length) {
  return std::max<std::int64_t>(1, kGrain / 8 / length);
}

template <class T>
void first_of_rows(const Tensor& rows, const Tensor& out, bool descending) {
  using I = Item<key_t<T>>;
  const std::int64_t n = rows.shape().back();
  const std::int64_t count = out.shape().back();
  const std::int64_t lines = rows.numel() / n;
  const T* const values = rows.raw<T>();
  std::int64_t* const to = out.raw<std::int64_t>();
  const auto flip = static_cast<key_t<T>>(descending ? std::numeric_limits<key_t<T>>::max() : 0);
  const auto key = [=](T value) { return static_cast<key_t<T>>(key_of(value) ^ flip); };
  const std::int64_t pieces = detail::pieces_of(lines, line_grain(n));
  const int lanes = detail::lanes_for(pieces);
  // Items in the result's memory, or in memory that is no larger than the tensors are.
  const bool fits = sizeof(I) > 8 || n <= std::int64_t{1} << 32;
  const bool in_place = fits && count == n && sizeof(I) == 8;
  const auto size = static_cast<std::int64_t>(sizeof(I)) * n * lanes;
  const std::int64_t most =
      std::max(rows.numel() * static_cast<std::int64_t>(sizeof(T)), out.numel() * 8);
  const bool apart = fits && !in_place && size <= most;
  const Tensor scratch = apart ? empty_tensor({size / 8}, int64) : Tensor();
  detail::for_pieces(lines, pieces, lanes, [&](std::int64_t begin, std::int64_t end, int lane) {
    for (std::int64_t line = begin; line < end; ++line) {
      const T* const from = values + line * n;
      std::int64_t* const picked = to + line * count;
      if (!in_place && !apart) {
        order_places(picked, n, count, [=](std::int64_t a, std::int64_t b) {
          return I(key(from[a]), a) < I(key(from[b]), b);
        });
        continue;
      }
      auto* const items =
          reinterpret_cast<I*>(in_place ? picked
                                        : scratch.raw<std::int64_t>() +
                                              lane * n * static_cast<std::int64_t>(sizeof(I) / 8));
      for (std::int64_t i = 0; i < n; ++i) {
        items[i] = I(key(from[i]), i);
      }
      order_first(items, n, count);
      for (std::int64_t i = 0; i < count; ++i) {
        const std::int64_t index = items[i].index();
        picked[i] = index;
      }
    }
  });
}

// The position of the k-th smallest, found by counting a byte of the keys at a time.
template <class T>
std::int64_t kth_of(const T* values, std::int64_t n, std::int64_t k) {
  using Key = key_t<T>;
  Key found = 0;
  Key known = 0;  // bits that have been counted
  for (int shift = 8 * static_cast<int>(sizeof(Key)) - 8; shift >= 0; shift -= 8) {
    std::array<std::int64_t, 256> counts{};
    for (std::int64_t i = 0; i < n; ++i) {
      const Key key = key_of(values[i]);
      counts[(key >> shift) & 0xffU] += (key & known) == found ? 1 : 0;
    }
    std::size_t byte = 0;
    while (k >= counts[byte]) {
      k -= counts[byte++];
    }
    found = static_cast<Key>(found | static_cast<Key>(byte) << shift);
    known = static_cast<Key>(known | Key{0xff} << shift);
  }
  // Of equals, the first comes first.
  std::int64_t at = -1;
  do {
    ++at;
    k -= key_of(values[at]) == found ? 1 : 0;
  } while (k >= 0);
  return at;
}

template <class T>
std::int64_t first_nan(const T* values, std::int64_t n) {
  if constexpr (!std::is_integral_v<T>) {
    for (std::int64_t i = 0; i < n; ++i) {
      if (static_cast<compute_t<T>>(values[i]) != static_cast<compute_t<T>>(values[i])) {
        return i;
      }
    }
  }
  return n;
}

}  // namespace

Tensor first_in_order(const Tensor& x, std::size_t dim, std::int64_t count, bool descending) {
  return by_lines(x, dim, count, [&](const Tensor& rows, const Tensor& out) {
    for_dtype(x.dtype(), [&]<class T>() { first_of_rows<T>(rows, out, descending); });
  });
}

Tensor kth_in_order(const Tensor& x, std::size_t dim, std::int64_t k, bool nan_wins) {
  return by_lines(x, dim, 1, [&](const Tensor& rows, const Tensor& out) {
    const std::int64_t n = rows.shape().back();
    for_dtype(x.dtype(), [&]<class T>() {
      parallel_ranges(out.numel(), line_grain(n), [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t line = begin; line < end; ++line) {
          const T* const values = rows.raw<T>() + line * n;
          const std::int64_t nan = nan_wins ? first_nan(values, n) : n;
          out.raw<std::int64_t>()[line] = nan < n ? nan : kth_of(values, n, k);
        }
      });
    });
  });
}

}  // namespace retrograd::kernels
