#include <cstdint>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include <retrograd/retrograd.h>

namespace rg = retrograd;

namespace {

std::vector<float> three() {
  return rg::rand({3}).to_vector<float>();
}

}  // namespace

TEST_CASE("GeneratorGuard: functions without a generator draw from the innermost guard's") {
  rg::Generator& whole = rg::default_generator();
  const auto before = whole.state();
  rg::Generator outer(5);
  rg::Generator inner(6);
  rg::Generator same(5);
  {
    const rg::GeneratorGuard guard(outer);
    CHECK(&rg::default_generator() == &outer);
    CHECK(three() == rg::rand({3}, {}, same).to_vector<float>());
    {
      const rg::GeneratorGuard nested(inner);
      CHECK(&rg::default_generator() == &inner);
      three();
    }
    CHECK(inner.state() == rg::Generator::State{6, 3});
    CHECK(&rg::default_generator() == &outer);
    CHECK(three() == rg::rand({3}, {}, same).to_vector<float>());
    rg::manual_seed(9);
    CHECK(outer.state() == rg::Generator::State{9, 0});
  }
  CHECK(&rg::default_generator() == &whole);
  CHECK(whole.state() == before);
}

TEST_CASE("GeneratorGuard: holds in its own thread alone, and ends with an exception") {
  rg::Generator& whole = rg::default_generator();
  rg::Generator own(1);
  try {
    const rg::GeneratorGuard guard(own);
    std::thread([&] { CHECK(&rg::default_generator() == &whole); }).join();
    throw 1;
  } catch (int) {
    CHECK(&rg::default_generator() == &whole);
  }
}
