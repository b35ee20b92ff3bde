// Fused inference in which an allocation fails: each one in turn, while a shape is traced and in
// later calls. Convolutions run in the library's own loops, as in failing_step_test.cpp.
#include <doctest/doctest.h>

#include <cstdint>
#include <new>
#include <string>

#include <retrograd/retrograd.h>

#include "failing_malloc.h"

namespace rg = retrograd;
namespace nn = rg::nn;

namespace {

struct Net : nn::Module {
  nn::Conv2d conv{1, 4, 3, {.padding = 1}};
  nn::BatchNorm2d norm{4};
  nn::Linear linear{144, 3};
  nn::Members members() override { return {{"conv", conv}, {"norm", norm}, {"linear", linear}}; }
  rg::Tensor forward(const rg::Tensor& images) override {
    return linear(rg::flatten(rg::max_pool2d(rg::relu(norm(conv(images))), 2), 1));
  }
};

rg::Tensor images(std::int64_t batch) {
  return rg::full({batch, 1, 12, 12}, 0.5);
}

// What f threw, in a word, while allocation `number` fails.
template <class F>
std::string thrown_by(long number, F&& f) {
  try {
    const failing_malloc::Guard guard(number);
    f();
  } catch (const std::bad_alloc&) {  // of the library, or of code in its headers
    return "memory";
  } catch (const rg::GraphError& error) {  // of a trace, which throws nothing while calls run
    const std::string message = error.what();
    return message.find("there was no memory") != std::string::npos ? "memory" : message;
  }
  return "";
}

}  // namespace

TEST_CASE("out of memory: a fused model works again, and its model keeps its mode") {
  Net net;
  const rg::NoGradGuard unrecorded;
  for (const bool traces : {true, false}) {
    CAPTURE(traces);
    long thrown = 0;
    for (long number = 1;; ++number) {
      CAPTURE(number);
      auto fused = nn::fuse(net, images(2));
      const rg::Tensor x = images(traces ? 3 : 2);
      const rg::Tensor expected = nn::fuse(net, x)(x);
      rg::memory::set_cache_limit(0);
      const std::string found = thrown_by(number, [&] { fused(x); });
      const bool failed = failing_malloc::Guard::failed() > 0;
      rg::memory::set_cache_limit(std::size_t{1} << 30);
      CHECK((found.empty() || found == "memory"));
      thrown += found.empty() ? 0 : 1;
      REQUIRE(net.is_training());
      REQUIRE(net.norm.is_training());
      REQUIRE(rg::all(fused(x) == expected).item<bool>());
      REQUIRE(fused.named_parameters().size() == 4);
      if (!failed) {
        CHECK(number > (traces ? 100 : 10));
        break;
      }
    }
    CHECK(thrown > (traces ? 100 : 1));
  }
}
