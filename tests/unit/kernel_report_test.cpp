#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <iomanip>
#include <sstream>
#include <string>

#include <retrograd/retrograd.h>

#include "bench/models.h"
#include "bench/networks.h"
#include "bench/rows.h"
#include "skip.h"
#include "test_libraries.h"

namespace rg = retrograd;
using rg::Tensor;

namespace {

rg::KernelReport reported(const std::function<void()>& f) {
  rg::start_kernel_report();
  f();
  rg::stop_kernel_report();
  return rg::kernel_report();
}

const rg::KernelReportEntry* find(const rg::KernelReport& report, const std::string& kernel) {
  const auto found = std::find_if(report.entries.begin(), report.entries.end(),
                                  [&](const auto& entry) { return entry.kernel == kernel; });
  return found == report.entries.end() ? nullptr : &*found;
}

// No convolution is unfolded, no product of matrices in loops.
void check_fast(const rg::KernelReport& report) {
  INFO(report);
  CHECK(!report.entries.empty());
  for (const rg::KernelReportEntry& entry : report.entries) {
    CHECK(entry.implementation != "unfolded");
    if (entry.kernel == "matmul") {
      CHECK(entry.implementation != "loops");
    }
  }
}

template <class Model>
void step(const rg::Shape& input) {
  Model model;
  const Tensor scores = model(rg::randn(input));
  rg::cross_entropy(scores, rg::randint(0, scores.size(1), {scores.size(0)})).backward();
}

}  // namespace

TEST_CASE("the kernel report names kernels, shapes, dtypes, implementations, calls and times") {
  const Tensor a = rg::ones({64, 32});
  const Tensor b = rg::ones({32, 48});
  const auto report = reported([&] {
    rg::matmul(a, b);
    rg::matmul(a, b);
    rg::relu(a.to(rg::bfloat16));
  });
  const auto* const product = find(report, "matmul");
  REQUIRE(product != nullptr);
  CHECK(product->calls == 2);
  CHECK(product->dtype == rg::float32);
  const std::string expected = !RETROGRAD_WITH_BLAS || rg::is_deterministic() ? "packed" : "BLAS";
  CHECK(product->implementation == expected);
  CHECK(product->shapes == "[1, 64, 32] [1, 32, 48]");
  CHECK(product->seconds > 0);
  const auto* const relu = find(report, "relu");
  REQUIRE(relu != nullptr);
  CHECK(relu->dtype == rg::bfloat16);
  CHECK(relu->implementation == "loops");
  std::ostringstream text;
  text << report;
  CHECK(text.str().find(expected) != std::string::npos);
  rg::matmul(a, b);  // the report is off
  CHECK(find(rg::kernel_report(), "matmul")->calls == 2);
  rg::start_kernel_report();
  rg::stop_kernel_report();
  CHECK(rg::kernel_report().entries.empty());
}

TEST_CASE("the kernel report shows what computes in place of oneDNN") {
  const Tensor x = rg::ones({2, 8, 6, 6});
  const Tensor w = rg::ones({8, 8, 3, 3});
  const auto report = reported([&] {
    const rg::ReferenceKernelsGuard portable;
    rg::conv2d(x, w);
    rg::conv2d(x.to(rg::bfloat16), w.to(rg::bfloat16));
  });
  for (const rg::KernelReportEntry& entry : report.entries) {
    if (entry.kernel == "conv") {
      CHECK(entry.implementation == (entry.dtype == rg::float32 ? "unfolded" : "float32"));
    }
  }
  CHECK(find(report, "conv") != nullptr);
}

TEST_CASE("no row of the bench falls to a portable kernel") {
  if (!rg::onednn_enabled()) {
    test::skip(test::Lacks::option, "built without oneDNN");
    return;
  }
  for (const bench::ConvRow& row : bench::kConvs) {
    CAPTURE(row.name);
    check_fast(reported([&] {
      Tensor x = rg::ones({2, row.in, row.size, row.size});
      x.set_requires_grad(row.input_gradient);
      const Tensor w = rg::ones({row.out, row.in, row.kernel, row.kernel}, {.requires_grad = true});
      rg::sum(rg::conv2d(x, w, {}, {.stride = row.stride, .padding = row.padding})).backward();
    }));
  }
  check_fast(reported([] { step<bench::Mlp>({64, 784}); }));
  check_fast(reported([] { step<bench::LeNet>({64, 1, 28, 28}); }));
  check_fast(reported([] { step<bench::ResNet20>({4, 3, 32, 32}); }));
  check_fast(reported([] { step<bench::Vgg>({2, 3, 32, 32}); }));
  check_fast(reported([] { step<bench::OddChannels>({2, 3, 32, 32}); }));
  check_fast(reported([] { step<bench::Depthwise>({2, 3, 64, 64}); }));
  check_fast(reported([] { step<bench::Ecg>({2, 1, 720}); }));
  check_fast(reported([] { step<bench::Vit>({2, 3, 32, 32}); }));
  check_fast(reported([] {
    const rg::Autocast guard(rg::bfloat16);
    step<bench::ResNet20>({4, 3, 32, 32});
  }));
  check_fast(reported([] { rg::matmul(rg::ones({256, 256}), rg::ones({256, 256})); }));
}

TEST_CASE("the kernel report's table does not depend on the stream's flags, and keeps them") {
  const auto report = reported([] { rg::relu(rg::ones({8, 8})); });
  std::ostringstream plain;
  plain << report;
  std::ostringstream odd;
  odd << std::left << std::setfill('*') << report;
  CHECK(odd.str() == plain.str());
  CHECK(odd.fill() == '*');
  CHECK((odd.flags() & std::ios_base::adjustfield) == std::ios_base::left);
}
