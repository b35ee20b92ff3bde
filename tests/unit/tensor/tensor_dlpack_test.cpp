// DLPack within C++: layouts, owners, and structures that are refused.
#include <array>
#include <cstdint>
#include <vector>

#include <doctest/doctest.h>

#include <retrograd/ops/ops.h>
#include <retrograd/tensor/creation.h>
#include <retrograd/tensor/dlpack.h>

#include "unit/io_temp_files.h"

namespace rg = retrograd;
using test::check_contains;
using test::message_of;

namespace {

// A structure of another library, which counts how often it is released.
template <class Managed>
struct Foreign {
  std::array<float, 6> values{0, 1, 2, 3, 4, 5};
  std::array<std::int64_t, 9> shape{2, 3, 1, 1, 1, 1, 1, 1, 1};
  std::array<std::int64_t, 9> strides{3, 1, 1, 1, 1, 1, 1, 1, 1};
  int released = 0;
  Managed managed = {};

  Foreign() {
    managed.manager_ctx = this;
    managed.deleter = [](Managed* self) { ++static_cast<Foreign*>(self->manager_ctx)->released; };
    managed.dl_tensor = {values.data(), {1, 0}, 2, {2, 32, 1}, shape.data(), strides.data(), 0};
  }
};
using Plain = Foreign<rg::dlpack::DLManagedTensor>;
using Versioned = Foreign<rg::dlpack::DLManagedTensorVersioned>;

using Floats = std::vector<float>;

}  // namespace

TEST_CASE("dlpack: the memory of another library is shared until its last view goes") {
  Plain foreign;
  {
    rg::Tensor row;
    {
      rg::Tensor x = rg::from_dlpack(&foreign.managed);
      CHECK(x.to_vector<float>() == Floats{0, 1, 2, 3, 4, 5});
      CHECK(x.raw_bytes() == reinterpret_cast<std::byte*>(foreign.values.data()));
      row = x[1];
    }
    CHECK(foreign.released == 0);
    row.fill_(7.0);
    CHECK(foreign.values[3] == 7);
  }
  CHECK(foreign.released == 1);
}

TEST_CASE("dlpack: strides, offsets and missing strides") {
  Plain foreign;
  foreign.shape = {3, 2};
  foreign.strides = {1, 3};
  CHECK(rg::from_dlpack(&foreign.managed).to_vector<float>() == Floats{0, 3, 1, 4, 2, 5});
  foreign.managed.dl_tensor.strides = nullptr;
  CHECK(rg::from_dlpack(&foreign.managed).to_vector<float>() == Floats{0, 1, 2, 3, 4, 5});
  foreign.managed.dl_tensor.byte_offset = 8;
  foreign.shape = {2, 1};
  CHECK(rg::from_dlpack(&foreign.managed).to_vector<float>() == Floats{2, 3});
  foreign.managed.dl_tensor.ndim = 0;
  CHECK(rg::from_dlpack(&foreign.managed).item<float>() == 2);
  foreign.managed.deleter = nullptr;
  CHECK(rg::from_dlpack(&foreign.managed).item<float>() == 2);
  CHECK(foreign.released == 4);
}

TEST_CASE("dlpack: memory that cannot be shared is copied and released at once") {
  Plain backwards;
  backwards.managed.dl_tensor.byte_offset = 20;
  backwards.strides = {-3, -1};
  const rg::Tensor x = rg::from_dlpack(&backwards.managed);
  CHECK(x.to_vector<float>() == Floats{5, 4, 3, 2, 1, 0});
  CHECK(backwards.released == 1);
  Versioned constant;
  constant.managed.version = {1, 3};
  constant.managed.flags = rg::dlpack::kReadOnly;
  rg::Tensor y = rg::from_dlpack(&constant.managed);
  CHECK(constant.released == 1);
  y.fill_(9.0);
  CHECK(constant.values[0] == 0);
}

TEST_CASE("dlpack: structures that are refused stay with the caller") {
  Plain foreign;
  auto& tensor = foreign.managed.dl_tensor;
  const auto refused = [&]<class E>(const E*, const char* fragment) {
    check_contains(message_of<E>([&] { rg::from_dlpack(&foreign.managed); }), fragment);
  };
  const rg::ValueError* value = nullptr;
  const rg::DTypeError* dtype = nullptr;
  const rg::ShapeError* shape = nullptr;
  tensor.device.device_type = 2;
  refused(value, "memory of device type 2");
  tensor.device.device_type = 1;
  for (const rg::dlpack::DLDataType each :
       {rg::dlpack::DLDataType{2, 16, 1}, {2, 32, 4}, {0, 32, 1}, {5, 64, 1}, {2, 128, 1}}) {
    tensor.dtype = each;
    refused(dtype, "are none of the library's dtypes");
  }
  tensor.dtype = {2, 32, 1};
  tensor.ndim = 9;
  refused(shape, "9 dimensions");
  tensor.ndim = -1;
  refused(shape, "-1 dimensions");
  tensor.ndim = 2;
  foreign.shape = {-1, 3};
  refused(shape, "negative");
  foreign.shape = {std::int64_t{1} << 40, std::int64_t{1} << 40};
  refused(shape, "");
  foreign.shape = {2, 3};
  tensor.data = nullptr;
  refused(value, "null data");
  CHECK(foreign.released == 0);
  Versioned other;
  other.managed.version = {2, 0};
  check_contains(message_of<rg::ValueError>([&] { rg::from_dlpack(&other.managed); }),
                 "a structure of version 2.0");
  CHECK(other.released == 0);
  const auto none = static_cast<rg::dlpack::DLManagedTensor*>(nullptr);
  CHECK_THROWS_AS(rg::from_dlpack(none), rg::ValueError);
}

TEST_CASE("dlpack: what goes out can come back, in every dtype") {
  for (const rg::DType dtype :
       {rg::float32, rg::float64, rg::bfloat16, rg::int64, rg::uint8, rg::boolean}) {
    const rg::Tensor x = rg::transpose(rg::reshape(rg::arange(6), {2, 3}).to(dtype), 0, 1);
    const rg::Tensor y = rg::from_dlpack(rg::to_dlpack(x));
    const rg::Tensor z = rg::from_dlpack(rg::to_dlpack_versioned(x));
    CHECK(y.raw_bytes() == x.raw_bytes());
    CHECK(z.raw_bytes() == x.raw_bytes());
    CHECK(y.dtype() == dtype);
    CHECK(y.strides() == x.strides());
    CHECK(rg::from_dlpack(rg::to_dlpack_versioned(x, true)).raw_bytes() != x.raw_bytes());
  }
  const rg::Tensor leaf = rg::ones({2}, {.requires_grad = true});
  check_contains(message_of<rg::GraphError>([&] { rg::to_dlpack(leaf); }), "use detach()");
  check_contains(message_of<rg::Error>([&] { rg::to_dlpack(rg::Tensor()); }), "to_dlpack: ");
  const rg::Tensor none = rg::from_dlpack(rg::to_dlpack(rg::zeros({0, 3})));
  CHECK(none.shape() == rg::Shape{0, 3});
}
