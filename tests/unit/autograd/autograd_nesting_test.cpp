// Backward passes inside others: a clear error before the stack overflows.
#include <doctest/doctest.h>

#include <string>

#include <sys/resource.h>

#include <retrograd/retrograd.h>
#include <retrograd/tensor/detail/sanitizers.h>

#include "skip.h"
#include "unit/small_stack.h"

namespace rg = retrograd;
using rg::Tensor;

namespace {

// Backward passes, each started by a hook of the one before. Counts those that began.
void nest(int levels, int& begun) {
  if (levels == 0) {
    return;
  }
  const rg::EnableGradGuard recording;  // which is off in a pass
  const Tensor x = rg::ones({1}, {.requires_grad = true});
  Tensor y = x * 2.0;
  y.register_hook([&](const Tensor&) {
    ++begun;
    nest(levels - 1, begun);
    return Tensor();
  });
  y.backward();
}

// The same through backward functions and grad().
Tensor nesting(const Tensor& x, int levels, int& begun) {
  return rg::record({.op = "nesting",
                     .where = {},
                     .output = x.detach().clone(),
                     .inputs = {x},
                     .backward = [levels, &begun](const rg::Backward& b) -> rg::Gradients {
                       ++begun;
                       if (levels > 0) {
                         const Tensor inner = rg::ones({1}, {.requires_grad = true});
                         const rg::EnableGradGuard recording;
                         return {rg::grad({nesting(inner, levels - 1, begun)}, {inner})[0]};
                       }
                       return {b.grad};
                     }});
}

// That the passes are refused at a depth that the message names.
template <class F>
void check_refused(F f) {
  int begun = 0;
  std::string text;
  try {
    f(begun);
  } catch (const rg::GraphError& error) {
    text = error.what();
  }
  CHECK(text.find("backward passes are nested " + std::to_string(begun) + " deep") !=
        std::string::npos);
  CHECK(begun > (RETROGRAD_ASAN != 0 ? 10 : 20));  // whose frames are larger
  // The thread can go on.
  const Tensor x = rg::ones({1}, {.requires_grad = true});
  (x * 2.0).backward();
  CHECK(x.grad().item<double>() == 2);
}

constexpr int kTooMany = 1'000'000;

}  // namespace

TEST_CASE("a thousand nested passes fit a stack of 8 MiB") {
  on_small_stack(
      [] {
        int begun = 0;
        nest(1000, begun);
        CHECK(begun == 1000);
      },
      std::size_t{8} << 20);
}

TEST_CASE("nested passes are refused before they overflow a stack, whatever its size") {
  for (const std::size_t kib : {256U, 1024U, 8192U}) {
    CAPTURE(kib);
    on_small_stack([] { check_refused([](int& begun) { nest(kTooMany, begun); }); }, kib * 1024);
    on_small_stack(
        [] {
          check_refused([](int& begun) {
            const Tensor x = rg::ones({1}, {.requires_grad = true});
            nesting(x, kTooMany, begun).backward();
          });
        },
        kib * 1024);
  }
}

TEST_CASE("nested passes are refused on the stack of the main thread") {
  rlimit limit{};
  REQUIRE(getrlimit(RLIMIT_STACK, &limit) == 0);
  if (limit.rlim_cur > rlim_t{64} << 20) {
    test::skip(test::Lacks::hardware, "a stack without a limit cannot overflow");
    return;
  }
  check_refused([](int& begun) { nest(kTooMany, begun); });
}
