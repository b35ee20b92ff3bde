// Names and shapes of the networks' tensors, against names.txt, which make_names.py writes.
#include <doctest/doctest.h>

#include <cstdint>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include <retrograd/models/models.h>
#include <retrograd/retrograd.h>

#include "test_paths.h"

namespace rg = retrograd;
namespace models = retrograd::models;

namespace {

struct Expected {
  std::int64_t parameters = 0;
  std::vector<std::string> tensors;  // "fc.weight 1000 512"
};

std::map<std::string, Expected> read_names() {
  std::ifstream file(RETROGRAD_TEST_SOURCES "/tests/models/names.txt");
  REQUIRE(file.good());
  std::map<std::string, Expected> networks;
  std::string line;
  while (std::getline(file, line)) {
    std::istringstream words(line);
    std::string name;
    words >> name;
    Expected& network = networks[name];
    words >> network.parameters;
    while (std::getline(file, line) && !line.empty()) {
      network.tensors.push_back(line);
    }
  }
  return networks;
}

std::vector<std::string> names_of(const models::Network& network) {
  std::vector<std::string> names;
  for (const auto& [name, tensor] : network.state_dict()) {
    std::string line = name;
    for (const std::int64_t size : tensor.shape()) {
      line += " " + std::to_string(size);
    }
    names.push_back(line);
    const bool counts = name.ends_with("num_batches_tracked");
    CHECK(tensor.dtype() == (counts ? rg::int64 : rg::float32));
  }
  return names;
}

}  // namespace

TEST_CASE("networks have torchvision's names, shapes and numbers of parameters") {
  const auto expected = read_names();
  std::vector<std::string> networks;
  for (const auto& [name, network] : expected) {
    networks.push_back(name);
  }
  REQUIRE(models::list_models() == networks);
  const rg::nn::SkipInitGuard skip;
  for (const auto& [name, network] : expected) {
    CAPTURE(name);
    const auto made = models::get_model(name);
    CHECK(made->parameter_count() == network.parameters);
    const std::vector<std::string> names = names_of(*made);
    REQUIRE(names.size() == network.tensors.size());
    for (std::size_t i = 0; i < names.size(); ++i) {
      REQUIRE(names[i] == network.tensors[i]);
    }
    CHECK(made->is_training());
  }
}
