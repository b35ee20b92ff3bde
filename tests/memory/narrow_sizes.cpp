// Sizes on a machine whose addresses have 32 bits: a program of its own, compiled from the sources
// of tensor/.
#include <cstdio>
#include <cstring>
#include <limits>

#include <retrograd/tensor/creation.h>
#include <retrograd/tensor/memory.h>

namespace rg = retrograd;

namespace {

int failures = 0;

template <class Error, class F>
void expect(const char* text, F&& f) {
  try {
    f();
    std::printf("not refused: %s\n", text);
    ++failures;
  } catch (const Error& error) {
    if (std::strstr(error.what(), text) == nullptr) {
      std::printf("expected: %s\nobserved: %s\n", text, error.what());
      ++failures;
    }
  }
}

}  // namespace

int main() {
  static_assert(sizeof(std::size_t) == 4);
  constexpr std::int64_t many = std::int64_t{1} << 30;
  char memory[64] = {};
  expect<rg::ShapeError>("zeros: shape [1073741824] has more elements than memory can address",
                         [] { rg::zeros({many}); });
  expect<rg::ShapeError>("more elements than memory can address", [] {
    rg::full({1 << 16, 1 << 16}, 1, {.dtype = rg::uint8});
  });
  expect<rg::ShapeError>("more elements than memory can address", [] {
    rg::empty({0, many, 4}, {.dtype = rg::float64});
  });
  expect<rg::ShapeError>("reaches further than memory can address",
                         [&] { rg::from_blob(memory, {2}, {many}, rg::float64); });
  const rg::Tensor x = rg::ones({4});
  expect<rg::ShapeError>("leaves a storage of 4 elements",
                         [&] { rg::view_of(x, {2}, {(std::int64_t{1} << 32) + 1}, 0); });
  expect<rg::ShapeError>("leaves a storage of 4 elements",
                         [&] { rg::view_of(x, {1}, {1}, std::int64_t{1} << 32); });
  expect<rg::OutOfMemory>("out of memory", [] {
    static_cast<void>(rg::memory::allocate(std::numeric_limits<std::size_t>::max()));
  });
  expect<rg::OutOfMemory>("out of memory", [] {
    rg::empty_dense(rg::empty({many / 2}, {.dtype = rg::uint8}), rg::float64);
  });
  if (x.impl().storage->bytes != 16 || x.at({3}) != 1) {
    std::puts("ones({4}) is wrong");
    ++failures;
  }
  return failures == 0 ? 0 : 1;
}
