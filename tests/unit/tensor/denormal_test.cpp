// Denormal numbers as 0: in the thread that asks for it, and in those that share its work.
#include <doctest/doctest.h>

#include <algorithm>
#include <thread>
#include <vector>

#include <retrograd/retrograd.h>

#include "skip.h"
#include "threads_guard.h"

namespace rg = retrograd;
using test::Threads;

namespace {

constexpr float kDenormal = 1e-39F;

// How many elements of a product of denormal numbers and 1 are 0.
std::int64_t flushed(std::int64_t count) {
  const auto values = (rg::full({count}, kDenormal) * rg::ones({count})).to_vector<float>();
  return std::count(values.begin(), values.end(), 0.0F);
}

class Flushed {
 public:
  Flushed() : supported(rg::set_flush_denormal(true)) {}
  ~Flushed() { rg::set_flush_denormal(false); }
  Flushed(const Flushed&) = delete;
  Flushed& operator=(const Flushed&) = delete;

  const bool supported;
};

}  // namespace

TEST_CASE("set_flush_denormal: in every thread that shares an operator, until it is taken back") {
  constexpr std::int64_t kCount = 1 << 20;
  for (const int threads : {1, 4}) {
    CAPTURE(threads);
    const Threads set(threads);
    CHECK(flushed(kCount) == 0);
    {
      const Flushed on;
      if (!on.supported) {
        test::skip(test::Lacks::hardware, "flushes no denormal numbers");
        return;
      }
      CHECK(flushed(kCount) == kCount);
      CHECK(flushed(3) == 3);
    }
    CHECK(flushed(kCount) == 0);
  }
}

TEST_CASE("set_flush_denormal: products of matrices and convolutions flush, too") {
  const Threads set(4);
  const Flushed on;
  if (!on.supported) {
    return;
  }
  const auto all_zero = [](const rg::Tensor& x) {
    return rg::sum((x == 0.0).to(rg::int64)).item<std::int64_t>() == x.numel();
  };
  const rg::Tensor small = rg::full({300, 300}, kDenormal);
  const rg::Tensor product = rg::matmul(small, rg::ones({300, 300}));
  const rg::Tensor image = rg::full({8, 16, 32, 32}, kDenormal);
  const rg::Tensor filtered = rg::conv2d(image, rg::ones({16, 16, 3, 3}));
  rg::set_flush_denormal(false);  // or the comparison takes denormal numbers for 0
  CHECK(all_zero(product));
  CHECK(all_zero(filtered));
}

TEST_CASE("set_flush_denormal: another thread of the program keeps its own setting") {
  const Flushed on;
  std::int64_t zeros = -1;
  std::thread([&] {
    rg::set_flush_denormal(false);
    zeros = flushed(1 << 20);
  }).join();
  CHECK(zeros == 0);
  CHECK(flushed(3) == (on.supported ? 3 : 0));
}
