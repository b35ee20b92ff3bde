// fit() does what a loop written by hand does, and continues to the same bits.
#include <cmath>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <retrograd/train/fit.h>
#include <retrograd/train/metrics.h>

#include "same_bits.h"
#include "train/small.h"
#include "unit/io_temp_files.h"

namespace rg = retrograd;
namespace train = retrograd::train;
using test::Small;
using test::TempFolder;

namespace {

// A fit of the small net.
struct Fitted {
  Small small;
  rg::DataLoader validation{test::SmallData(16), {.batch_size = 8, .seed = 9}};
  train::Accuracy accuracy;
  std::vector<train::FitEpoch> epochs;

  train::FitOptions options(const TempFolder& folder) {
    train::RunOptions run = small.options();
    run.model = nullptr;
    run.loader = nullptr;
    return {.folder = folder.file("a"),
            .run = run,
            .validation = &validation,
            .metrics = {train::metric_of("accuracy", accuracy)},
            .on_epoch = [this](const train::FitEpoch& epoch) {
              epochs.push_back(epoch);
              return true;
            }};
  }
};

std::string newest(const TempFolder& folder) {
  return test::read_file(train::newest_checkpoint(folder.file("a")));
}

}  // namespace

TEST_CASE("fit: the weights are those of a loop written by hand") {
  for (const std::int64_t accumulate : {1, 2}) {
    const TempFolder folder;
    Fitted fitted;
    train::FitOptions options = fitted.options(folder);
    options.accumulate = accumulate;
    options.clip_norm = 0.5;
    const train::FitReport report = train::fit(fitted.small.net, fitted.small.loader, options);
    CHECK(report.epochs == 3);
    CHECK(report.steps == (accumulate == 1 ? 15 : 9));
    CHECK_FALSE(report.stopped);
    CHECK(fitted.epochs.size() == 3);
    CHECK(fitted.epochs[2].metrics[1].first == "accuracy");

    Small hand;
    for (int epoch = 0; epoch < 3; ++epoch) {
      std::int64_t batch = 0;
      for (auto& [x, y] : hand.loader) {
        const bool is_alone = accumulate == 2 && batch == 4;  // of five, the last
        if (batch % accumulate == 0) {
          hand.optimizer.zero_grad();
        }
        const double share = is_alone ? 1 : static_cast<double>(accumulate);
        (rg::cross_entropy(hand.net(x), y) / share).backward();
        if (++batch % accumulate == 0 || is_alone) {
          rg::optim::clip_grad_norm_(hand.net.parameters(), 0.5);
          hand.optimizer.step();
          hand.ema.update();
        }
      }
      hand.scheduler.step();
    }
    for (const auto& entry : hand.net.state_dict()) {
      CAPTURE(entry.first);
      CHECK(test::same_bits(entry.second, fitted.small.net.state_dict().at(entry.first)));
    }
  }
}

TEST_CASE("fit: continues to the same bits, and on the way says the same") {
  const TempFolder whole;
  Fitted expected;
  train::fit(expected.small.net, expected.small.loader, expected.options(whole));
  for (const int stop : {3, 5, 7, 10}) {
    const TempFolder folder;
    std::vector<train::FitEpoch> epochs;
    for (const bool stops : {true, false}) {
      Fitted fitted;
      train::FitOptions options = fitted.options(folder);
      struct Stop {};
      options.on_step = [&](std::int64_t step, double) {
        if (stops && step == stop + 1) {
          throw Stop();  // before it is saved
        }
      };
      try {
        train::fit(fitted.small.net, fitted.small.loader, options);
      } catch (const Stop&) {
      }
      epochs.insert(epochs.end(), fitted.epochs.begin(), fitted.epochs.end());
    }
    CAPTURE(stop);
    CHECK(newest(folder) == newest(whole));
    REQUIRE(epochs.size() == 3);
    for (std::size_t i = 0; i < 3; ++i) {
      CHECK(epochs[i].epoch == expected.epochs[i].epoch);
      CHECK(epochs[i].loss == expected.epochs[i].loss);
      CHECK(epochs[i].metrics == expected.epochs[i].metrics);
    }
  }
}

TEST_CASE("fit: stops when the metric does not improve, and stays stopped") {
  const TempFolder folder;
  Fitted fitted;
  train::FitOptions options = fitted.options(folder);
  options.patience = 2;
  options.run.epochs = 10;
  std::int64_t calls = 0;
  options.metrics.front().value = [&] { return ++calls == 2 ? 0.9 : 0.5; };
  const train::FitReport report = train::fit(fitted.small.net, fitted.small.loader, options);
  CHECK(report.epochs == 4);  // 0.5, 0.9, then two without improvement
  CHECK(report.best == 0.9);
  CHECK(report.stopped);
  const train::FitReport again = train::fit(fitted.small.net, fitted.small.loader, options);
  CHECK(again.epochs == 4);
  CHECK(again.stopped);

  const TempFolder other;
  Fitted by_loss;
  train::FitOptions without = by_loss.options(other);
  without.metrics.clear();
  without.on_epoch = [](const train::FitEpoch& epoch) { return epoch.epoch < 2; };
  const train::FitReport stopped = train::fit(by_loss.small.net, by_loss.small.loader, without);
  CHECK(stopped.epochs == 2);
  CHECK(stopped.stopped);
  CHECK(stopped.best.has_value());
}

TEST_CASE("fit: in bfloat16, with a loss of its own") {
  const TempFolder folder;
  Fitted fitted;
  train::FitOptions options = fitted.options(folder);
  options.autocast = true;
  options.loss = [](const rg::Tensor& output, const rg::Tensor& targets) {
    return 2 * rg::cross_entropy(output, targets);
  };
  const train::FitReport report = train::fit(fitted.small.net, fitted.small.loader, options);
  CHECK(report.steps == 15);
  CHECK(std::isfinite(fitted.epochs.back().loss));
}

TEST_CASE("fit: options that make no sense are refused") {
  const TempFolder folder;
  const auto check_refusal = [&](const std::string& text, auto change) {
    Fitted fitted;
    train::FitOptions options = fitted.options(folder);
    change(options);
    test::check_contains(test::message_of<rg::ValueError>(
                             [&] { train::fit(fitted.small.net, fitted.small.loader, options); }),
                         text);
  };
  using Options = train::FitOptions;
  check_refusal("fit: a fit needs a .run.optimizer   at fit_test.cpp:",
                [](Options& options) { options.run.optimizer = nullptr; });
  check_refusal(".patience and .metrics need .validation data",
                [](Options& options) { options.validation = nullptr; });
  check_refusal("accumulate is 0", [](Options& options) { options.accumulate = 0; });
  check_refusal("clip_norm -1", [](Options& options) { options.clip_norm = -1; });
  check_refusal("patience -1", [](Options& options) { options.patience = -1; });
}
