// State dicts exchanged with PyTorch: tests/golden/make_lenet.py wrote what is read here, and
// tests/golden/read_ours.py reads what is written here.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <string>

#include <retrograd/retrograd.h>

#include "test_paths.h"
#include "unit/io_temp_files.h"
#include "unit/nn_small_lenet.h"

namespace rg = retrograd;
using rg::Tensor;

namespace {

std::string golden(const char* name) {
  return std::string(RETROGRAD_TEST_GOLDEN "/") + name;
}

// The largest difference, measured by the largest value expected.
double relative_error(const Tensor& x, const Tensor& expected) {
  REQUIRE(x.shape() == expected.shape());
  const auto a = x.to_vector<double>();
  const auto b = expected.to_vector<double>();
  double error = 0;
  double scale = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    error = std::max(error, std::abs(a[i] - b[i]));
    scale = std::max(scale, std::abs(b[i]));
  }
  return error / scale;
}

void check_against_pytorch(rg::DType dtype, double bound) {
  const rg::StateDict run = rg::load(golden("lenet_run.safetensors"));
  const std::string kind = rg::name(dtype);
  test::SmallLeNet model;
  model.to(dtype);
  model.load_state_dict(rg::load(golden("lenet_weights.safetensors")));
  const Tensor logits = model(run.at("images").to(dtype));
  CHECK(relative_error(logits, run.at(kind + ".logits")) < bound);
  const Tensor loss = rg::cross_entropy(logits, run.at("labels").to(rg::int64));
  CHECK(relative_error(loss, run.at(kind + ".loss")) < bound);
  loss.backward();
  for (const auto& entry : model.named_parameters()) {
    CAPTURE(entry.first);
    CHECK(relative_error(entry.second.grad(), run.at(kind + ".grad." + entry.first)) < bound);
  }
}

}  // namespace

TEST_CASE("exchange: PyTorch's weights give PyTorch's logits, loss and gradients in float32") {
  check_against_pytorch(rg::float32, 1e-5);
}

TEST_CASE("exchange: PyTorch's weights give PyTorch's logits, loss and gradients in float64") {
  check_against_pytorch(rg::float64, 1e-12);
}

TEST_CASE("exchange: a saved LeNet computes the same after loading") {
  const test::TempFolder temporary;
  const char* kept = std::getenv("RETROGRAD_EXCHANGE_FOLDER");  // where PyTorch will look
  for (const rg::DType dtype : {rg::float32, rg::float64}) {
    test::SmallLeNet model;
    model.to(dtype);
    const Tensor images = rg::randn({3, 1, 16, 16}, {.dtype = dtype});
    const Tensor logits = model(images).detach();
    rg::StateDict state = model.state_dict();
    state.insert("images", images);
    state.insert("logits", logits);
    const std::string path = (kept != nullptr ? std::string(kept) : temporary.path()) + "/lenet_" +
                             rg::name(dtype) + ".safetensors";
    rg::save(state, path);

    const rg::StateDict loaded = rg::load(path);
    test::SmallLeNet other;
    other.to(dtype);
    const auto report = other.load_state_dict(loaded, {.strict = false});
    CHECK(report.missing.empty());
    CHECK(report.unexpected.size() == 2);
    CHECK(other(loaded.at("images")).to_vector<double>() == logits.to_vector<double>());
  }
}
