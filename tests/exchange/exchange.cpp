// The library as Python's ctypes calls it: tensors by DLPack, in and out.
#include <cstdint>
#include <string>

#include <retrograd/ops/ops.h>
#include <retrograd/tensor/creation.h>
#include <retrograd/tensor/dlpack.h>

namespace rg = retrograd;

namespace {

std::string last_error;
rg::Tensor kept;

// Runs f, and returns a null pointer where it throws.
template <class F>
void* caught(F&& f) {
  try {
    return f();
  } catch (const std::exception& error) {
    last_error = error.what();
    return nullptr;
  }
}

// Tensors of every dtype and layout, by number.
rg::Tensor made(int dtype, int layout) {
  const rg::Tensor row = rg::arange(0, 24);
  const rg::Tensor x = rg::reshape(row, {2, 3, 4}).to(static_cast<rg::DType>(dtype));
  switch (layout) {
    case 0: return x;
    case 1: return rg::permute(x, {2, 0, 1});
    case 2: return x(rg::all, rg::Slice{1, 3}, rg::Slice{0, 4, 2});
    case 3: return rg::expand(x(rg::all, rg::Slice{0, 1}), {2, 5, 4});
    case 4: return x(1, 2, 3);
    default: return x(rg::Slice{0, 0});
  }
}

}  // namespace

extern "C" {

const char* exchange_error() {
  return last_error.c_str();
}

void* exchange_make(int dtype, int layout) {
  return caught([&] { return rg::to_dlpack(made(dtype, layout)); });
}
void* exchange_make_versioned(int dtype, int layout, int read_only) {
  return caught([&] { return rg::to_dlpack_versioned(made(dtype, layout), read_only != 0); });
}

// Takes over a structure of Python's, and keeps its tensor.
int exchange_keep(rg::dlpack::DLManagedTensor* shared) {
  return caught([&] {
           kept = rg::from_dlpack(shared);
           return &kept;
         }) != nullptr;
}
int exchange_keep_versioned(rg::dlpack::DLManagedTensorVersioned* shared) {
  return caught([&] {
           kept = rg::from_dlpack(shared);
           return &kept;
         }) != nullptr;
}
void* exchange_kept() {
  return caught([&] { return rg::to_dlpack(kept); });
}
void* exchange_kept_versioned() {
  return caught([&] { return rg::to_dlpack_versioned(kept); });
}
void exchange_fill_kept(double value) {
  kept.fill_(value);
}
const void* exchange_kept_data() {
  return kept.raw_bytes();
}
void exchange_drop_kept() {
  kept = rg::Tensor();
}
std::int64_t exchange_requires_grad() {
  const rg::Tensor x = rg::ones({2}, {.requires_grad = true});
  return caught([&] { return rg::to_dlpack(x); }) == nullptr;
}

}  // extern "C"
