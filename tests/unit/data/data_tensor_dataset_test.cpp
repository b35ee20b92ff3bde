#include <cstdint>
#include <vector>

#include <doctest/doctest.h>

#include <retrograd/data/data.h>
#include <retrograd/tensor/creation.h>

#include "unit/io_temp_files.h"

namespace rg = retrograd;

namespace {

using Values = std::vector<std::int64_t>;

// Sample i has the image {2i, 2i + 1} and the label i.
rg::TensorDataset counting(std::int64_t count) {
  const rg::Tensor images = rg::arange(2 * count, {.dtype = rg::float32});
  return {rg::view_of(images, {count, 1, 2}, {2, 2, 1}, 0), rg::arange(count)};
}

}  // namespace

TEST_CASE("TensorDataset: get copies rows in the order asked for") {
  const rg::TensorDataset data = counting(5);
  CHECK(data.size() == 5);
  const Values indices = {4, 0, 4};
  const auto [images, labels] = data.get(indices);
  CHECK(images.shape() == rg::Shape{3, 1, 2});
  CHECK(images.is_contiguous());
  CHECK_FALSE(images.shares_memory_with(data.images()));
  CHECK(images.to_vector<float>() == std::vector<float>{8, 9, 0, 1, 8, 9});
  CHECK(labels.to_vector<std::int64_t>() == indices);
  CHECK(data.get(Values{}).inputs.shape() == rg::Shape{0, 1, 2});
}

TEST_CASE("TensorDataset: images of any strides, labels of any shape") {
  const rg::Tensor base = rg::arange(6, {.dtype = rg::float64});
  const rg::TensorDataset data(rg::view_of(base, {3, 2}, {1, 3}, 0),
                               rg::view_of(base, {3, 1, 1}, {2, 1, 1}, 1));
  const Values indices = {2, 1};
  CHECK(data.get(indices).inputs.to_vector<double>() == std::vector<double>{2, 5, 1, 4});
  CHECK(data.get(indices).targets.to_vector<double>() == std::vector<double>{5, 3});
  const rg::TensorDataset empty_rows(rg::zeros({2, 0}), rg::zeros({2}));
  CHECK(empty_rows.get(Values{1, 1, 1}).inputs.shape() == rg::Shape{3, 0});
}

TEST_CASE("TensorDataset: slices share memory") {
  const rg::TensorDataset part = counting(10).slice(3, 7);
  CHECK(part.size() == 4);
  CHECK(part.get(Values{0, 3}).targets.to_vector<std::int64_t>() == Values{3, 6});
  CHECK(part.slice(1, 2).get(Values{0}).inputs.to_vector<float>() == std::vector<float>{8, 9});
  CHECK(part.images().shares_memory_with(part.slice(4, 4).images()));
}

TEST_CASE("TensorDataset: errors") {
  const rg::TensorDataset data = counting(3);
  test::check_contains(test::message_of<rg::IndexError>([&] {
                         data.get(Values{0, 3});
                       }),
                       "TensorDataset::get: sample 3 of 3   at data_tensor_dataset_test.cpp:");
  test::check_contains(test::message_of<rg::IndexError>([&] { data.get(Values{-1}); }),
                       "sample -1 of 3");
  test::check_contains(test::message_of<rg::IndexError>([&] { data.slice(2, 1); }),
                       "samples 2 to 1 of 3");
  test::check_contains(test::message_of<rg::IndexError>([&] { data.slice(0, 4); }), "0 to 4 of 3");
  test::check_contains(
      test::message_of<rg::ShapeError>([&] { rg::TensorDataset(rg::zeros({3}), rg::zeros({4})); }),
      "all tensors need as many samples");
  test::check_contains(
      test::message_of<rg::ShapeError>([&] { rg::TensorDataset(rg::zeros({3}), rg::zeros({})); }),
      "the first dimension must count the samples");
}

TEST_CASE("TensorDataset: one tensor, or more than two") {
  const rg::TensorDataset one({rg::arange(4)});
  CHECK_FALSE(one.labels().defined());
  CHECK(one.get(2).size() == 1);
  const rg::Batch inputs = one.get(Values{3, 1});
  CHECK(inputs.size() == 1);
  CHECK(inputs[0].to_vector<std::int64_t>() == Values{3, 1});
  CHECK_FALSE(inputs.targets.defined());

  const rg::TensorDataset three({rg::arange(4), rg::arange(4, 8), rg::zeros({4, 2, 2})});
  CHECK(three.tensors().size() == 3);
  const rg::Batch batch = three.slice(1, 3).get(Values{1});
  CHECK(batch.size() == 3);
  CHECK(batch[1].to_vector<std::int64_t>() == Values{6});
  CHECK(batch[2].shape() == rg::Shape{1, 2, 2});

  CHECK_THROWS_AS(rg::TensorDataset(std::vector<rg::Tensor>()), rg::ValueError);
  test::check_contains(test::message_of<rg::ShapeError>([] {
                         rg::TensorDataset({rg::zeros({2}), rg::zeros({2}), rg::zeros({3})});
                       }),
                       "all tensors need as many samples");
}

TEST_CASE("TensorDataset: a sample is a copy without the first dimension") {
  const rg::TensorDataset data = counting(3);
  const rg::Sample sample = data.get(2);
  CHECK(sample[0].shape() == rg::Shape{1, 2});
  CHECK(sample[0].to_vector<float>() == std::vector<float>{4, 5});
  CHECK(sample[1].dim() == 0);
  CHECK_FALSE(sample[0].shares_memory_with(data.images()));
  CHECK_THROWS_AS(data.get(3), rg::IndexError);
  CHECK_THROWS_AS(data.get(-1), rg::IndexError);
}
