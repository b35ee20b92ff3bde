#include <cmath>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <retrograd/io/safetensors.h>
#include <retrograd/tensor/creation.h>
#include <retrograd/tensor/dispatch.h>

#include "unit/io_temp_files.h"

namespace rg = retrograd;
using test::TempFolder;

namespace {

constexpr rg::DType kDTypes[] = {rg::float32, rg::float64, rg::bfloat16,
                                 rg::int64,   rg::uint8,   rg::boolean};

// A tensor of random bytes, which are also NaNs and denormals where the dtype has them.
rg::Tensor random_tensor(const rg::Shape& shape, rg::DType dtype, std::uint64_t seed) {
  rg::Tensor tensor = rg::empty_tensor(shape, dtype);
  const auto bytes = static_cast<std::size_t>(tensor.numel()) * rg::item_size(dtype);
  for (std::size_t i = 0; i < bytes; ++i) {
    const std::uint64_t bits = rg::random_bits({seed, 0}, i);
    tensor.raw<std::uint8_t>()[i] =
        static_cast<std::uint8_t>(dtype == rg::boolean ? bits & 1U : bits & 255U);
  }
  return tensor;
}

bool same(const rg::Tensor& a, const rg::Tensor& b) {
  return a.dtype() == b.dtype() && a.shape() == b.shape() && a.is_contiguous() &&
         b.is_contiguous() &&
         std::memcmp(a.raw<std::uint8_t>(), b.raw<std::uint8_t>(),
                     static_cast<std::size_t>(a.numel()) * rg::item_size(a.dtype())) == 0;
}

}  // namespace

TEST_CASE("safetensors: every dtype and rank comes back bit for bit") {
  const TempFolder folder;
  const std::string path = folder.file("all.safetensors");
  const std::vector<rg::Shape> shapes = {{},
                                         {5},
                                         {2, 3},
                                         {2, 1, 3},
                                         {1, 2, 3, 2},
                                         {2, 1, 2, 1, 3},
                                         {1, 2, 1, 3, 2, 1},
                                         {0},
                                         {3, 0},
                                         {0, 0, 2},
                                         {1, 1, 1, 1, 1, 1, 1, 1}};
  rg::StateDict state;
  for (const rg::DType dtype : kDTypes) {
    for (const rg::Shape& shape : shapes) {
      state.insert(std::string(rg::name(dtype)) + rg::to_string(shape),
                   random_tensor(shape, dtype, state.size()));
    }
  }
  for (const bool checksum : {true, false}) {
    rg::save(state, path, {.checksum = checksum});
    const rg::StateDict loaded = rg::load(path);
    CHECK(loaded.size() == state.size());
    for (const auto& entry : state) {
      INFO(entry.first);
      CHECK(same(entry.second, loaded.at(entry.first)));
      CHECK_FALSE(loaded.at(entry.first).requires_grad());
    }
  }
  // The only value of a file, too.
  for (const char* name : {"float32[]", "bfloat16[5]", "int64[3, 0]", "boolean[2, 3]"}) {
    rg::StateDict one;
    one.insert(name, state.at(name));
    rg::save(one, path);
    CHECK(same(state.at(name), rg::load(path).at(name)));
  }
}

TEST_CASE("safetensors: an empty state dict is a file too") {
  const TempFolder folder;
  const std::string path = folder.file("empty.safetensors");
  rg::save({}, path, {.checksum = false});
  CHECK(test::read_file(path) == test::safetensors("{}      "));
  CHECK(rg::load(path).empty());
  rg::save({}, path);
  CHECK(rg::load(path).empty());
}

TEST_CASE("safetensors: values are written row-major whatever the strides") {
  const TempFolder folder;
  const std::string path = folder.file("strided.safetensors");
  const rg::Tensor base = rg::arange(24, {.dtype = rg::float32});
  rg::StateDict state;
  state.insert("transposed", rg::view_of(base, {6, 4}, {1, 6}, 0));
  state.insert("expanded", rg::view_of(base, {3, 2}, {0, 1}, 5));
  state.insert("sliced", rg::view_of(base, {2, 3}, {8, 2}, 1));
  state.insert("offset", rg::view_of(base, {4}, {1}, 20));
  rg::Tensor image =
      rg::empty_strided({2, 3, 2, 2}, rg::channels_last_strides({2, 3, 2, 2}), rg::float64);
  for (int i = 0; i < 24; ++i) {
    image.raw<double>()[i] = i;
  }
  state.insert("channels_last", image);
  rg::save(state, path);
  const rg::StateDict loaded = rg::load(path);
  for (const auto& entry : state) {
    INFO(entry.first);
    CHECK(loaded.at(entry.first).is_contiguous());
    CHECK(loaded.at(entry.first).to_vector<double>() == entry.second.to_vector<double>());
  }
  CHECK(loaded.at("sliced").to_vector<float>() == std::vector<float>{1, 3, 5, 9, 11, 13});
}

TEST_CASE("safetensors: large strided tensors pass through the buffer in pieces") {
  const TempFolder folder;
  const std::string path = folder.file("large.safetensors");
  const rg::Tensor values = random_tensor({301, 700}, rg::bfloat16, 7);
  rg::StateDict state;
  state.insert("rows", values);
  state.insert("columns", rg::view_of(values, {700, 301}, {1, 700}, 0));
  rg::save(state, path);
  const rg::StateDict loaded = rg::load(path);
  CHECK(same(values, loaded.at("rows")));
  bool equal = true;
  for (std::int64_t r = 0; r < 301; ++r) {
    for (std::int64_t c = 0; c < 700; ++c) {
      equal = equal && loaded.at("columns").raw<std::uint16_t>()[c * 301 + r] ==
                           values.raw<std::uint16_t>()[r * 700 + c];
    }
  }
  CHECK(equal);
}

TEST_CASE("safetensors: large items come first, then names decide; the values are aligned") {
  const TempFolder folder;
  const std::string path = folder.file("order.safetensors");
  rg::StateDict state;
  state.insert("z", rg::zeros({3}, {.dtype = rg::uint8}));
  state.insert("b", rg::ones({1}, {.dtype = rg::float32}));
  state.insert("a", rg::zeros({3}, {.dtype = rg::bfloat16}));
  state.insert("y", rg::zeros({}, {.dtype = rg::int64}));
  state.insert("x", rg::zeros({1}, {.dtype = rg::float64}));
  rg::save(state, path, {.checksum = false});
  const std::string header = R"({"x":{"dtype":"F64","shape":[1],"data_offsets":[0,8]},)"
                             R"("y":{"dtype":"I64","shape":[],"data_offsets":[8,16]},)"
                             R"("b":{"dtype":"F32","shape":[1],"data_offsets":[16,20]},)"
                             R"("a":{"dtype":"BF16","shape":[3],"data_offsets":[20,26]},)"
                             R"("z":{"dtype":"U8","shape":[3],"data_offsets":[26,29]}})";
  const std::string padded = header + std::string((8 - header.size() % 8) % 8, ' ');
  const std::string one("\0\0\x80\x3f", 4);
  CHECK(test::read_file(path) ==
        test::safetensors(padded, std::string(16, '\0') + one + std::string(9, '\0')));
  std::string names;
  for (const auto& [name, tensor] : rg::load(path)) {
    names += name;
  }
  CHECK(names == "xybaz");
}

TEST_CASE("safetensors: any UTF-8 text is a name") {
  const TempFolder folder;
  const std::string path = folder.file("names.safetensors");
  rg::StateDict state;
  for (const std::string& name :
       {std::string(), std::string("nul\0inside", 10), std::string("quote\" back\\slash\n\t"),
        std::string("\xf0\x9f\x99\x82 \xc3\xbc"), std::string("../../etc/passwd"),
        std::string("retrograd.crc32"), std::string(100'000, 'n')}) {
    state.insert(name, rg::full({1}, static_cast<std::int64_t>(state.size())));
  }
  rg::save(state, path);
  const rg::StateDict loaded = rg::load(path);
  CHECK(loaded.size() == state.size());
  for (const auto& [name, tensor] : state) {
    CHECK(loaded.at(name).item<int>() == tensor.item<int>());
  }
}

TEST_CASE("safetensors: names and metadata that cannot be written") {
  const TempFolder folder;
  const std::string path = folder.file("refused.safetensors");
  const auto message = [&](const std::string& name, const rg::SaveOptions& options) {
    rg::StateDict state;
    state.insert(name, rg::zeros({1}));
    return test::message_of<rg::ValueError>([&] { rg::save(state, path, options); });
  };
  test::check_contains(message("__metadata__", {}), "no tensor can be named '__metadata__'");
  test::check_contains(message("bad\xff", {}), "is not UTF-8");
  test::check_contains(message("a", {.metadata = {{"k", "\xc3"}}}), "is not UTF-8");
  test::check_contains(message("a", {.metadata = {{"retrograd.x", "1"}}}),
                       "begins with 'retrograd.'");
  CHECK(folder.count() == 0);
}

TEST_CASE("safetensors: metadata comes back, with and without tensors") {
  const TempFolder folder;
  const std::string path = folder.file("metadata.safetensors");
  const rg::Metadata metadata = {{"format", "pt"},
                                 {"", "empty key"},
                                 {"note", "a \"b\"\n\xc3\xa9"},
                                 {"x\"retrograd.crc32", "confusing"}};
  for (const bool checksum : {true, false}) {
    rg::StateDict state;
    rg::save(state, path, {.metadata = metadata, .checksum = checksum});
    CHECK(rg::load_metadata(path) == metadata);
    state.insert("a", rg::zeros({2, 2}));
    rg::save(state, path, {.metadata = metadata, .checksum = checksum});
    CHECK(rg::load_metadata(path) == metadata);
    CHECK(rg::load(path).size() == 1);
  }
  rg::save({}, path);
  CHECK(rg::load_metadata(path).empty());
}
