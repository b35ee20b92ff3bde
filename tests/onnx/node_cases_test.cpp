// ONNX's own cases of single nodes (Debian's libonnx-testdata), read and run without Python.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <map>

#include <onnx/node_case.h>
#include <retrograd/onnx/detail/importers.h>
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
      if (entry.is_directory()) {
        cases.push_back({entry.path().filename().string().substr(5), entry.path()});
      }
    }
  }
}

// Those of the package, and a few of our own in its format, for later operator sets.
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
    const std::string why = test::run_case(one.folder);
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

TEST_CASE("there are at least 90 operators, all on the page") {
  const std::string page = test::read_file(RETROGRAD_TEST_SOURCES "/docs/onnx.md");
  const std::vector<std::string_view> names = rg::onnx::detail::importer_names();
  CHECK(names.size() >= 90);
  for (const std::string_view name : names) {
    CHECK_MESSAGE(page.find("`" + std::string(name) + "`") != std::string::npos, std::string(name));
  }
}

}  // namespace
