// Checks that operators make before anything is computed. Internal.
#pragma once

#include <string>

#include <retrograd/tensor/dims.h>
#include <retrograd/tensor/error.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd::check {

void defined(const char* op, const char* name, const Tensor& x, Where where);
// float32, float64 or bfloat16.
void floating(const char* op, const Tensor& x, Where where);
void dtype(const char* op, const char* name, const Tensor& x, DType wanted, Where where);
void same_dtype(const char* op, const char* name_a, const Tensor& a, const char* name_b,
                const Tensor& b, Where where);
void same_shape(const char* op, const char* name_a, const Tensor& a, const char* name_b,
                const Tensor& b, Where where);

// A ShapeError for results of more dimensions than tensors can have.
void rank(const char* op, std::size_t rank, const Tensor& x, Where where);

// A dimension from 0 on.
std::size_t dim(const char* op, const Tensor& x, std::int64_t dim, Where where);
// The listed dimensions, all for none. Throws IndexError for one that is named twice.
detail::DimMask dims(const char* op, const Tensor& x, const Dims& dims, Where where);

}  // namespace retrograd::check
