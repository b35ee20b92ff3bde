// Training and testing of a network that tells ten classes apart.
#pragma once

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include <retrograd/log/plot.h>
#include <retrograd/log/progress.h>
#include <retrograd/retrograd.h>

#include "command_line.h"

inline std::uint64_t seed_of(const CommandLine& options) {
  return static_cast<std::uint64_t>(options.integer("seed", 0));
}

// Obeys --threads and --seed; gives the seed. Throws std::invalid_argument for an --out that is no
// folder, before the training instead of after it.
inline std::uint64_t prepare_run(const CommandLine& options) {
  const std::string out = options.text("out", ".");
  if (!std::filesystem::is_directory(out)) {
    throw std::invalid_argument("--out " + out + " is not a folder");
  }
  if (options.has("threads")) {
    retrograd::set_num_threads(static_cast<int>(options.integer("threads", 1)));
  }
  const std::uint64_t seed = seed_of(options);
  retrograd::manual_seed(seed);
  return seed;
}

inline void print_sizes(const std::string& source, const retrograd::TensorDataset& training,
                        const retrograd::TensorDataset& testing) {
  std::printf("%s: %lld training and %lld test images\n", source.c_str(),
              static_cast<long long>(training.size()), static_cast<long long>(testing.size()));
}

struct Mistake {
  std::int64_t image;
  std::int64_t label;
  std::int64_t seen;
};

struct TestResult {
  std::int64_t counts[10][10] = {};  // [label][what the network saw]
  double loss = 0;                   // mean
  double accuracy = 0;
  std::vector<Mistake> mistakes;
};

inline TestResult test(retrograd::nn::Module& model, const retrograd::TensorDataset& data) {
  namespace rg = retrograd;
  const rg::NoGradGuard unrecorded;
  model.eval();
  TestResult result;
  std::int64_t image = 0;
  for (const auto& [images, labels] : rg::DataLoader(data, {.batch_size = 500})) {
    const rg::Tensor scores = model(images);
    result.loss += rg::cross_entropy(scores, labels).item<double>() *
                   static_cast<double>(images.size(0)) / static_cast<double>(data.size());
    const auto seen = rg::argmax(scores, 1).to_vector<std::int64_t>();
    const auto expected = labels.to_vector<std::int64_t>();
    for (std::size_t i = 0; i < seen.size(); ++i, ++image) {
      ++result.counts[expected[i]][seen[i]];
      if (seen[i] != expected[i]) {
        result.mistakes.push_back({image, expected[i], seen[i]});
      }
    }
  }
  model.train();
  result.accuracy = 1 - static_cast<double>(result.mistakes.size()) / static_cast<double>(image);
  return result;
}

// Rows: the class, columns: what the network saw.
inline void print_counts(const TestResult& result) {
  std::printf("    ");
  for (int seen = 0; seen < 10; ++seen) {
    std::printf("%6d", seen);
  }
  for (int label = 0; label < 10; ++label) {
    std::printf("\n%4d", label);
    for (const std::int64_t count : result.counts[label]) {
      std::printf("%6lld", static_cast<long long>(count));
    }
  }
  std::printf("\n\n");
}

class Training {
 public:
  Training(retrograd::nn::Module& model, retrograd::optim::Optimizer& optimizer)
      : model_(model), optimizer_(optimizer) {}

  std::function<retrograd::Tensor(const retrograd::Tensor& images)> prepare;  // each batch
  std::function<void()> after_step;
  bool autocast = false;  // products and convolutions in bfloat16
  retrograd::logging::Curve training_loss = {"training, mean of 20 batches"};
  retrograd::logging::Curve test_loss = {"test"};
  retrograd::logging::Curve test_accuracy = {"test"};

  // Goes through the data `epochs` times.
  void run(retrograd::DataLoader& loader, const retrograd::TensorDataset& testing,
           std::int64_t epochs) {
    for (std::int64_t epoch = 0; epoch < epochs; ++epoch) {
      retrograd::logging::Progress progress(
          "epoch " + std::to_string(epoch + 1) + "/" + std::to_string(epochs),
          loader.dataset().size());
      const double loss = pass(loader, progress);
      const TestResult result = test(model_, testing);
      note_test(result);
      progress.finish({{"loss", loss}, {"test accuracy", result.accuracy}});
    }
  }

  // Draws loss and accuracy beside each other.
  void save_curves(const std::string& path, const std::string& title) const {
    retrograd::logging::save_plot(path,
                                  {{.title = "loss",
                                    .xlabel = "batch",
                                    .ylabel = "cross-entropy",
                                    .curves = {training_loss, test_loss},
                                    .log_y = true},
                                   {.title = "accuracy",
                                    .xlabel = "batch",
                                    .ylabel = "part of the test images",
                                    .curves = {test_accuracy}}},
                                  {.title = title, .sharex = true});
  }

 private:
  retrograd::Tensor loss_of(const retrograd::Tensor& images, const retrograd::Tensor& labels) {
    const retrograd::Autocast casting(retrograd::bfloat16, autocast);
    const retrograd::Tensor scores = model_(prepare ? prepare(images) : images);
    return retrograd::cross_entropy(scores, labels);
  }

  // One pass over the data; gives the mean loss.
  double pass(retrograd::DataLoader& loader, retrograd::logging::Progress& progress) {
    double total = 0;
    for (const auto& [images, labels] : loader) {
      optimizer_.zero_grad();
      const retrograd::Tensor loss = loss_of(images, labels);
      loss.backward();
      optimizer_.step();
      if (after_step) {
        after_step();
      }
      const auto value = loss.item<double>();
      total += value * static_cast<double>(images.size(0));
      note(value);
      progress.advance(images.size(0), {{"loss", value}});
    }
    return total / static_cast<double>(loader.dataset().size());
  }

  void note_test(const TestResult& result) {
    test_loss.points.emplace_back(static_cast<double>(steps_), result.loss);
    test_accuracy.points.emplace_back(static_cast<double>(steps_), result.accuracy);
  }

  void note(double loss) {
    recent_ += loss;
    if (++steps_ % 20 == 0) {
      training_loss.points.emplace_back(static_cast<double>(steps_), recent_ / 20);
      recent_ = 0;
    }
  }

  retrograd::nn::Module& model_;
  retrograd::optim::Optimizer& optimizer_;
  std::int64_t steps_ = 0;
  double recent_ = 0;
};
