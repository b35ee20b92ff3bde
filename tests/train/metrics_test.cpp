// Metrics that take batches, compared with scikit-learn's on the whole
// (tests/golden/make_metrics.py).
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <retrograd/retrograd.h>
#include <retrograd/train/metrics.h>

#include "test_paths.h"
#include "unit/io_temp_files.h"

namespace rg = retrograd;
namespace train = retrograd::train;
using train::Average;

namespace {

const rg::StateDict& golden() {
  static const rg::StateDict all = rg::load(RETROGRAD_TEST_GOLDEN "/metrics.safetensors");
  return all;
}

double number(const std::string& name) {
  return golden().at(name).item<double>();
}

// Calls update() with pieces of the first dimension.
template <class Metric>
void update_in_pieces(Metric& metric, const rg::Tensor& scores, const rg::Tensor& labels,
                      std::int64_t size) {
  for (std::int64_t i = 0; i < labels.size(0); i += size) {
    const std::int64_t count = std::min(size, labels.size(0) - i);
    metric.update(rg::narrow(scores, 0, i, count), rg::narrow(labels, 0, i, count));
  }
}

void check_means(const train::ConfusionMatrix& matrix, const std::string& name) {
  CAPTURE(name);
  CHECK(matrix.accuracy() == doctest::Approx(number(name + ".accuracy")).epsilon(1e-12));
  for (const bool weighted : {false, true}) {
    const std::string end = weighted ? ".weighted" : ".macro";
    const Average average = weighted ? Average::weighted : Average::macro;
    const auto near = [&](const char* metric) {
      return doctest::Approx(number(name + metric + end)).epsilon(1e-12);
    };
    CHECK(matrix.mean_f1(average) == near(".f1"));
    CHECK(matrix.mean_iou(average) == near(".iou"));
    CHECK(matrix.mean(matrix.precision(), average) == near(".precision"));
    CHECK(matrix.mean(matrix.recall(), average) == near(".recall"));
  }
}

}  // namespace

TEST_CASE("metrics: equal to scikit-learn's on random scores") {
  const rg::Tensor& scores = golden().at("many.scores");
  const rg::Tensor& labels = golden().at("many.labels");
  for (const int k : {1, 2, 3, 5}) {
    train::Accuracy accuracy(k);
    update_in_pieces(accuracy, scores, labels, 64);
    CHECK(accuracy.count() == 300);
    CHECK(accuracy.value() == number("many.top" + std::to_string(k)));
  }
  train::ConfusionMatrix matrix(7);
  update_in_pieces(matrix, scores, labels, 64);
  CHECK(matrix.counts().to_vector<std::int64_t>() ==
        golden().at("many.counts").to_vector<std::int64_t>());
  check_means(matrix, "many");
  train::AUROC auroc;
  update_in_pieces(auroc, golden().at("many.shares"), labels, 64);
  CHECK(auroc.value() == doctest::Approx(number("many.auroc")).epsilon(1e-12));
  train::AUROC binary;
  update_in_pieces(binary, golden().at("binary.scores"), golden().at("binary.labels"), 7);
  CHECK(binary.value() == doctest::Approx(number("binary.auroc")).epsilon(1e-12));
}

TEST_CASE("metrics: classes that are not there, and labels that do not count, as scikit-learn") {
  train::ConfusionMatrix rare(6);
  rare.update(golden().at("rare.guesses"), golden().at("rare.labels"));
  check_means(rare, "rare");
  CHECK(std::isnan(rare.f1()[3]));
  CHECK(rare.precision()[1] > 0);
  train::ConfusionMatrix image(5, 255);
  update_in_pieces(image, golden().at("image.scores"), golden().at("image.labels"), 3);
  check_means(image, "image");
}

TEST_CASE("metrics: layouts, dtypes, ties and dimensions behind the classes") {
  const rg::Tensor scores = rg::tensor({{0.5, 0.5, 0.1}, {0.1, 0.2, 0.2}}, {.dtype = rg::bfloat16});
  const rg::Tensor labels = rg::tensor({1, 2});
  train::Accuracy first;
  first.update(scores, labels);
  CHECK(first.value() == 0);  // of equal scores, the first is the highest
  train::Accuracy two(2);
  two.update(scores, labels);
  CHECK(two.value() == 1);
  train::Accuracy columns(2);
  columns.update(rg::permute(rg::unsqueeze(scores, 0), {0, 2, 1}), rg::unsqueeze(labels, 0));
  CHECK(columns.value() == 1);
  CHECK(columns.count() == 2);
  train::Accuracy nan(2);
  nan.update(rg::full({1, 3}, std::numeric_limits<double>::quiet_NaN()), rg::tensor({0}));
  CHECK(nan.value() == 0);
}

TEST_CASE("metrics: without samples") {
  train::Accuracy accuracy;
  accuracy.update(rg::zeros({0, 3}), rg::zeros({0}, {.dtype = rg::int64}));
  accuracy.update(rg::zeros({2, 3, 0}), rg::zeros({2, 0}, {.dtype = rg::int64}));
  CHECK(std::isnan(accuracy.value()));
  train::ConfusionMatrix matrix(2);
  matrix.update(rg::zeros({0, 2}), rg::zeros({0}, {.dtype = rg::int64}));
  CHECK(std::isnan(matrix.accuracy()));
  CHECK(std::isnan(matrix.mean_iou()));
  train::AUROC auroc;
  CHECK(std::isnan(auroc.value()));
  auroc.update(rg::zeros({2}), rg::tensor({1, 1}));
  CHECK(std::isnan(auroc.value()));
  auroc.update(rg::zeros({2}), rg::tensor({0, 0}));
  CHECK(auroc.value() == 0.5);
  auroc.reset();
  CHECK(std::isnan(auroc.value()));
}

TEST_CASE("metrics: what does not fit is refused, and adds no sample") {
  train::Accuracy accuracy;
  const rg::Tensor labels = rg::tensor({0, 1});
  CHECK_THROWS_AS(accuracy.update(rg::zeros({3, 2}), labels), rg::ShapeError);
  CHECK_THROWS_AS(accuracy.update(rg::zeros({2}), labels), rg::ShapeError);
  CHECK_THROWS_AS(accuracy.update(rg::zeros({2, 2}), rg::zeros({2})), rg::DTypeError);
  test::check_contains(
      test::message_of<rg::IndexError>([&] {
        accuracy.update(rg::zeros({2, 1}), labels);
      }),
      "Accuracy::update: a label is 1, and there are 1 classes   at metrics_test.cpp:");
  CHECK(accuracy.count() == 0);
  CHECK_THROWS_AS(train::Accuracy(0), rg::ValueError);
  train::ConfusionMatrix matrix(2);
  CHECK_THROWS_AS(matrix.update(rg::tensor({0, 2}), labels), rg::IndexError);
  CHECK_THROWS_AS(matrix.update(rg::tensor({0}), labels), rg::ShapeError);
  CHECK(rg::sum(matrix.counts()).item<std::int64_t>() == 0);
  CHECK_THROWS_AS(train::ConfusionMatrix(0), rg::ValueError);
  train::AUROC auroc;
  CHECK_THROWS_AS(auroc.update(rg::full({2}, std::nan("")), labels), rg::ValueError);
  CHECK_THROWS_AS(auroc.update(rg::zeros({3}), labels), rg::ShapeError);
  CHECK_THROWS_AS(auroc.update(rg::zeros({2}), rg::tensor({0, 2})), rg::IndexError);
  auroc.update(rg::zeros({2, 3}), labels);
  CHECK_THROWS_AS(auroc.update(rg::zeros({2, 4}), labels), rg::ShapeError);
}
