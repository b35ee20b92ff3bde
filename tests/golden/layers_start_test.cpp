// How parameters and buffers start: as PyTorch's do. The distributions are written down here, and
// hold for PyTorch's numbers in the file and for ours.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>

#include <retrograd/retrograd.h>

#include "test_paths.h"

namespace rg = retrograd;
namespace nn = rg::nn;
using rg::Tensor;

namespace {

// Uniform in [-bound, bound), normal of deviation 1, or one value.
struct Start {
  enum class Kind { uniform, normal, value } kind;
  double number;
};
Start uniform(double fan_in) {
  return {Start::Kind::uniform, 1 / std::sqrt(fan_in)};
}
Start value(double number) {
  return {Start::Kind::value, number};
}
const Start normal{Start::Kind::normal, 1};

struct Case {
  std::function<std::unique_ptr<nn::Module>()> make;
  std::map<std::string, Start> starts;
};

template <class M, class... A>
std::function<std::unique_ptr<nn::Module>()> made(A... arguments) {
  return [=]() -> std::unique_ptr<nn::Module> { return std::make_unique<M>(arguments...); };
}

std::map<std::string, Start> recurrent(double hidden, const std::string& suffix) {
  std::map<std::string, Start> starts;
  for (const char* name : {"weight_ih", "weight_hh", "bias_ih", "bias_hh"}) {
    starts.insert({name + suffix, uniform(hidden)});
  }
  return starts;
}

std::map<std::string, Start> layers_of_500() {
  std::map<std::string, Start> all;
  for (const char* suffix : {"_l0", "_l0_reverse", "_l1", "_l1_reverse"}) {
    all.merge(recurrent(500, suffix));
  }
  return all;
}

std::map<std::string, Case> cases() {
  const std::map<std::string, Start> affine{{"weight", value(1)}, {"bias", value(0)}};
  std::map<std::string, Start> running = affine;
  running.insert({{"running_mean", value(0)}, {"running_var", value(1)}});
  running.insert({"num_batches_tracked", value(0)});
  const nn::InstanceNormOptions all_of_it{.affine = true, .track_running_stats = true};
  const nn::ConvOptions<1> groups1{.groups = 2};
  const nn::ConvOptions<2> groups2{.groups = 2};
  const nn::ConvTransposeOptions<1> transposed{.groups = 2};
  const nn::RNNOptions layers{.num_layers = 2, .bidirectional = true};
  const nn::EmbeddingOptions padding{.padding_idx = 1};
  const auto both = [](double fan_in) {
    return std::map<std::string, Start>{{"weight", uniform(fan_in)}, {"bias", uniform(fan_in)}};
  };
  return {
      {"Linear", {made<nn::Linear>(100, 2000), both(100)}},
      {"Bilinear", {made<nn::Bilinear>(25, 10, 2000), both(25)}},
      {"Conv1d", {made<nn::Conv1d>(6, 2000, 7, groups1), both(3 * 7)}},
      {"Conv2d", {made<nn::Conv2d>(8, 2000, rg::Size<2>{2, 4}, groups2), both(4 * 2 * 4)}},
      {"Conv3d", {made<nn::Conv3d>(2, 2000, rg::Size<3>{3, 2, 2}), both(2 * 12)}},
      {"ConvTranspose1d", {made<nn::ConvTranspose1d>(6, 2000, 3, transposed), both(1000 * 3)}},
      {"ConvTranspose2d", {made<nn::ConvTranspose2d>(3, 2000, rg::Size<2>{1, 2}), both(2000 * 2)}},
      {"ConvTranspose3d",
       {made<nn::ConvTranspose3d>(1, 2000, rg::Size<3>{1, 2, 1}), both(2000 * 2)}},
      {"Embedding", {made<nn::Embedding>(100, 50), {{"weight", normal}}}},
      {"EmbeddingPadding", {made<nn::Embedding>(2, 3000, padding), {{"weight", normal}}}},
      {"RNN", {made<nn::RNN>(25, 2000), recurrent(2000, "_l0")}},
      {"RNNLayers", {made<nn::RNN>(20, 500, layers), layers_of_500()}},
      {"GRU", {made<nn::GRU>(25, 700), recurrent(700, "_l0")}},
      {"LSTM", {made<nn::LSTM>(25, 600), recurrent(600, "_l0")}},
      {"RNNCell", {made<nn::RNNCell>(4, 2000), recurrent(2000, "")}},
      {"GRUCell", {made<nn::GRUCell>(4, 700), recurrent(700, "")}},
      {"LSTMCell", {made<nn::LSTMCell>(4, 600), recurrent(600, "")}},
      {"MultiheadAttention",
       {made<nn::MultiheadAttention>(60, 4),
        // Xavier: sqrt(6 / (60 + 3 * 60))
        {{"in_proj_weight", {Start::Kind::uniform, std::sqrt(6.0 / 240)}},
         {"in_proj_bias", value(0)},
         {"out_proj.weight", uniform(60)},
         {"out_proj.bias", value(0)}}}},
      {"BatchNorm", {made<nn::BatchNorm2d>(5), running}},
      {"InstanceNorm", {made<nn::InstanceNorm2d>(5, all_of_it), running}},
      {"LayerNorm", {made<nn::LayerNorm>(rg::Shape{4, 5}), affine}},
      {"GroupNorm", {made<nn::GroupNorm>(2, 6), affine}},
      {"PReLU", {made<nn::PReLU>(3), {{"weight", value(0.25)}}}},
  };
}

struct Moments {
  double least;
  double most;
  double mean;
  double deviation;
};

Moments moments_of(const Tensor& x) {
  const auto values = x.to_vector<double>();
  const auto n = static_cast<double>(values.size());
  const auto [least, most] = std::minmax_element(values.begin(), values.end());
  Moments found{*least, *most, 0, 0};
  for (const double value : values) {
    found.mean += value / n;
  }
  for (const double value : values) {
    found.deviation += (value - found.mean) * (value - found.mean) / n;
  }
  found.deviation = std::sqrt(found.deviation);
  return found;
}

void check_start(const Moments& found, Start start, std::int64_t count) {
  const auto n = static_cast<double>(count);
  if (start.kind == Start::Kind::value) {
    CHECK(found.least == start.number);
    CHECK(found.most == start.number);
    return;
  }
  // The bounds below are passed by chance with a probability below 2e-12 each, all 150 of them
  // together with less than 1e-9.
  REQUIRE(n >= 500);
  if (start.kind == Start::Kind::uniform) {
    // All of n values stay below bound (1 - t) with probability (1 - t / 2)^n < exp(-n t / 2); the
    // mean is beyond bound m with at most 2 exp(-n m^2 / 2).
    const double bound = start.number;
    CHECK(found.least >= -bound * (1 + 1e-6));
    CHECK(found.most <= bound * (1 + 1e-6));
    CHECK(found.least <= -bound * (1 - 60 / n));
    CHECK(found.most >= bound * (1 - 60 / n));
    CHECK(std::abs(found.mean) <= bound * std::sqrt(60 / n));
    return;
  }
  // The sum of n squares is beyond n + 2 sqrt(n x) + 2 x with at most exp(-x) (Laurent and Massart,
  // 2000); x is 28 or more here, as n is 3000 or more.
  REQUIRE(n >= 3000);
  CHECK(std::abs(found.mean) <= 8 / std::sqrt(n));
  CHECK(std::abs(found.deviation * found.deviation - 1) <= 9 * std::sqrt(2 / n));
}

}  // namespace

TEST_CASE("layers: parameters and buffers start as PyTorch's") {
  const rg::StateDict file = rg::load(RETROGRAD_TEST_GOLDEN "/layers.safetensors");
  rg::manual_seed(1);
  std::set<std::string> in_table;
  for (const auto& named : cases()) {
    const auto& [layer, made] = named;
    const auto module = made.make();
    const rg::StateDict state = module->state_dict();
    CHECK_MESSAGE(state.size() == made.starts.size(), named.first);
    for (const auto& [name, start] : made.starts) {
      const std::string entry = "start/" + layer + "/" + name;
      in_table.insert(entry);
      CAPTURE(entry);
      Tensor ours = state.at(name);
      const Tensor theirs = file.at(entry);
      Moments expected{theirs.at({0}), theirs.at({1}), theirs.at({2}), theirs.at({3})};
      if (layer == "EmbeddingPadding") {
        // Half of the numbers are the padding's zeros.
        CHECK(rg::max(rg::abs(rg::select(ours, 0, 1))).item<float>() == 0);
        ours = rg::select(ours, 0, 0);
        expected.mean *= 2;
        expected.deviation *= std::sqrt(2);
      }
      check_start(moments_of(ours), start, ours.numel());
      check_start(expected, start, ours.numel());
    }
  }
  std::set<std::string> in_file;
  for (const auto& [name, tensor] : file) {
    if (name.rfind("start/", 0) == 0) {
      in_file.insert(name);
    }
  }
  CHECK(in_table == in_file);
}
