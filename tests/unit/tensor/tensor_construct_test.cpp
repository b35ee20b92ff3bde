// Tensors made without operators: what does not fit is refused.
#include <doctest/doctest.h>

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include <retrograd/retrograd.h>

namespace rg = retrograd;
using doctest::Contains;

TEST_CASE("view_of: every element must lie in the storage") {
  const rg::Tensor x = rg::arange(24, {.dtype = rg::float32});
  CHECK(rg::view_of(x, {4, 6}, {6, 1}, 0).at({3, 5}) == 23);
  CHECK(rg::view_of(x, {3}, {-8}, 23).to_vector<float>() == std::vector{23.0F, 15.0F, 7.0F});
  CHECK(rg::view_of(x, {5, 1000}, {1, 0}, 19).at({4, 999}) == 23);
  CHECK(rg::view_of(x, {0, 3}, {3, 1}, 24).numel() == 0);
  CHECK_THROWS_WITH_AS(rg::view_of(x, {4, 6}, {6, 1}, 1),
                       Contains("view_of: shape [4, 6] with strides [6, 1] from element 1 leaves a "
                                "storage of 24 elements   at tensor_construct_test.cpp:"),
                       rg::ShapeError);
  for (const std::int64_t offset : {std::int64_t{-1}, std::numeric_limits<std::int64_t>::min(),
                                    std::numeric_limits<std::int64_t>::max()}) {
    CHECK_THROWS_AS(rg::view_of(x, {1}, {1}, offset), rg::ShapeError);
    CHECK_THROWS_AS(rg::view_of(x, {2, 2}, {std::int64_t{1} << 62, 1}, offset), rg::ShapeError);
  }
  CHECK_THROWS_AS(rg::view_of(x, {0}, {1}, -1), rg::ShapeError);
  CHECK_THROWS_AS(rg::view_of(x, {3}, {-8}, 15), rg::ShapeError);
  CHECK_THROWS_AS(rg::view_of(x, {3}, {std::numeric_limits<std::int64_t>::max()}, 2),
                  rg::ShapeError);
  CHECK_THROWS_WITH_AS(rg::view_of(x, {-2}, {1}, 0), Contains("negative size in shape [-2]"),
                       rg::ShapeError);
  CHECK_THROWS_WITH_AS(rg::view_of(x, {2, 3}, {1}, 0), Contains("strides [1] do not fit shape"),
                       rg::ShapeError);
  CHECK_THROWS_AS(rg::view_of(rg::Tensor(), {1}, {1}, 0), rg::GraphError);
}

TEST_CASE("view_of: the offset counts from the start of the storage, not of the tensor") {
  const rg::Tensor x = rg::arange(10);
  const rg::Tensor rest = rg::slice(x, 0, 4, 10);
  CHECK(rg::view_of(rest, {2}, {1}, 0).to_vector<std::int64_t>() ==
        std::vector<std::int64_t>{0, 1});
  CHECK_THROWS_AS(rg::view_of(rest, {6}, {1}, 5), rg::ShapeError);
}

TEST_CASE("empty_strided: elements neither overlap nor leave gaps") {
  CHECK(rg::empty_strided({2, 3, 4}, {12, 1, 3}, rg::float32).impl().storage->bytes == 96);
  CHECK(rg::empty_strided({1, 3}, {77, 1}, rg::float32).numel() == 3);
  CHECK(rg::empty_strided({0, 3}, {1, 1}, rg::float32).numel() == 0);
  CHECK_THROWS_WITH_AS(rg::empty_strided({2, 3}, {6, 2}, rg::float32),
                       Contains("empty_strided: strides [6, 2] make elements of shape [2, 3] "
                                "overlap or leave gaps   at tensor_construct_test.cpp:"),
                       rg::ShapeError);
  for (const rg::Strides& strides : {rg::Strides{0, 1}, rg::Strides{2, 1}, rg::Strides{-3, 1},
                                     rg::Strides{3, -1}, rg::Strides{4, 1}}) {
    CHECK_THROWS_AS(rg::empty_strided({2, 3}, strides, rg::float32), rg::ShapeError);
  }
  CHECK_THROWS_AS(rg::empty_strided({2, 3}, {1}, rg::float32), rg::ShapeError);
  CHECK_THROWS_AS(rg::empty_strided({2, -3}, {3, 1}, rg::float32), rg::ShapeError);
}

TEST_CASE("set_num_threads: counts out of range are refused with the value and the line") {
  const int before = rg::get_num_threads();
  for (const int count : {0, -1, rg::kMostThreads + 1, 1'000'000'000}) {
    CHECK_THROWS_WITH_AS(rg::set_num_threads(count),
                         Contains(("set_num_threads: " + std::to_string(count) +
                                   " threads; at least 1 is needed, and at most 1024   at "
                                   "tensor_construct_test.cpp:")
                                      .c_str()),
                         rg::ValueError);
  }
  CHECK(rg::get_num_threads() == before);
}
