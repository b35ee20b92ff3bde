// What the losses share. Internal.
#pragma once

#include <retrograd/autograd/call.h>
#include <retrograd/ops/arithmetic.h>
#include <retrograd/ops/loss.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd::loss {

// Throws ShapeError unless the weight is undefined or broadcasts to the input's shape.
void check_weight(const Frame& call, const char* name, const Tensor& weight, const Tensor& input);
// A ValueError: "op: what is value; it must be `wanted`", unless `holds`.
void require(const Frame& call, bool holds, const char* what, double value, const char* wanted);
// The same unless the value is a number.
void require_number(const Frame& call, const char* what, double value);

// The losses of the elements, reduced and in the dtype that the input had.
Tensor reduced(const Call& call, const Tensor& losses, Reduction reduction);

// The losses times their weights, if there are any.
inline Tensor weighted(const Tensor& losses, const Tensor& weights) {
  return weights.defined() ? losses * weights : losses;
}

// share times loss, where a share of 0 takes no part of an infinite loss.
Tensor share_of(const Tensor& share, const Tensor& loss);

// log(1 + exp(x)) without overflow, with derivatives of every order.
Tensor log1p_exp(const Tensor& x);

}  // namespace retrograd::loss
