#include <algorithm>

#include <retrograd/tensor/detail/elementwise.h>
#include <retrograd/tensor/detail/parallel_runs.h>

namespace retrograd::detail {

namespace {

constexpr std::size_t kMost = 5;      // operands
constexpr std::int64_t kBlock = 512;  // elements, of 8 bytes at most

using Places = std::array<std::byte*, kMost>;
using Steps = std::array<std::int64_t, kMost>;

// Calls f with the types that an operand is stored as and computed in.
template <class F>
void with_types(const Element& operand, F&& f) {
  for_dtype(operand.stored, [&]<class T>() {
    if (operand.computed == operand.stored) {
      f.template operator()<T, T>();
    } else {
      f.template operator()<T, element_t<T>>();
    }
  });
}

void gather(const Element& operand, const std::byte* from, std::int64_t step, std::byte* block,
            std::int64_t n) {
  with_types(operand, [&]<class Stored, class T>() {
    const auto* const f = reinterpret_cast<const Stored*>(from);
    auto* const b = reinterpret_cast<T*>(block);
    for (std::int64_t i = 0; i < n; ++i) {
      b[i] = convert<T>(f[i * step]);
    }
  });
}

void scatter(const Element& operand, std::byte* to, std::int64_t step, const std::byte* block,
             std::int64_t n) {
  with_types(operand, [&]<class Stored, class T>() {
    auto* const t = reinterpret_cast<Stored*>(to);
    const auto* const b = reinterpret_cast<const T*>(block);
    for (std::int64_t i = 0; i < n; ++i) {
      t[i * step] = convert<Stored>(b[i]);
    }
  });
}

std::int64_t bytes(const Element& operand, std::int64_t elements) {
  return elements * static_cast<std::int64_t>(item_size(operand.stored));
}

// Some operands pass through blocks.
[[gnu::noinline]] void run_blocks(std::span<const Element> operands, const Places& at,
                                  const Steps& steps, const std::array<bool, kMost>& direct,
                                  std::int64_t n, const ElementLoop& loop) {
  alignas(64) std::array<std::array<std::byte, kBlock * 8>, kMost> blocks;
  std::int64_t length = kBlock;
  for (std::size_t k = 0; k < operands.size(); ++k) {
    if (operands[k].access != Access::read && steps[k] == 0) {
      length = 1;  // each element sees what the one before it wrote
    }
  }
  Places places{};
  for (std::int64_t begin = 0; begin < n; begin += length) {
    const std::int64_t count = std::min(length, n - begin);
    for (std::size_t k = 0; k < operands.size(); ++k) {
      const Element& operand = operands[k];
      std::byte* const first = at[k] + bytes(operand, begin * steps[k]);
      places[k] = direct[k] ? first : blocks[k].data();
      const bool changes = steps[k] != 0 || operand.access != Access::read || begin == 0;
      if (!direct[k] && operand.access != Access::write && changes) {
        gather(operand, first, steps[k], places[k], count);
      }
    }
    loop.run(loop.body, places.data(), count);
    for (std::size_t k = 0; k < operands.size(); ++k) {
      if (!direct[k] && operands[k].access != Access::read) {
        scatter(operands[k], at[k] + bytes(operands[k], begin * steps[k]), steps[k], places[k],
                count);
      }
    }
  }
}

// n elements from `at` on, `steps` apart.
void run(std::span<const Element> operands, const Places& at, const Steps& steps, std::int64_t n,
         const ElementLoop& loop) {
  std::array<bool, kMost> direct{};
  bool all = true;
  for (std::size_t k = 0; k < operands.size(); ++k) {
    const Element& operand = operands[k];
    // A boolean is a byte of 0 or 1: only writing it changes anything.
    const bool same = operand.stored == operand.computed ||
                      (operand.stored == boolean && operand.access == Access::read);
    direct[k] = same && (steps[k] == 1 || n == 1);
    all = all && direct[k];
  }
  if (all) {
    loop.run(loop.body, at.data(), n);
  } else {
    run_blocks(operands, at, steps, direct, n, loop);
  }
}

bool all_flat(std::span<const Element> operands) {
  for (const Element& operand : operands) {
    if (!operand.dense ||
        (operand.strides != nullptr && *operand.strides != *operands[0].strides)) {
      return false;
    }
  }
  return true;
}

// N places for the operands, of which there may be fewer.
template <std::size_t N>
void run_strided(const Shape& shape, std::span<const Element> operands, const ElementLoop& loop) {
  const Strides none = Strides::filled(shape.size(), 0);
  std::array<const Strides*, N> strides;
  strides.fill(&none);
  bool overlaps = false;  // maybe: elements of the written operands
  for (std::size_t k = 0; k < operands.size(); ++k) {
    strides[k] = operands[k].strides != nullptr ? operands[k].strides : &none;
    overlaps = overlaps || (operands[k].access != Access::read && !operands[k].dense);
  }
  const auto visit = [&](const auto& offsets, std::int64_t n, const auto& between) {
    Places at{};
    Steps steps{};
    for (std::size_t k = 0; k < operands.size(); ++k) {
      at[k] = operands[k].data + bytes(operands[k], offsets[k]);
      steps[k] = between[k];
    }
    run(operands, at, steps, n, loop);
  };
  if (overlaps) {
    for_each_run<N>(shape, strides, visit);
  } else {
    for_each_run_in_parallel<N>(shape, strides, 1, visit);
  }
}

}  // namespace

void run_elementwise(const Shape& shape, std::span<const Element> operands,
                     const ElementLoop& loop) {
  if (!all_flat(operands)) {
    return operands.size() <= 3 ? run_strided<3>(shape, operands, loop)
                                : run_strided<kMost>(shape, operands, loop);
  }
  std::int64_t count = 1;
  for (const std::int64_t size : shape) {
    count *= size;
  }
  Steps steps{};
  for (std::size_t k = 0; k < operands.size(); ++k) {
    steps[k] = operands[k].strides != nullptr ? 1 : 0;
  }
  parallel_ranges(count, kGrain, [&](std::int64_t begin, std::int64_t end) {
    Places at{};
    for (std::size_t k = 0; k < operands.size(); ++k) {
      at[k] = operands[k].data + bytes(operands[k], begin * steps[k]);
    }
    run(operands, at, steps, end - begin, loop);
  });
}

}  // namespace retrograd::detail
