// A training step in which an allocation fails: each one in turn. Convolutions run in the library's
// own loops: oneDNN 2.6 itself crashes where a single small request fails.
#include <doctest/doctest.h>

#include <cstdint>
#include <cstdio>
#include <string>
#include <typeinfo>
#include <vector>

#include <retrograd/retrograd.h>

#include "failing_malloc.h"

namespace rg = retrograd;
namespace nn = rg::nn;

namespace {

struct Net : nn::Module {
  nn::Conv2d conv1{1, 4, 3, {.padding = 1}};
  nn::BatchNorm2d norm{4};
  nn::Conv2d conv2{4, 8, 3};
  nn::Dropout dropout{0.1};
  nn::Linear linear{72, 3};
  nn::Members members() override {
    return {{"conv1", conv1},
            {"norm", norm},
            {"conv2", conv2},
            {"dropout", dropout},
            {"linear", linear}};
  }
  rg::Tensor forward(const rg::Tensor& images) override {
    const rg::Tensor x = rg::max_pool2d(rg::relu(norm(conv1(images))), 2);
    return linear(dropout(rg::flatten(rg::avg_pool2d(conv2(x), 2, {.stride = 1}), 1)));
  }
};

struct World {
  Net net;
  rg::optim::Adam optimizer{net.parameters(), {.lr = 1e-3}};

  void step(std::int64_t batch) {
    optimizer.zero_grad();
    const rg::Tensor images = rg::full({batch, 1, 12, 12}, 0.5);
    rg::cross_entropy(net(images), rg::zeros({batch}, {.dtype = rg::int64})).backward();
    optimizer.step();
  }
  std::vector<std::vector<float>> state() {
    std::vector<std::vector<float>> values;
    for (const rg::Tensor& parameter : net.parameters()) {
      values.push_back(parameter.to_vector<float>());
    }
    for (const auto& [name, tensor] : optimizer.state_dict()) {
      values.push_back(tensor.to_vector<float>());
    }
    return values;
  }
};

struct Outcome {
  bool failed = false;  // an allocation did
  bool threw = false;
  std::string wrong;  // with what it threw
};

// "conv2d: out of memory: 1234 bytes were asked for   at failing_step_test.cpp:42"
bool names_operator_and_line(const std::string& message) {
  const auto at = message.find(": out of memory: ");
  return at != std::string::npos && at > 0 && message.find(" bytes ", at) != std::string::npos &&
         message.find("   at failing_step_test.cpp:", at) != std::string::npos;
}

template <class F>
Outcome with_failure(long number, bool lasting, F&& f) {
  Outcome outcome;
  std::string message;
  try {
    const failing_malloc::Guard guard(number, lasting);
    f();
  } catch (const rg::OutOfMemory& error) {
    outcome.threw = true;
    outcome.wrong = names_operator_and_line(error.what()) ? "" : error.what();
  } catch (const std::exception& error) {
    outcome.threw = true;
    outcome.wrong = std::string(typeid(error).name()) + " " + error.what();
  }
  outcome.failed = failing_malloc::Guard::failed() > 0;
  return outcome;
}

class NoCache {
 public:
  NoCache() { rg::memory::set_cache_limit(0); }
  ~NoCache() { rg::memory::set_cache_limit(std::size_t{1} << 30); }
  NoCache(const NoCache&) = delete;
  NoCache& operator=(const NoCache&) = delete;
};

}  // namespace

TEST_CASE("out of memory: a training step throws OutOfMemory, changes nothing, and can go on") {
  const NoCache every_block_comes_from_malloc;
  for (const bool lasting : {false, true}) {
    World world;
    for (int i = 0; i < 3; ++i) {
      world.step(2);
    }
    const auto in_use = rg::memory::stats().in_use;
    long number = 1;
    long thrown = 0;
    for (;; ++number) {
      CAPTURE(lasting);
      CAPTURE(number);
      const auto before = world.state();
      const Outcome outcome = with_failure(number, lasting, [&] { world.step(2); });
      if (!outcome.failed) {
        break;
      }
      CHECK(outcome.wrong == "");
      thrown += outcome.threw;
      if (outcome.threw) {
        REQUIRE(world.state() == before);
      }
      REQUIRE_NOTHROW(world.step(2));
      REQUIRE(rg::memory::stats().in_use == in_use);
    }
    CHECK(number > 100);
    CHECK((thrown > 100 || !lasting));
  }
}

TEST_CASE("out of memory: the first step of an optimiser changes all parameters or none") {
  const NoCache every_block_comes_from_malloc;
  for (long number = 1;; ++number) {
    CAPTURE(number);
    World world;
    const rg::Tensor images = rg::full({2, 1, 12, 12}, 0.5);
    rg::sum(world.net(images)).backward();
    const auto before = world.state();
    const Outcome outcome = with_failure(number, true, [&] { world.optimizer.step(); });
    if (!outcome.failed) {
      CHECK(number > 10);
      break;
    }
    CHECK(outcome.wrong == "");
    REQUIRE(world.state() == before);
    world.optimizer.step();
    CHECK(world.state() != before);
  }
}

TEST_CASE("out of memory: saving and loading, by their own names") {
  const NoCache every_block_comes_from_malloc;
  World world;
  world.step(2);
  const std::string path = "failing_step.safetensors";
  const auto tries = [](const std::string& call, auto&& f) {
    for (long number = 1;; ++number) {
      CAPTURE(call);
      CAPTURE(number);
      try {
        const failing_malloc::Guard guard(number, false);
        f();
      } catch (const rg::OutOfMemory& error) {
        const std::string message = error.what();
        CAPTURE(message);
        CHECK(names_operator_and_line(message));
        CHECK((message.starts_with(call) || message.starts_with("to: ")));  // which converts
      }
      if (failing_malloc::Guard::failed() == 0) {
        CHECK(number > 10);
        break;
      }
    }
  };
  rg::StateDict state;  // containers of members() would be the program's own
  nn::Linear linear(2, 3);
  const rg::StateDict weights = linear.state_dict();
  tries("state_dict", [&] { state = world.optimizer.state_dict(); });
  tries("state_dict", [&] { linear.state_dict(); });
  tries("save", [&] { rg::save(state, path); });
  tries("load", [&] { rg::load(path); });
  tries("load_state_dict", [&] { world.optimizer.load_state_dict(state); });
  tries("load_state_dict", [&] { linear.load_state_dict(weights); });
  std::remove(path.c_str());
}

TEST_CASE("out of memory: the message names the operator, its backward and the bytes") {
  const rg::Tensor x = rg::full({2000}, 0.5, {.requires_grad = true});
  const rg::Tensor loss = rg::sum(rg::sigmoid(x));
  const NoCache every_block_comes_from_malloc;
  const auto message = [](auto&& f) -> std::string {
    for (long number = 1;; ++number) {
      try {
        const failing_malloc::Guard guard(number, true);
        f();
        return "no error";
      } catch (const rg::OutOfMemory& error) {
        if (error.bytes() >= 8000) {
          return error.what();
        }
      }
    }
  };
  const std::string forward = message([&] { rg::exp(x); });
  CHECK(forward.starts_with("exp: out of memory: 8064 bytes were asked for   at failing_step_"));
  CHECK(message([] { rg::randn({2000}); }).starts_with("randn: out of memory: 8064 bytes"));
  const std::string backward = message([&] { loss.backward(); });
  CHECK(backward.find("in the backward of sigmoid: out of memory: 8064 bytes") != backward.npos);
}

TEST_CASE("out of memory: texts of shapes, lines and tensors") {
  const rg::Tensor x = rg::full({3, 2}, 0.123456789, {.requires_grad = true});
  const rg::Tensor y = x * 1e-7;  // in scientific form, with a tape
  const rg::Shape shape{100'000, 200'000, 300'000};
  const rg::Where where = rg::Where::at("a_file_with_a_long_name.cpp", 1);
  const auto tries = [](auto&& f) {
    long number = 1;
    do {
      CAPTURE(number);
      try {
        const failing_malloc::Guard guard(number++, false);
        f();
      } catch (const rg::OutOfMemory&) {  // any other exception fails the test
      }
    } while (failing_malloc::Guard::failed() > 0);
    CHECK(number > 2);
  };
  tries([&] { rg::to_string(shape); });
  tries([&] { rg::to_string(where); });
  tries([&] { rg::to_string(y); });
}
