// Loaders with worker threads: the same batches, errors in their batch, passes left early.
#include <atomic>
#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <retrograd/retrograd.h>

#include "unit/io_temp_files.h"

namespace rg = retrograd;

namespace {

using Values = std::vector<std::int64_t>;
using Numbers = std::vector<double>;

// Sample i: random numbers and i, or what `at` does with i first.
struct Noisy : rg::Dataset {
  explicit Noisy(std::int64_t samples, std::function<void(std::int64_t)> before = {})
      : count(samples), at(std::move(before)) {}
  std::int64_t size() const override { return count; }
  rg::Sample get(std::int64_t index) const override {
    if (at) {
      at(index);
    }
    const rg::Tensor weight = rg::ones({4}, {.requires_grad = true});
    return {rg::rand({4}) * weight, rg::tensor(index)};
  }
  std::string describe(std::int64_t index) const override {
    return "file" + std::to_string(index) + ".png";
  }
  std::int64_t count;
  std::function<void(std::int64_t)> at;
};

// All numbers of a pass.
Numbers numbers_of(rg::DataLoader& loader) {
  Numbers all;
  for (auto& [inputs, targets] : loader) {
    for (const rg::Tensor& x : {inputs, targets}) {
      const auto values = x.to_vector<double>();
      all.insert(all.end(), values.begin(), values.end());
    }
  }
  return all;
}

rg::DataLoaderOptions options_with(int workers) {
  return {.batch_size = 3, .shuffle = true, .seed = 7, .workers = workers};
}

// The labels that came before an E, and its message.
template <class E>
std::pair<Values, std::string> labels_until(rg::DataLoader& loader) {
  Values all;
  std::string message = "(nothing was thrown)";
  try {
    for (const rg::Batch& batch : loader) {
      const auto labels = batch.targets.to_vector<std::int64_t>();
      all.insert(all.end(), labels.begin(), labels.end());
    }
  } catch (const E& error) {
    message = error.what();
  }
  return {all, message};
}

}  // namespace

TEST_CASE("DataLoader: the same batches for any number of workers, in each pass") {
  rg::DataLoader alone(Noisy(23), options_with(0));
  const Numbers first = numbers_of(alone);
  const Numbers second = numbers_of(alone);
  CHECK(first.size() == 23 * 5);
  CHECK(first != second);
  for (const int workers : {1, 2, 4, 20}) {
    rg::DataLoader loader(Noisy(23), options_with(workers));
    CHECK(numbers_of(loader) == first);
    CHECK(numbers_of(loader) == second);
  }
  // A sample's numbers depend on neither the order nor the batch size.
  rg::DataLoader sorted(Noisy(23), {.batch_size = 23, .seed = 7});
  for (auto& [inputs, targets] : sorted) {
    const double number = inputs.at({static_cast<std::int64_t>(first[12]), 2});
    CHECK(number == first[2]);
  }
  rg::DataLoader other(Noisy(23), {.batch_size = 3, .shuffle = true, .seed = 8, .workers = 2});
  CHECK(numbers_of(other) != first);
}

TEST_CASE("DataLoader: what get() draws does not move the program's generator") {
  for (const int workers : {0, 2}) {
    const auto before = rg::default_generator().state();
    rg::DataLoader loader(Noisy(5), options_with(workers));
    numbers_of(loader);
    CHECK(rg::default_generator().state() == before);
  }
}

TEST_CASE("DataLoader: get() runs without gradients, autocast or other threads") {
  std::atomic<int> wrong{0};
  const auto check = [&](std::int64_t) {
    wrong += rg::grad_enabled() || rg::autocast_enabled() ? 1 : 0;
  };
  const rg::Autocast casting(rg::bfloat16);
  for (const int workers : {0, 2}) {
    rg::DataLoader loader(Noisy(8, check), options_with(workers));
    for (auto& [inputs, targets] : loader) {
      CHECK_FALSE(inputs.requires_grad());
    }
    CHECK(wrong == 0);
    CHECK(rg::grad_enabled());
  }
}

TEST_CASE("DataLoader: workers treat denormal numbers as the caller does") {
  if (!rg::set_flush_denormal(true)) {
    return;
  }
  struct Tiny : rg::Dataset {
    std::int64_t size() const override { return 2; }
    rg::Sample get(std::int64_t) const override { return {rg::full({}, 1e-39) * 1.0}; }
  };
  rg::DataLoader loader(Tiny(), {.workers = 1});
  for (auto& batch : loader) {
    CHECK(batch.inputs.item<float>() == 0);
    CHECK(batch.size() == 1);
  }
  rg::set_flush_denormal(false);
  for (auto& batch : loader) {
    CHECK(batch.inputs.item<float>() > 0);
  }
}

TEST_CASE("DataLoader: an error comes at its batch, with the sample, of the same type") {
  const auto fails_at = [](std::int64_t bad, auto throws) {
    return Noisy(9, [=](std::int64_t index) {
      if (index == bad) {
        throws();
      }
    });
  };
  struct Own : std::exception {
    const char* what() const noexcept override { return "own"; }
  };
  for (const int workers : {0, 1, 3}) {
    const rg::DataLoaderOptions options{.batch_size = 2, .workers = workers};
    rg::DataLoader wrong_index(fails_at(5, [] { rg::zeros({2}).at(7); }), options);
    const auto [labels, message] = labels_until<rg::IndexError>(wrong_index);
    CHECK(labels == Values{0, 1, 2, 3});
    test::check_contains(message, "DataLoader: sample 5 (file5.png): ");
    test::check_contains(message, "[index-out-of-range]");
    rg::DataLoader io(fails_at(0, [] { rg::read_idx("/none"); }), options);
    test::check_contains(labels_until<rg::IoError>(io).second, "sample 0 (file0.png): ");
    const auto unreachable = [] { throw rg::CommunicationError("rank 1 has ended", {}); };
    rg::DataLoader ranks(fails_at(0, unreachable), options);
    test::check_contains(labels_until<rg::CommunicationError>(ranks).second, "rank 1 has ended");
    rg::DataLoader plain(fails_at(8, [] { throw std::runtime_error("torn"); }), options);
    const auto [before, text] = labels_until<std::runtime_error>(plain);
    CHECK(before.size() == 8);
    CHECK(text == "DataLoader: sample 8 (file8.png): torn");
    rg::DataLoader memory(fails_at(4, [] { throw rg::OutOfMemory(5); }), options);
    CHECK(labels_until<rg::OutOfMemory>(memory).first.size() == 4);

    rg::DataLoader own(fails_at(2, [] { throw Own(); }), options);
    try {
      numbers_of(own);
      FAIL("nothing was thrown");
    } catch (const rg::Error& error) {
      test::check_contains(error.what(), "sample 2 (file2.png): own   at data_workers_test.cpp:");
      CHECK(error.code() == "sample-failed");
      CHECK_THROWS_AS(std::rethrow_if_nested(error), Own);
    }
    rg::DataLoader number(fails_at(2, [] { throw 3; }), options);
    CHECK_THROWS_AS(numbers_of(number), rg::Error);
    // The loader goes on afterwards.
    CHECK_THROWS_AS(numbers_of(number), rg::Error);
  }
}

TEST_CASE("DataLoader: samples of different shapes are refused, at their batch") {
  struct Growing : rg::Dataset {
    std::int64_t size() const override { return 4; }
    rg::Sample get(std::int64_t index) const override { return {rg::zeros({index / 3 + 1})}; }
  };
  for (const int workers : {0, 2}) {
    rg::DataLoader loader(Growing(), {.batch_size = 2, .workers = workers});
    auto pass = loader.begin();
    CHECK(pass->inputs.shape() == rg::Shape{2, 1});
    ++pass;
    CHECK_THROWS_AS(*pass, rg::ShapeError);
    CHECK_THROWS_AS(*pass, rg::ShapeError);
    ++pass;
    CHECK(pass == loader.end());
  }
}

TEST_CASE("DataLoader: a pass that is left early does not hang, and the next one is whole") {
  for (const int workers : {0, 1, 2, 4}) {
    rg::DataLoader loader(Noisy(30), options_with(workers));
    rg::DataLoader whole(Noisy(30), options_with(0));
    for (int batches = 0; batches < 5; ++batches) {
      int seen = 0;
      for ([[maybe_unused]] auto& batch : loader) {
        if (seen++ == batches) {
          break;
        }
      }
      whole.set_epoch(loader.epoch());
      CHECK(numbers_of(loader) == numbers_of(whole));
    }
    loader.begin();
    rg::DataLoader unused(Noisy(30), options_with(workers));
  }
}

TEST_CASE("DataLoader: leaving a pass waits for one sample, not for a batch") {
  std::atomic<int> calls{0};
  const auto slow = [&](std::int64_t) {
    ++calls;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  };
  rg::DataLoader loader(Noisy(100000, slow), {.batch_size = 50000, .workers = 2});
  loader.begin();
  CHECK(calls <= 4);
}

TEST_CASE("DataLoader: no more batches wait than prefetch allows") {
  std::atomic<std::int64_t> made{0};
  const auto count = [&](std::int64_t) { ++made; };
  rg::DataLoader loader(Noisy(100, count), {.workers = 2, .prefetch = 3});
  auto pass = loader.begin();
  *pass;
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  CHECK(made <= 6);
  for (; pass != loader.end(); ++pass) {
    *pass;
  }
  CHECK(made == 100);
}

TEST_CASE("DataLoader: skipped batches are not lost or doubled") {
  rg::DataLoader loader(Noisy(12), {.batch_size = 2, .workers = 2});
  Values seen;
  std::int64_t number = 0;
  for (auto pass = loader.begin(); pass != loader.end(); ++pass) {
    if (number++ % 2 == 1) {
      const auto labels = pass->targets.to_vector<std::int64_t>();
      seen.insert(seen.end(), labels.begin(), labels.end());
    }
  }
  CHECK(seen == Values{2, 3, 6, 7, 10, 11});
}

TEST_CASE("DataLoader: a custom collate function draws by the batch") {
  const auto mixed = [](const std::vector<rg::Sample>& samples) {
    rg::Batch batch = rg::collate(samples);
    batch.rest.push_back(rg::rand({1}));
    return batch;
  };
  Numbers drawn[3];
  for (const int workers : {0, 1, 2}) {
    rg::DataLoader loader(rg::TensorDataset(rg::zeros({6, 1}), rg::arange(6)),
                          {.batch_size = 2, .workers = workers, .collate = mixed});
    for (auto& batch : loader) {
      CHECK(batch.size() == 3);
      drawn[workers].push_back(batch[2].item<double>());
    }
  }
  CHECK(drawn[0].size() == 3);
  CHECK(drawn[0][0] != drawn[0][1]);
  CHECK(drawn[1] == drawn[0]);
  CHECK(drawn[2] == drawn[0]);
}
