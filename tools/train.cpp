// retrograd-train: trains a network of torchvision's on a folder of images.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <retrograd/images/image_folder.h>
#include <retrograd/log/progress.h>
#include <retrograd/tensor/internal/printable.h>
#include <retrograd/train/fit.h>
#include <retrograd/train/metrics.h>

#include "image_model.h"

namespace {

namespace rg = retrograd;
namespace optim = rg::optim;
namespace train = rg::train;
using rg::detail::in_quotes;
using tools::ImageModel;

const rg::Where kLine = tools::line("retrograd-train");

struct Settings {
  std::string data;
  std::string out = "runs/a";
  std::string model = "resnet18";
  std::string weights;
  bool resume = false;
  bool freeze = false;
  bool bfloat16 = false;
  std::int64_t epochs = 5;
  std::int64_t batch = 32;
  std::int64_t size = 224;
  double lr = 0.01;
  double validation = 0.2;
  int workers = 2;
  int threads = 0;
  std::uint64_t seed = 0;
};

struct Data {
  rg::SharedDataset training;
  rg::SharedDataset testing;
  std::vector<std::string> classes;
};

rg::ImageFolder folder(const std::string& path, const Settings& settings, bool for_training) {
  rg::ImageFolderOptions options;
  options.transform =
      for_training ? tools::augmented(settings.size) : tools::centered(settings.size);
  if (!for_training) {
    options.load.min_size = settings.size * 256 / 224;  // larger ones are decoded smaller
  }
  return rg::ImageFolder(path, std::move(options), kLine);
}

// FOLDER/train and FOLDER/val, or one folder of classes of which each class leaves a share for the
// test.
Data find_data(const Settings& settings) {
  const std::filesystem::path root = settings.data;
  if (std::filesystem::is_directory(root / "train") &&
      std::filesystem::is_directory(root / "val")) {
    rg::ImageFolder training = folder((root / "train").string(), settings, true);
    rg::ImageFolder testing = folder((root / "val").string(), settings, false);
    if (training.classes() != testing.classes()) {
      throw std::runtime_error(fmt::format("{0}/train and {0}/val have other classes",
                                           rg::detail::printable(settings.data)));
    }
    const std::vector<std::string> classes = training.classes();
    return {std::move(training), std::move(testing), classes};
  }
  const rg::ImageFolder training = folder(settings.data, settings, true);
  const rg::ImageFolder testing = folder(settings.data, settings, false);
  const std::vector<double> shares = {1 - settings.validation, settings.validation};
  // The same seed: the same samples.
  return {rg::stratified_split(training, training.targets(), shares, settings.seed)[0],
          rg::stratified_split(testing, testing.targets(), shares, settings.seed)[1],
          training.classes()};
}

// The run's best state as a file for retrograd-predict.
void write_model(const Settings& settings, const ImageModel& model) {
  const std::string best = settings.out + "/best.safetensors";
  rg::StateDict state = std::filesystem::exists(best) ? train::load_part(best, "model", kLine)
                                                      : model.network->state_dict();
  const std::string path = settings.out + "/model.safetensors";
  rg::save(state, path, {.metadata = tools::metadata_of(model)}, kLine);
  fmt::print("{} has the best weights; retrograd-predict {} FILE...\n", rg::detail::printable(path),
             rg::detail::printable(path));
}

int run(const Settings& settings) {
  if (settings.threads > 0) {
    rg::set_num_threads(settings.threads);
  }
  rg::manual_seed(settings.seed);
  if (!settings.resume && !train::newest_checkpoint(settings.out).empty()) {
    throw std::runtime_error(fmt::format("{} has a run: add --resume, or choose another --out",
                                         in_quotes(settings.out)));
  }
  const Data data = find_data(settings);
  ImageModel model =
      tools::make_model(settings.model, settings.size, data.classes, settings.weights, kLine);
  if (settings.freeze) {
    model.network->freeze();
    model.network->replace_head(static_cast<std::int64_t>(data.classes.size()), kLine);
  }
  rg::DataLoader training(data.training, {.batch_size = settings.batch,
                                          .shuffle = true,
                                          .seed = settings.seed,
                                          .workers = settings.workers});
  rg::DataLoader testing(data.testing, {.batch_size = settings.batch, .workers = settings.workers});
  fmt::print("{} classes, {} training and {} test images\n", data.classes.size(),
             data.training->size(), data.testing->size());

  optim::SGD optimizer(model.network->parameters(),
                       {.lr = settings.lr, .momentum = 0.9, .weight_decay = 1e-4}, kLine);
  optim::lr_scheduler::CosineAnnealingLR scheduler(optimizer, {.T_max = settings.epochs});
  train::Accuracy accuracy;
  std::optional<rg::logging::Progress> progress;
  const std::int64_t images = data.training->size();
  // Shows a step. A run that goes on inside an epoch shows the images that are left of it.
  const auto show = [&](std::int64_t step, double loss) {
    const std::int64_t done = (step - 1) % training.size() * settings.batch;  // of this epoch
    if (!progress) {
      progress.emplace(
          fmt::format("epoch {}/{}", (step - 1) / training.size() + 1, settings.epochs),
          images - done);
    }
    progress->advance(std::min(settings.batch, images - done), {{"loss", loss}});
  };
  const train::FitReport report =
      train::fit(*model.network, training,
                 {.folder = settings.out,
                  .run = {.optimizer = &optimizer,
                          .scheduler = &scheduler,
                          .epochs = settings.epochs,
                          .configuration = {{"model", settings.model},
                                            {"size", std::to_string(settings.size)},
                                            {"epochs", std::to_string(settings.epochs)},
                                            {"classes", tools::metadata_of(model).at("classes")},
                                            {"validation", std::to_string(settings.validation)},
                                            {"freeze", settings.freeze ? "true" : "false"},
                                            {"bfloat16", settings.bfloat16 ? "true" : "false"}}},
                  .validation = &testing,
                  .metrics = {train::metric_of("accuracy", accuracy)},
                  .autocast = settings.bfloat16,
                  .on_step = show,
                  .on_epoch =
                      [&](const train::FitEpoch& done) {
                        rg::logging::NamedValues values = {{"loss", done.loss}};
                        values.insert(values.end(), done.metrics.begin(), done.metrics.end());
                        if (progress) {
                          progress->finish(values);
                        }
                        progress.reset();
                        return true;
                      }},
                 kLine);
  progress.reset();
  if (report.stopped) {
    fmt::print("stopped after {} epochs; --resume goes on\n", report.epochs);
    return 3;
  }
  if (report.best) {
    fmt::print("best accuracy {:.4f}\n", *report.best);
  }
  write_model(settings, model);
  return 0;
}

void add_options(CLI::App& app, Settings& settings) {
  app.option_defaults()->take_last();
  app.set_version_flag("--version", "retrograd-train " RETROGRAD_VERSION);
  app.add_option("--data", settings.data,
                 "folder with a folder of images for each class, or with train and val")
      ->required()
      ->option_text("FOLDER (needed)");
  app.add_option("--out", settings.out, "folder of the run")->option_text("FOLDER (runs/a)");
  app.add_option("--model", settings.model, "network, by torchvision's name")
      ->check(CLI::IsMember(rg::models::list_models()))
      ->option_text("NAME (resnet18)");
  app.add_option("--weights", settings.weights,
                 "weights to start from, such as torchvision's .pth, and a new last layer for "
                 "other classes")
      ->check(CLI::ExistingFile)
      ->option_text("FILE");
  app.add_flag("--freeze", settings.freeze, "train the last layer alone");
  app.add_flag("--resume", settings.resume, "go on with the run in --out");
  app.add_option("--epochs", settings.epochs, "passes over the images")
      ->check(CLI::PositiveNumber)
      ->option_text("N (5)");
  app.add_option("--batch-size", settings.batch, "images a step")
      ->check(CLI::PositiveNumber)
      ->option_text("N (32)");
  app.add_option("--lr", settings.lr, "learning rate of the first epoch, which falls to 0")
      ->check(CLI::PositiveNumber)
      ->option_text("X (0.01)");
  app.add_option("--size", settings.size, "side of the images that the network sees, in pixels")
      ->check(CLI::Range(16, 4096))
      ->option_text("N (224)");
  app.add_option("--validation", settings.validation,
                 "share of each class that tests the network, where no folder val does")
      ->check(CLI::Range(0.01, 0.99))
      ->option_text("X (0.2)");
  app.add_option("--workers", settings.workers, "threads that read images")
      ->check(CLI::Range(0, 256))
      ->option_text("N (2)");
  app.add_option("--threads", settings.threads, "threads that compute, or 0 for all processors")
      ->check(CLI::NonNegativeNumber)
      ->option_text("N (0)");
  app.add_option("--seed", settings.seed, "seed of all random numbers")->option_text("N (0)");
  app.add_flag("--bfloat16", settings.bfloat16, "compute products and convolutions in bfloat16");
  app.footer(fmt::format(R"(
networks: {}

An interrupted run, also by kill -9, goes on with --resume and the same options, and
ends with the same bits. TensorBoard shows --out: tensorboard --logdir runs

status: 0, or 2 after an error, or 3 when a signal stopped the run.

example: retrograd-train --model resnet18 --data animals --epochs 5 --out runs/a)",
                         fmt::join(rg::models::list_models(), " ")));
}

}  // namespace

int main(int count, char** words) {
  Settings settings;
  CLI::App app("Trains a network on a folder of images.", "retrograd-train");
  add_options(app, settings);
  try {
    app.parse(count, words);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  try {
    return run(settings);
  } catch (const std::exception& error) {
    fmt::print(stderr, "retrograd-train: {}\n", error.what());
    return 2;
  }
}
