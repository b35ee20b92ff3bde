#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

#include <retrograd/retrograd.h>

#include "unit/io_temp_files.h"
#include "unit/ops_errors.h"

namespace rg = retrograd;
using doctest::Approx;
using rg::Tensor;
using rg::optim::EMA;

namespace {

Tensor parameter(std::vector<double> values, rg::DType dtype = rg::float64) {
  return rg::tensor(values, {.dtype = dtype, .requires_grad = true});
}

void set(Tensor& x, double value) {
  const rg::NoGradGuard unrecorded;
  x.fill_(value);
}

}  // namespace

TEST_CASE("EMA: the average begins with the parameter and follows it") {
  Tensor p = parameter({1, 2});
  EMA ema({p}, {.decay = 0.75});
  CHECK(ema.averages()[0].to_vector<double>() == std::vector<double>{1, 2});
  set(p, 5);
  ema.update();
  CHECK(ema.averages()[0].to_vector<double>() == std::vector<double>{2, 2.75});
  ema.update();
  CHECK(ema.averages()[0].to_vector<double>() == std::vector<double>{2.75, 3.3125});
  CHECK(ema.update_count() == 2);
  CHECK(p.to_vector<double>() == std::vector<double>{5, 5});
  CHECK_FALSE(ema.averages()[0].requires_grad());
}

TEST_CASE("EMA: a warm-up decays less at first") {
  Tensor p = parameter({0});
  EMA ema({p}, {.decay = 0.25, .warm_up = true});
  set(p, 11);
  ema.update();  // 2 / 11
  CHECK(ema.averages()[0].item<double>() == Approx(9).epsilon(1e-15));
  ema.update();  // 3 / 12
  CHECK(ema.averages()[0].item<double>() == Approx(10.5).epsilon(1e-15));
  ema.update();  // 4 / 13 is more than 0.25
  CHECK(ema.averages()[0].item<double>() == Approx(10.875).epsilon(1e-15));
}

TEST_CASE("EMA: swap exchanges and restores, bit for bit; copy_to_parameters overwrites") {
  Tensor p = parameter({0.1, 0.2});
  Tensor base = parameter({1, 2, 3, 4, 5, 6}, rg::float32).detach();
  Tensor q = rg::transpose(rg::reshape(base, {2, 3}), 0, 1).detach().set_requires_grad();
  EMA ema({p, q}, {.decay = 0.3});
  set(p, 0.7);
  set(q, 8);
  ema.update();
  const auto average = ema.averages()[0].to_vector<double>();
  const auto other = ema.averages()[1].to_vector<float>();
  const auto version = p.version();
  ema.swap();
  CHECK(p.version() > version);
  CHECK(p.to_vector<double>() == average);
  CHECK(q.to_vector<float>() == other);
  CHECK(ema.averages()[0].to_vector<double>() == std::vector<double>{0.7, 0.7});
  ema.swap();
  CHECK(p.to_vector<double>() == std::vector<double>{0.7, 0.7});
  CHECK(ema.averages()[0].to_vector<double>() == average);
  ema.copy_to_parameters();
  CHECK(p.to_vector<double>() == average);
  CHECK(q.to_vector<float>() == other);
  CHECK(p.requires_grad());
  CHECK(p.is_leaf());
}

TEST_CASE("EMA: averages of bfloat16 take up changes that bfloat16 cannot") {
  Tensor p = parameter({1}, rg::bfloat16);
  EMA ema({p}, {.decay = 0.999});
  set(p, 2);
  for (int i = 0; i < 100; ++i) {
    ema.update();
  }
  CHECK(ema.averages()[0].dtype() == rg::float32);
  CHECK(ema.averages()[0].item<double>() == Approx(2 - std::pow(0.999, 100)).epsilon(1e-5));
}

TEST_CASE("EMA: goes on from a file as if it had not stopped") {
  const test::TempFolder folder;
  const std::string path = folder.file("ema.safetensors");
  Tensor p = parameter({0.1, -0.3});
  EMA straight({p}, {.decay = 0.9, .warm_up = true});
  EMA stopped({p}, {.decay = 0.9, .warm_up = true});
  EMA resumed({p}, {.decay = 0.9, .warm_up = true});
  for (int i = 0; i < 20; ++i) {
    set(p, i * 0.37);
    straight.update();
    (i < 10 ? stopped : resumed).update();
    if (i == 9) {
      rg::save(stopped.state_dict(), path);
      resumed.load_state_dict(rg::load(path));
    }
  }
  CHECK(resumed.update_count() == 20);
  CHECK(resumed.averages()[0].to_vector<double>() == straight.averages()[0].to_vector<double>());
}

TEST_CASE("EMA: refusals") {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  Tensor p = parameter({1});
  REFUSED(ValueError, EMA({p}, {.decay = 1}), "EMA", "decay must be in [0, 1), not 1");
  REFUSED(ValueError, EMA({p}, {.decay = -0.1}), "EMA", "not -0.1");
  REFUSED(ValueError, EMA({p}, {.decay = nan}), "EMA", "not nan");
  REFUSED(ValueError, EMA(std::vector<Tensor>{}), "EMA", "no parameters");
  REFUSED(ValueError, EMA({p, p}), "EMA", "parameter 1 is listed twice");
  const Tensor whole = rg::arange(2);
  REFUSED(GraphError, EMA({p, whole}), "EMA", "parameter 1 is not a floating leaf");
}

TEST_CASE("EMA: a state that does not fit changes nothing") {
  Tensor p = parameter({1});
  EMA ema({p}, {.decay = 0.5});
  rg::StateDict state;
  state.insert("updates", rg::full({}, 3.0));
  CHECK_THROWS_WITH_AS(ema.load_state_dict(state), doctest::Contains("average.0 is missing"),
                       rg::ValueError);
  state.insert("average.0", rg::ones({2}));
  CHECK_THROWS_AS(ema.load_state_dict(state), rg::ShapeError);
  rg::StateDict more = ema.state_dict();
  more.insert("average.1", rg::ones({1}));
  CHECK_THROWS_WITH_AS(ema.load_state_dict(more), doctest::Contains("unknown: average.1"),
                       rg::ValueError);
  rg::StateDict half;
  half.insert("updates", rg::full({}, 0.5));
  CHECK_THROWS_WITH_AS(ema.load_state_dict(half), doctest::Contains("a whole number, not 0.5"),
                       rg::ValueError);
  CHECK(ema.update_count() == 0);
  CHECK(ema.averages()[0].item<double>() == 1);
}
