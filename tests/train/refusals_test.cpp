// Checkpoints that are damaged, of other runs, or of other versions.
#include <filesystem>
#include <string>

#include <doctest/doctest.h>

#include <retrograd/train/run.h>

#include "train/small.h"
#include "unit/io_temp_files.h"

namespace rg = retrograd;
namespace train = retrograd::train;
using test::Small;
using test::TempFolder;

namespace {

// Trains for some steps, with a checkpoint after each; two are kept.
void begin(const TempFolder& folder, int steps = 3) {
  Small small;
  train::Run run(folder.file("a"), small.options());
  for (auto& [x, y] : run.batches()) {
    if (steps-- == 0) {
      break;
    }
    small.train_on(run, x, y);
  }
}

std::string finish(const TempFolder& folder, std::string* messages = nullptr) {
  Small small;
  train::Run run(folder.file("a"), small.options());
  for (auto& [x, y] : run.batches()) {
    small.train_on(run, x, y);
  }
  if (messages != nullptr) {
    *messages = small.messages;
  }
  return test::read_file(train::newest_checkpoint(folder.file("a")));
}

template <class Change>
std::string refusal(const TempFolder& folder, Change change) {
  Small small;
  train::RunOptions options = small.options();
  change(small, options);
  return test::message_of<rg::Error>([&] { const train::Run run(folder.file("a"), options); });
}

void rewrite(const std::string& path, const std::string& key, const std::string& text) {
  const rg::StateDict tensors = rg::load(path);
  rg::Metadata texts = rg::load_metadata(path);
  texts[key] = text;
  rg::save(tensors, path, {.metadata = texts});
}

}  // namespace

TEST_CASE("Run: a damaged checkpoint is skipped with a message, and the end has the same bits") {
  const TempFolder whole;
  const std::string expected = finish(whole);
  for (const char* damage : {"shorter", "empty", "flipped", "header"}) {
    const TempFolder folder;
    begin(folder);
    const std::string path = train::newest_checkpoint(folder.file("a"));
    std::string bytes = test::read_file(path);
    if (damage == std::string("shorter")) {
      bytes.resize(bytes.size() / 2);
    } else if (damage == std::string("empty")) {
      bytes.clear();
    } else {
      bytes[damage == std::string("flipped") ? bytes.size() - 5 : 300] ^= 1;
    }
    test::write_file(path, bytes);
    std::string messages;
    CAPTURE(damage);
    CHECK(finish(folder, &messages) == expected);
    test::check_contains(messages, "this checkpoint is skipped: ");
    test::check_contains(messages, path);
  }
}

TEST_CASE("Run: damaged checkpoints push no whole one out") {
  const TempFolder whole;
  const std::string expected = finish(whole);
  const TempFolder folder;
  begin(folder, 2);
  for (const char* step : {"5", "6"}) {
    test::write_file(folder.file("a/step-00000000000") + step + ".safetensors", "x");
  }
  for (int i = 0; i < 3; ++i) {
    begin(folder, 1);
  }
  CHECK(finish(folder) == expected);
}

TEST_CASE("Run: a folder without a whole checkpoint starts no new run") {
  const TempFolder folder;
  begin(folder, 1);
  const std::string path = train::newest_checkpoint(folder.file("a"));
  test::write_file(path, "x");
  test::check_contains(refusal(folder, [](Small&, train::RunOptions&) {}), "no checkpoint in ");
  CHECK(test::read_file(path) == "x");
}

TEST_CASE("Run: a checkpoint of a later version is refused, not skipped") {
  const TempFolder folder;
  begin(folder);
  rewrite(train::newest_checkpoint(folder.file("a")), "run.version", "2");
  test::check_contains(refusal(folder, [](Small&, train::RunOptions&) {}),
                       "the checkpoint has version 2, and this library reads versions 1 to 1");
}

TEST_CASE("Run: a checkpoint of another kind is refused") {
  const TempFolder folder;
  begin(folder);
  const std::string path = train::newest_checkpoint(folder.file("a"));
  rewrite(path, "run.step", "many");
  test::check_contains(refusal(folder, [](Small&, train::RunOptions&) {}),
                       "run.step is 'many', which is no such number");
  rg::StateDict other;
  other.insert("x", rg::zeros({2}));
  rg::save(other, path);
  test::check_contains(refusal(folder, [](Small&, train::RunOptions&) {}),
                       "it is no checkpoint of a run: its metadata has no run.version");
}

TEST_CASE("Run: a checkpoint of another run is refused, and says what differs") {
  const TempFolder folder;
  begin(folder);
  const auto check_refusal = [&](const std::string& text, auto change) {
    test::check_contains(refusal(folder, change), text);
  };
  using Options = train::RunOptions;
  check_refusal("(nothing was thrown)", [](Small&, Options& options) { options.epochs = 9; });

  struct Wider : test::SmallNet {
    Wider() { second = test::nn::Linear(8, 4); }
  } wider;
  check_refusal("of another model: second.weight was float32 [3, 8] and is float32 [4, 8] now",
                [&](Small&, Options& options) { options.model = &wider; });
  check_refusal("of another model: first.weight was float32 [8, 6] and is float64 [8, 6] now",
                [&](Small& small, Options&) { small.net.to(rg::float64); });
  rg::nn::Linear linear(6, 3);
  check_refusal("of another model: weight was missing and is float32 [3, 6] now",
                [&](Small&, Options& options) { options.model = &linear; });

  rg::DataLoader longer(test::SmallData(56), {.batch_size = 8, .shuffle = true, .seed = 1});
  check_refusal("loader.batches was '5' and is '7' now",
                [&](Small&, Options& options) { options.loader = &longer; });

  Small other;
  rg::optim::SGD slower(other.net.parameters(), {.lr = 0.05, .momentum = 0.9});
  check_refusal("optimizer.group.0.initial_lr was '0.1' and is '0.05' now",
                [&](Small&, Options& options) { options.optimizer = &slower; });
  rg::optim::AdamW adam(other.net.parameters(), {.lr = 0.1});
  check_refusal("optimizer was 'SGD' and is 'AdamW' now",
                [&](Small&, Options& options) { options.optimizer = &adam; });
  rg::optim::lr_scheduler::ExponentialLR decay(other.optimizer, {.gamma = 0.8});
  check_refusal("scheduler was 'StepLR' and is 'ExponentialLR' now",
                [&](Small&, Options& options) { options.scheduler = &decay; });
  check_refusal("schedule was 'per epoch' and is 'per step' now",
                [](Small&, Options& options) { options.schedule = train::Schedule::per_step; });
  check_refusal("parts was 'model optimizer scheduler ema",
                [](Small&, Options& options) { options.ema = nullptr; });
  check_refusal("crop was missing and is '4' now", [](Small&, Options& options) {
    options.configuration = {{"crop", "4"}};
  });
  check_refusal("metric was '' and is 'loss' now",
                [](Small&, Options& options) { options.metric = "loss"; });
}

TEST_CASE("Run: options that make no sense are refused") {
  const TempFolder folder;
  const auto check_refusal = [&](const std::string& text, auto change) {
    test::check_contains(refusal(folder, change), text);
  };
  using Options = train::RunOptions;
  check_refusal("Run: a run needs a .model and a .loader   at refusals_test.cpp:",
                [](Small&, Options& options) { options.model = nullptr; });
  check_refusal("a run needs a .model and a .loader",
                [](Small&, Options& options) { options.loader = nullptr; });
  check_refusal("epochs must be at least 0, not -1",
                [](Small&, Options& options) { options.epochs = -1; });
  check_refusal("keep must be at least 1, not 0",
                [](Small&, Options& options) { options.keep = 0; });
  check_refusal("log_steps must be at least 1, not 0",
                [](Small&, Options& options) { options.log_steps = 0; });
  check_refusal("both must be at least 0",
                [](Small&, Options& options) { options.save_steps = -1; });
  check_refusal("two states are named 'ema'", [](Small& small, Options& options) {
    options.states = {train::state_of("ema", small.ema)};
  });
  check_refusal("a state is named 'a.b'", [](Small& small, Options& options) {
    options.states = {train::state_of("a.b", small.ema)};
  });
}

TEST_CASE("Run: a folder that cannot be made or listed is an IoError, not a new run") {
  const TempFolder folder;
  Small small;
  const auto refusal = [&](const std::string& path) {
    return test::message_of<rg::IoError>([&] { train::Run(path, small.options()); });
  };
  test::check_contains(refusal(folder.file(std::string(300, 'x'))), "File name too long");
  test::write_file(folder.file("file"), "text");
  test::check_contains(refusal(folder.file("file")), "[file-unwritable]");
  test::check_contains(
      test::message_of<rg::IoError>([&] { train::newest_checkpoint(folder.file("file")); }),
      "cannot list the folder: Not a directory");
  CHECK(train::newest_checkpoint(folder.file("nowhere")).empty());
}

TEST_CASE("Run: batches that others take from the loader do not move the run") {
  const auto train = [](bool peeks) {
    const TempFolder folder;
    for (int part = 0; part < 2; ++part) {
      Small small;
      train::Run run(folder.file("a"), small.options());
      if (peeks) {
        small.loader.begin();
      }
      for (auto& [x, y] : run.batches()) {
        small.train_on(run, x, y);
        if (part == 0 && run.steps() == 7) {
          run.stop();
        }
      }
    }
    return test::read_file(train::newest_checkpoint(folder.file("a")));
  };
  CHECK(train(true) == train(false));
}
