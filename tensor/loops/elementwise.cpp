#include <algorithm>

#include <retrograd/tensor/loops/elementwise.h>
#include <retrograd/tensor/loops/instructions.h>
#include <retrograd/tensor/loops/parallel_runs.h>

namespace retrograd::detail {

namespace {

constexpr std::size_t kMost = 5;      // operands
constexpr std::int64_t kBlock = 512;  // elements, of 8 bytes at most

using Places = std::array<std::byte*, kMost>;
using Steps = std::array<std::int64_t, kMost>;

template <class T, class Stored>
void load(const std::byte* from, std::int64_t step, std::byte* block, std::int64_t n) {
  const auto* const f = reinterpret_cast<const Stored*>(from);
  auto* const b = reinterpret_cast<T*>(block);
  if (step == 1) {
    vectorised([=] {
      for (std::int64_t i = 0; i < n; ++i) {
        b[i] = convert<T>(f[i]);
      }
    });
  } else if (step == 0) {
    std::fill_n(b, n, convert<T>(*f));
  } else {
    for (std::int64_t i = 0; i < n; ++i) {
      b[i] = convert<T>(f[i * step]);
    }
  }
}

template <class T, class Stored>
void store(std::byte* to, std::int64_t step, const std::byte* block, std::int64_t n) {
  auto* const t = reinterpret_cast<Stored*>(to);
  const auto* const b = reinterpret_cast<const T*>(block);
  if (step == 1) {
    vectorised([=] {
      for (std::int64_t i = 0; i < n; ++i) {
        t[i] = convert<Stored>(b[i]);
      }
    });
  } else {
    for (std::int64_t i = 0; i < n; ++i) {
      t[i * step] = convert<Stored>(b[i]);
    }
  }
}

// A boolean is a byte of 0 or 1: only writing it changes anything.
bool converts(const Element& operand) {
  return operand.stored != operand.computed &&
         !(operand.stored == boolean && operand.access == Access::read);
}

// Calls f with the type in a block and the type in memory. Where they are the same, values are
// moved as unsigned integers.
template <class F>
void with_types(const Element& operand, F&& f) {
  if (converts(operand)) {
    return operand.stored == bfloat16 ? f.template operator()<float, BFloat16>()
                                      : f.template operator()<std::uint8_t, bool>();
  }
  switch (item_size(operand.stored)) {
    case 1: return f.template operator()<std::uint8_t, std::uint8_t>();
    case 2: return f.template operator()<std::uint16_t, std::uint16_t>();
    case 4: return f.template operator()<std::uint32_t, std::uint32_t>();
    default: return f.template operator()<std::uint64_t, std::uint64_t>();
  }
}

std::int64_t bytes(const Element& operand, std::int64_t elements) {
  return elements * static_cast<std::int64_t>(item_size(operand.stored));
}

// n elements from `at` on; those operands that are not direct pass through blocks.
void run_blocks(std::span<const Element> operands, const Places& at, const Steps& steps,
                const std::array<bool, kMost>& direct, std::int64_t n, const ElementLoop& loop) {
  alignas(64) std::array<std::array<std::byte, kBlock * 8>, kMost> blocks;
  std::int64_t length = kBlock;
  Steps inner = steps;
  for (std::size_t k = 0; k < operands.size(); ++k) {
    if (!direct[k]) {
      inner[k] = 1;
      if (operands[k].access != Access::read && steps[k] == 0) {
        length = 1;  // each element sees what the one before it wrote
      }
    }
  }
  for (std::int64_t begin = 0; begin < n; begin += length) {
    const std::int64_t count = std::min(length, n - begin);
    Places first{};
    Places places{};
    for (std::size_t k = 0; k < operands.size(); ++k) {
      const Element& operand = operands[k];
      first[k] = at[k] + bytes(operand, begin * steps[k]);
      places[k] = direct[k] ? first[k] : blocks[k].data();
      const bool loaded = operand.access == Access::read && steps[k] == 0 && begin != 0;
      if (!direct[k] && operand.access != Access::write && !loaded) {
        with_types(operand, [&]<class T, class Stored>() {
          load<T, Stored>(first[k], steps[k], places[k], count);
        });
      }
    }
    loop.run(loop.body, count, inner.data(), places.data());
    for (std::size_t k = 0; k < operands.size(); ++k) {
      if (!direct[k] && operands[k].access != Access::read) {
        with_types(operands[k], [&]<class T, class Stored>() {
          store<T, Stored>(first[k], steps[k], places[k], count);
        });
      }
    }
  }
}

void run(std::span<const Element> operands, const Places& at, const Steps& steps, std::int64_t n,
         const ElementLoop& loop) {
  std::array<bool, kMost> direct{};
  bool all = true;
  for (std::size_t k = 0; k < operands.size(); ++k) {
    direct[k] = !converts(operands[k]) && (loop.any_steps || steps[k] == 1 || n == 1);
    all = all && direct[k];
  }
  if (all) {
    loop.run(loop.body, n, steps.data(), at.data());
  } else {
    run_blocks(operands, at, steps, direct, n, loop);
  }
}

// N places for the operands, of which there may be fewer.
template <std::size_t N>
void run_strided(const Shape& shape, std::span<const Element> operands, const ElementLoop& loop) {
  const Strides none = Strides::filled(shape.size(), 0);
  std::array<const Strides*, N> strides;
  strides.fill(&none);
  std::array<std::byte*, N> data{};
  std::array<std::int64_t, N> sizes{};
  bool overlaps = false;  // maybe: elements of the written operands
  bool plain = loop.any_steps;
  for (std::size_t k = 0; k < operands.size(); ++k) {
    const Element& operand = operands[k];
    strides[k] = operand.strides != nullptr ? operand.strides : &none;
    data[k] = operand.data;
    sizes[k] = bytes(operand, 1);
    overlaps = overlaps || (operand.access != Access::read && !operand.dense);
    plain = plain && !converts(operand);
  }
  const auto visit = [&](const auto& offsets, std::int64_t n, const auto& between) {
    Places at;
    for (std::size_t k = 0; k < N; ++k) {
      at[k] = data[k] + offsets[k] * sizes[k];
    }
    if (plain) {
      return loop.run(loop.body, n, between.data(), at.data());
    }
    Steps steps{};
    std::copy(between.begin(), between.end(), steps.begin());
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
  std::int64_t count = 1;
  for (const std::int64_t size : shape) {
    count *= size;
  }
  bool flat = true;
  bool direct = true;
  bool neighbours = true;
  Places at{};
  Steps steps{};
  for (std::size_t k = 0; k < operands.size(); ++k) {
    const Element& operand = operands[k];
    const bool repeated = operand.strides == nullptr;
    flat = flat && (repeated || count == 1 ||
                    (operand.dense && (k == 0 || *operand.strides == *operands[0].strides)));
    direct = direct && !converts(operand);
    neighbours = neighbours && !repeated;
    at[k] = operand.data;
    steps[k] = repeated ? 0 : 1;
  }
  if (!flat) {
    return operands.size() <= 3 ? run_strided<3>(shape, operands, loop)
                                : run_strided<kMost>(shape, operands, loop);
  }
  if (direct && count < 2 * worth(kGrain) && (neighbours || loop.any_steps || count == 1)) {
    return loop.run(loop.body, count, steps.data(), at.data());
  }
  parallel_ranges(count, kGrain, [&](std::int64_t begin, std::int64_t end) {
    Places first = at;
    for (std::size_t k = 0; k < operands.size(); ++k) {
      first[k] += bytes(operands[k], begin * steps[k]);
    }
    run(operands, first, steps, end - begin, loop);
  });
}

}  // namespace retrograd::detail
