#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

#include <retrograd/retrograd.h>

namespace rg = retrograd;
using doctest::Contains;
using rg::Tensor;
using Values = std::vector<float>;

namespace {

// 0 to n - 1 in row-major order, in memory with the given strides.
Tensor counting(const rg::Shape& shape, const rg::Strides& strides) {
  Tensor x = rg::empty_strided(shape, strides, rg::float32);
  return x.copy_(rg::reshape(rg::arange(x.numel()), shape));
}

// The same (2, 3, 4) values under different strides and offsets.
std::vector<std::pair<std::string, Tensor>> layouts() {
  const Tensor plain = rg::reshape(rg::arange(24.0), {2, 3, 4});
  Tensor gaps = rg::zeros({2, 6, 4});
  Tensor every_second = rg::slice(gaps, 1, 1, {}, 2);
  every_second.copy_(plain);
  Tensor block = rg::zeros({2, 5, 6});
  Tensor middle = rg::slice(rg::slice(block, 1, 1, 4), 2, 2);
  middle.copy_(plain);
  return {{"contiguous", plain},
          {"channels-last", counting({2, 3, 4}, rg::channels_last_strides({2, 3, 4}))},
          {"column-major", counting({2, 3, 4}, {1, 2, 6})},
          {"every second row", every_second},
          {"middle of a block", middle},
          {"one of a stack", rg::select(rg::stack({plain * -1, plain}, 3), 3, 1)}};
}

}  // namespace

TEST_CASE("views: share storage and version counter with their base") {
  Tensor x = rg::zeros({2, 6});
  const std::pair<const char*, Tensor> views[] = {
      {"reshape", rg::reshape(x, {3, 4})},
      {"flatten", rg::flatten(x)},
      {"transpose", rg::transpose(x, 0, 1)},
      {"permute", rg::permute(x, {1, 0})},
      {"slice", rg::slice(x, 1, 1, 5, 2)},
      {"select", rg::select(x, 0, 1)},
      {"squeeze", rg::squeeze(x)},
      {"unsqueeze", rg::unsqueeze(x, 0)},
      {"expand", rg::expand(x, {3, 2, 6})},
      {"detach", x.detach()},
      {"slice of a slice", rg::slice(rg::slice(x, 1, 2), 1, 1)}};
  const auto before = x.version();
  x.fill_(1);
  CHECK(x.version() == before + 1);
  for (const auto& entry : views) {
    CAPTURE(entry.first);
    const Tensor& view = entry.second;
    CHECK(view.shares_memory_with(x));
    CHECK(view.version() == x.version());
    CHECK(view.to_vector<float>() == Values(static_cast<std::size_t>(view.numel()), 1));
  }
}

TEST_CASE("views: a write through one is seen by all") {
  Tensor x = rg::reshape(rg::arange(6.0), {2, 3});
  const Tensor across = rg::transpose(x, 0, 1);
  rg::select(x, 1, 1).fill_(9);
  CHECK(x.to_vector<float>() == Values{0, 9, 2, 3, 9, 5});
  CHECK(across.to_vector<float>() == Values{0, 3, 9, 9, 2, 5});
  CHECK(across.version() == x.version());
}

TEST_CASE("views: copies do not share") {
  const Tensor x = rg::ones({2, 3});
  CHECK_FALSE(x.clone().shares_memory_with(x));
  CHECK_FALSE(rg::transpose(x, 0, 1).contiguous().shares_memory_with(x));
  CHECK_FALSE(x.shares_memory_with(Tensor()));
  CHECK(x.contiguous().impl_or_null() == x.impl_or_null());
}

TEST_CASE("reshape: a view where the strides allow it, else a copy in logical order") {
  const Tensor x = rg::reshape(rg::arange(12.0), {3, 4});
  const Tensor rows = rg::slice(x, 0, 1);
  CHECK(rg::reshape(rows, {2, 2, 2}).shares_memory_with(x));
  CHECK(rg::reshape(rows, {-1}).to_vector<float>() == Values{4, 5, 6, 7, 8, 9, 10, 11});

  const Tensor columns = rg::slice(x, 1, 0, 2);
  CHECK(rg::reshape(columns, {3, 1, 2}).shares_memory_with(x));
  CHECK_FALSE(rg::reshape(columns, {6}).shares_memory_with(x));
  CHECK(rg::reshape(columns, {2, 3}).to_vector<float>() == Values{0, 1, 4, 5, 8, 9});

  const Tensor across = rg::transpose(x, 0, 1);
  CHECK(rg::reshape(across, {2, 6}).to_vector<float>() ==
        Values{0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11});
}

TEST_CASE("expand: repeats without memory of its own") {
  const Tensor x = rg::reshape(rg::arange(3.0), {3, 1});
  const Tensor wide = rg::expand(x, {2, -1, 2});
  CHECK(wide.strides() == rg::Strides{0, 1, 0});
  CHECK(wide.to_vector<float>() == Values{0, 0, 1, 1, 2, 2, 0, 0, 1, 1, 2, 2});
  CHECK_FALSE(wide.is_contiguous());
  CHECK(wide.clone().is_contiguous());
}

TEST_CASE("layout: strides of dimensions of length 1 do not matter") {
  const Tensor x = rg::transpose(rg::ones({1, 5}), 0, 1);
  CHECK(x.strides() == rg::Strides{1, 5});
  CHECK(x.is_contiguous());
  CHECK(rg::empty_strided({2, 3, 1, 1}, {3, 1, 7, 9}, rg::float32).is_channels_last());
}

TEST_CASE("channels-last: strides, and the order of values in memory") {
  CHECK(rg::channels_last_strides({2, 3, 4, 5}) == rg::Strides{60, 1, 15, 3});
  CHECK(rg::channels_last_strides({2, 3, 4}) == rg::Strides{12, 1, 3});
  CHECK(rg::channels_last_strides({2, 3}) == rg::Strides{3, 1});
  CHECK(rg::channels_last_strides({0, 3, 0, 2}) == rg::Strides{6, 1, 6, 3});
  CHECK(rg::channels_last_strides({2, 0, 3, 4}) == rg::Strides{12, 1, 4, 1});
  const Tensor x = counting({1, 2, 1, 3}, rg::channels_last_strides({1, 2, 1, 3}));
  CHECK(x.is_channels_last());
  CHECK_FALSE(x.is_contiguous());
  CHECK(x.to_vector<float>() == Values{0, 1, 2, 3, 4, 5});
  CHECK(Values(x.raw<float>(), x.raw<float>() + 6) == Values{0, 3, 1, 4, 2, 5});
  CHECK(x.clone().is_channels_last());
  CHECK_FALSE(rg::ones({2, 3, 4, 5}).is_channels_last());
  CHECK_FALSE(rg::ones({2, 3}).is_channels_last());
}

TEST_CASE("layout: reading is in logical order whatever the strides") {
  const Tensor plain = rg::reshape(rg::arange(24.0), {2, 3, 4});
  for (const auto& entry : layouts()) {
    CAPTURE(entry.first);
    const Tensor& x = entry.second;
    CHECK(x.is_contiguous() == (entry.first == "contiguous"));
    CHECK(x.to_vector<float>() == plain.to_vector<float>());
    CHECK(x.at({1, 2, -1}) == 23);
    CHECK(rg::to_string(x) == rg::to_string(plain));
    const Tensor copy = x.contiguous();
    CHECK(Values(copy.data<float>(), copy.data<float>() + 24) == plain.to_vector<float>());
    CHECK(x.clone().to_vector<float>() == plain.to_vector<float>());
    CHECK(x.to(rg::int64).to_vector<float>() == plain.to_vector<float>());
    CHECK(rg::reshape(x, {4, 6}).to_vector<float>() == plain.to_vector<float>());
  }
}

TEST_CASE("data: refuses a tensor that is not contiguous and names contiguous()") {
  for (const auto& entry : layouts()) {
    if (entry.first != "contiguous") {
      CAPTURE(entry.first);
      CHECK_THROWS_WITH_AS(entry.second.data<float>(), Contains("call contiguous() first"),
                           rg::ShapeError);
    }
  }
  CHECK_THROWS_WITH_AS(counting({2, 3}, {1, 2}).data<float>(), Contains("strides [1, 2]"),
                       rg::ShapeError);
}

TEST_CASE("data: refuses another dtype and undefined tensors, and starts at the offset") {
  const Tensor x = rg::arange(6.0);
  CHECK_THROWS_WITH_AS(x.data<double>(), Contains("asked for float64 memory; convert with to()"),
                       rg::DTypeError);
  CHECK_THROWS_WITH_AS(Tensor().data<float>(), Contains("the tensor is undefined"), rg::GraphError);
  CHECK(*rg::slice(x, 0, 4).data<float>() == 4);
}
