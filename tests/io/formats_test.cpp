// Files that each version wrote: they load, and training goes on from them as it did there.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <numbers>
#include <numeric>
#include <set>
#include <string>
#include <vector>

#include "format_runs.h"
#include "test_paths.h"
#include "unit/io_temp_files.h"

namespace rg = retrograd;
using doctest::Approx;
using rg::StateDict;
using rg::Tensor;

namespace {

const std::string kFormats = RETROGRAD_TEST_SOURCES "/tests/io/formats/";

std::vector<std::string> versions() {
  std::vector<std::string> all;
  for (const auto& folder : std::filesystem::directory_iterator(kFormats)) {
    all.push_back(folder.path().filename().string());
  }
  std::sort(all.begin(), all.end());
  return all;
}

// Names, dtypes and shapes: the form of a state dict, whatever it holds.
std::string form_of(const StateDict& state) {
  std::set<std::string> lines;  // files are in an order of their own
  for (const auto& [name, tensor] : state) {
    lines.insert(name + " " + rg::describe(tensor) + "\n");
  }
  return std::accumulate(lines.begin(), lines.end(), std::string());
}

void check_same(const StateDict& got, const StateDict& expected) {
  for (const auto& entry : expected) {
    INFO(entry.first);
    const auto numbers = got.at(entry.first).to_vector<double>();
    const auto should = entry.second.to_vector<double>();
    REQUIRE(numbers.size() == should.size());
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      CHECK(numbers[i] == Approx(should[i]).epsilon(1e-5));
    }
  }
}

// A new run in the state that a file holds.
std::unique_ptr<test::FormatRun> resume(const test::FormatCase& of, const StateDict& file) {
  auto run = of.make();
  const rg::NoGradGuard unrecorded;
  const StateDict values = run->values();
  for (const auto& [name, tensor] : test::part_of(file, "values.")) {
    Tensor(values.at(name)).copy_(tensor);
  }
  run->load(test::part_of(file, "state."));
  return run;
}

}  // namespace

TEST_CASE("formats: training goes on from the files of every version") {
  for (const std::string& version : versions()) {
    std::size_t files = 0;
    for (const test::FormatCase& each : test::format_cases()) {
      const std::string path = kFormats + version + "/" + each.name + ".safetensors";
      INFO(path);
      if (version == "0.1" && each.name == "ChainedScheduler") {
        CHECK_FALSE(std::filesystem::exists(path));  // came with 0.2
        continue;
      }
      CHECK(std::filesystem::file_size(path) < 10'000);
      const StateDict file = rg::load(path);
      ++files;
      const auto run = resume(each, file);
      check_same(run->values(), test::part_of(file, "values."));
      check_same(run->state(), test::part_of(file, "state."));
      for (int step = 0; step < 3; ++step) {
        run->step();
      }
      check_same(run->values(), test::part_of(file, "later."));
    }
    CHECK(files >= 19);
  }
}

TEST_CASE("formats: what is written now is among the files, in the folder of this version") {
  const auto all = versions();
  REQUIRE(all.front() == "0.1");
  INFO("after a change of version or of what is saved: ./dev formats");
  for (const test::FormatCase& each : test::format_cases()) {
    INFO(each.name);
    const StateDict file =
        rg::load(kFormats + test::kThisVersion + "/" + each.name + ".safetensors");
    const StateDict now = test::format_content(each);
    CHECK(form_of(now) == form_of(file));
    check_same(now, file);
  }
  const test::TempFolder folder;
  rg::save(test::format_tensors(), folder.file("tensors"), {.metadata = test::kFormatMetadata});
  CHECK(test::read_file(folder.file("tensors")) ==
        test::read_file(kFormats + test::kThisVersion + "/tensors.safetensors"));
}

TEST_CASE("formats: tensors of every dtype, names and metadata have the values that were saved") {
  for (const std::string& version : versions()) {
    const std::string path = kFormats + version + "/tensors.safetensors";
    INFO(path);
    const StateDict file = rg::load(path);
    CHECK(file.size() == 8);
    CHECK(file.at("float32").to_vector<float>() ==
          std::vector<float>{1.5F, -0.0F, 3e38F, 1e-45F, 2.0F, 0.1F});
    CHECK(std::signbit(file.at("float32").to_vector<float>()[1]));
    CHECK(file.at("float64").to_vector<double>() == std::vector<double>{0.1, 1e300});
    CHECK(file.at("bfloat16").dtype() == rg::bfloat16);
    CHECK(file.at("bfloat16").to_vector<double>()[0] == 0.5);
    CHECK(file.at("int64").to_vector<std::int64_t>() ==
          std::vector<std::int64_t>{INT64_MIN, INT64_MAX});
    CHECK(file.at("uint8").to_vector<std::uint8_t>() == std::vector<std::uint8_t>{0, 255});
    CHECK(file.at("boolean").to_vector<bool>() == std::vector<bool>{true, false, true});
    CHECK(file.at("scalar \xC3\xA9").shape() == rg::Shape{});
    CHECK(file.at("scalar \xC3\xA9").item<double>() == 0.25);
    CHECK(file.at("").shape() == rg::Shape{0, 3});
    CHECK(rg::load_metadata(path) == test::kFormatMetadata);
    std::string damaged = test::read_file(path);
    damaged.back() = static_cast<char>(damaged.back() ^ 1);
    const test::TempFolder folder;
    test::write_file(folder.file("damaged"), damaged);
    CHECK_THROWS_AS(rg::load(folder.file("damaged")), rg::IoError);  // the checksum is looked at
  }
}

TEST_CASE("formats: schedules go on from the files of every version with the rates of their rule") {
  for (const std::string& version : versions()) {
    INFO(version);
    for (const test::FormatCase& each : test::format_cases()) {
      const bool steps = each.name == "StepLR";
      if (!steps && each.name != "SequentialLR") {
        continue;
      }
      const auto run =
          resume(each, rg::load(kFormats + version + "/" + each.name + ".safetensors"));
      for (int epoch = 3; epoch < 7; ++epoch, run->step()) {
        const double rule = steps ? 0.5 * std::pow(0.1, epoch / 2)  // and a cosine after epoch 2
                                  : 0.25 * (1 + std::cos(std::numbers::pi * (epoch - 2) / 8));
        CHECK(run->values().at("rates").at(0) == Approx(rule).epsilon(1e-12));
      }
    }
  }
}

TEST_CASE("formats: a part of a schedule's state is not taken for one of 0.1") {
  for (const test::FormatCase& each : test::format_cases()) {
    const bool chained = each.name == "ChainedScheduler";
    if (!chained && each.name != "SequentialLR") {
      continue;
    }
    StateDict some;
    for (const auto& [name, tensor] : each.make()->state()) {
      const bool old = name == "last_epoch" || name.find("base_lr.") != std::string::npos;
      if (old || (!chained && name == "schedulers.0.last_epoch")) {
        some.insert(name, tensor);
      }
    }
    CHECK_THROWS_WITH_AS(each.make()->load(some), doctest::Contains("last_lr.0 is missing"),
                         rg::ValueError);
  }
}
