// Primitives are shared by all threads, and bounded in number.
#include <doctest/doctest.h>

#include <atomic>
#include <thread>
#include <vector>

#include <retrograd/tensor/threads.h>

#include "conv_rows.h"

namespace rg = retrograd;
using namespace kernel_tests;

namespace {

std::vector<ConvResults> run_all(const std::vector<ConvRow>& rows) {
  const rg::NoDirectKernelsGuard primitives;
  std::vector<ConvResults> results;
  for (const ConvRow& row : rows) {
    results.push_back(run(row, conv_inputs(row, rg::float32)));
  }
  return results;
}

std::vector<ConvResults> expected_of(const std::vector<ConvRow>& rows) {
  const rg::ReferenceKernelsGuard guard;
  return run_all(rows);
}

// The number of rows that differ.
int differences(const std::vector<ConvResults>& actual, const std::vector<ConvResults>& expected) {
  int count = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    count += equal(actual[i], expected[i]) ? 0 : 1;
  }
  return count;
}

}  // namespace

TEST_CASE("four threads make and use the same primitives at once") {
  const std::vector<ConvRow> rows = conv_rows();
  const std::vector<ConvResults> expected = expected_of(rows);
  std::vector<int> wrong(4, -1);
  std::vector<std::thread> threads;
  for (int& count : wrong) {
    threads.emplace_back([&] { count = differences(run_all(rows), expected); });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  CHECK(wrong == std::vector<int>(4, 0));
}

TEST_CASE("primitives made in a thread that ended run in another") {
  const ConvRow row{.in = 20, .out = 40, .input = {15, 13}, .kernel = {4, 4}};
  const ConvInputs inputs = conv_inputs(row, rg::float32);
  ConvResults there;
  std::thread([&] { there = run(row, inputs); }).join();
  const std::size_t kept = rg::cached_kernels();
  const ConvResults here = run(row, inputs);
  CHECK(rg::cached_kernels() == kept);
  CHECK(equal(there, here));
  const rg::ReferenceKernelsGuard guard;
  CHECK(equal(here, run(row, inputs)));
}

TEST_CASE("the guard and the counts belong to one thread") {
  const rg::ReferenceKernelsGuard guard;
  CHECK(!rg::onednn_enabled());
  bool there = false;
  long long counted = -1;
  std::thread([&] {
    counted =
        rg::kernel_counts().onednn + rg::kernel_counts().direct + rg::kernel_counts().portable;
    const rg::ReferenceKernelsGuard inner;
    there = !rg::onednn_enabled();
  }).join();
  CHECK(there);
  CHECK(counted == 0);
}

TEST_CASE("another thread may change the number of threads at any time") {
  const ConvRow row{.batch = 64, .in = 3, .out = 3, .input = {32, 32}};
  const ConvInputs inputs = conv_inputs(row, rg::float32);
  const ConvResults expected = run(row, inputs);
  const int before = rg::get_num_threads();
  std::atomic<bool> done{false};
  std::thread changing([&] {
    for (int i = 0; !done; ++i) {
      rg::set_num_threads(1 + i % 2 * 3);
    }
  });
  int different = 0;
  for (int i = 0; i < 200; ++i) {
    different += equal(run(row, inputs), expected) ? 0 : 1;
  }
  done = true;
  changing.join();
  rg::set_num_threads(before);
  CHECK(different == 0);
}

TEST_CASE("the cache stays bounded for 3,000 shapes") {
  const rg::NoDirectKernelsGuard guard;
  const auto convolve = [](std::int64_t batch, std::int64_t channels, std::int64_t length) {
    const Tensor weight = integers({1, channels, 2}, rg::float32, 1);
    return rg::conv1d(integers({batch, channels, length}, rg::float32, 2), weight);
  };
  const Tensor first = convolve(1, 1, 2);
  for (std::int64_t i = 0; i < 3000; ++i) {
    convolve(1 + i / 300, 1 + i / 30 % 10, 2 + i % 30);
  }
  CHECK(rg::cached_kernels() <= 1024);
  if (rg::onednn_enabled()) {
    CHECK(rg::cached_kernels() == 1024);
  }
  CHECK(equal(first, convolve(1, 1, 2)));
}
