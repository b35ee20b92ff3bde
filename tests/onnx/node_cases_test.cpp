// ONNX's own cases of single nodes (Debian's libonnx-testdata), read and run without Python.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <map>

#include <onnx/files.h>
#include <retrograd/onnx/detail/importers.h>
#include <retrograd/onnx/detail/program.h>
#include <retrograd/onnx/load.h>
#include <skip.h>
#include <test_paths.h>

#include <onnx/node_case_skips.h>

namespace {

namespace fs = std::filesystem;
namespace rg = retrograd;

struct Case {
  std::string name;
  fs::path folder;
};

void add_cases(const fs::path& root, std::vector<Case>& cases) {
  if (fs::is_directory(root)) {
    for (const fs::directory_entry& entry : fs::directory_iterator(root)) {
      cases.push_back({entry.path().filename().string().substr(5), entry.path()});
    }
  }
}

// Those of the package, and a few of later versions that are beside this file.
std::vector<Case> all_cases() {
  const char* const given = std::getenv("RETROGRAD_ONNX_NODES");
  std::vector<Case> cases;
  add_cases(given != nullptr ? given : "/usr/share/libonnx-testdata/data/node", cases);
  if (!cases.empty()) {
    add_cases(RETROGRAD_TEST_SOURCES "/tests/onnx/nodes", cases);
  }
  std::ranges::sort(cases, {}, &Case::name);
  return cases;
}

std::vector<rg::Tensor> tensors(const fs::path& folder, const std::string& kind) {
  std::vector<rg::Tensor> list;
  for (int i = 0;; ++i) {
    const std::string path = (folder / (kind + "_" + std::to_string(i) + ".pb")).string();
    if (!fs::exists(path)) {
      return list;
    }
    const retrograd::detail::FileCall call("test", path, {});
    list.push_back(rg::onnx::detail::to_tensor(
        rg::onnx::detail::parse_tensor(test::read_file(path), path), call));
  }
}

// The largest difference relative to 1e-7 + 1e-3 |expected|, at most 1 for a pass.
double fault(const rg::Tensor& actual, const rg::Tensor& expected) {
  if (actual.shape() != expected.shape() || actual.dtype() != expected.dtype()) {
    return INFINITY;
  }
  double largest = 0;
  const std::vector<double> x = actual.detach().to(rg::float64).to_vector<double>();
  const std::vector<double> y = expected.to(rg::float64).to_vector<double>();
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (x[i] != y[i] && !(std::isnan(x[i]) && std::isnan(y[i]))) {
      const double one = std::abs(x[i] - y[i]) / (1e-7 + 1e-3 * std::abs(y[i]));
      largest = one <= largest ? largest : one;
    }
  }
  return largest;
}

// Empty for a pass.
std::string run(const Case& one) {
  try {
    rg::onnx::Network net = rg::onnx::load((one.folder / "model.onnx").string());
    const fs::path data = one.folder / "test_data_set_0";
    const std::vector<rg::Tensor> expected = tensors(data, "output");
    std::vector<rg::Tensor> given = tensors(data, "input");
    for (int call = 0; call < 2; ++call) {  // translated, then run again
      const std::vector<rg::Tensor> actual = net(given);
      for (std::size_t i = 0; i < expected.size(); ++i) {
        if (const double by = fault(actual.at(i), expected[i]); by > 1) {
          return "output " + std::to_string(i) + " of call " + std::to_string(call) + " differs " +
                 std::to_string(by) + " times as much as allowed";
        }
      }
    }
    return {};
  } catch (const std::exception& error) {
    return error.what();
  }
}

const char* skip_reason(const std::string& name) {
  for (const test::Skip& each : test::node_case_skips) {
    if (each.whole ? name == each.prefix : name.starts_with(each.prefix)) {
      return each.reason;
    }
  }
  return nullptr;
}

TEST_CASE("ONNX's cases of single nodes") {
  const std::vector<Case> cases = all_cases();
  if (cases.empty()) {
    test::skip(test::Lacks::package, "libonnx-testdata is not there");
    return;
  }
  std::map<std::string, int> counts;
  int passed = 0;
  for (const Case& one : cases) {
    if (skip_reason(one.name) != nullptr) {
      continue;
    }
    const std::string why = run(one);
    CHECK_MESSAGE(why.empty(), one.name, ": ", why);
    if (!why.empty()) {
      continue;
    }
    ++passed;
    for (const test::Floor& floor : test::node_case_floors) {
      for (const std::string_view prefix : floor.prefixes) {
        counts[floor.name] += !prefix.empty() && one.name.starts_with(prefix) ? 1 : 0;
      }
    }
  }
  MESSAGE(passed, " of ", cases.size(), " cases passed");
  CHECK(passed >= 300);
  for (const test::Floor& floor : test::node_case_floors) {
    MESSAGE(std::string(floor.name), ": ", counts[floor.name]);
    CHECK(counts[floor.name] >= floor.least);
  }
}

TEST_CASE("there are at least 90 operators") {
  CHECK(rg::onnx::detail::importer_count() >= 90);
}

}  // namespace
