#include <doctest/doctest.h>

#include <cmath>
#include <functional>
#include <string>
#include <thread>

#include <retrograd/retrograd.h>

using namespace retrograd;

namespace {

std::string message_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const GraphError& error) {
    return error.what();
  }
  return "nothing was thrown";
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("anomalies: the first operator forward, with the element and the line") {
  const Tensor x = tensor({{1.0, 2.0}, {3.0, -1.0}});
  const DetectAnomalyGuard detect;
  const int line = __LINE__ + 1;
  const std::string nan = message_of([&] { static_cast<void>(log(x) * 2.0); });
  CHECK(has(nan, "log: made nan at [1, 1]"));
  CHECK(has(nan, "autograd_anomaly_test.cpp:" + std::to_string(line)));
  CHECK(has(nan, "float32 [2, 2]"));
  const std::string infinity = message_of([&] { static_cast<void>(x / 0.0); });
  CHECK(has(infinity, "div: made an infinity at [0, 0]"));
}

TEST_CASE("anomalies: what was not finite before is not reported") {
  const Tensor x = tensor({NAN, 1.0});
  const DetectAnomalyGuard detect;
  CHECK(std::isnan((x * 2.0).at({0})));
  CHECK(sum(x).dtype() == float32);
}

TEST_CASE("anomalies: backward, named by the forward operator and its line") {
  const Tensor x = tensor({4.0, 0.0}, {.requires_grad = true});
  const DetectAnomalyGuard detect;
  const int line = __LINE__ + 1;
  const Tensor root = sqrt(x);
  const Tensor loss = sum(root * 3.0);
  const std::string message = message_of([&] { loss.backward(); });
  CHECK(has(message, "sqrt: its backward made an infinity at [1]"));
  CHECK(has(message, "autograd_anomaly_test.cpp:" + std::to_string(line)));
}

TEST_CASE("anomalies: only while a guard is alive, and only in its thread") {
  const Tensor x = tensor({-1.0});
  CHECK_FALSE(anomaly_detection_enabled());
  {
    const DetectAnomalyGuard detect;
    CHECK(anomaly_detection_enabled());
    {
      const DetectAnomalyGuard off(false);
      CHECK(std::isnan(log(x).item<float>()));
    }
    CHECK_THROWS_AS(log(x), GraphError);
    bool elsewhere = true;
    std::thread([&] { elsewhere = anomaly_detection_enabled(); }).join();
    CHECK_FALSE(elsewhere);
  }
  CHECK(std::isnan(log(x).item<float>()));
}
