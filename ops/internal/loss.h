// What the losses share. Internal.
#pragma once

#include <retrograd/ops/internal/widen.h>
#include <retrograd/ops/loss.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd::loss {

// A floating input and a target of its dtype and shape.
void check_pair(const char* op, const Tensor& input, const Tensor& target, Where where);
// A floating tensor of the input's dtype.
void check_floating_like(const char* op, const char* name, const Tensor& x, const Tensor& input,
                         Where where);
// A weight, if it is defined: of the input's dtype, broadcasting to its shape.
void check_weight(const char* op, const char* name, const Tensor& weight, const Tensor& input,
                  Where where);
// A ValueError: "op: what is value; it must be `wanted`", unless `holds`.
void require(const char* op, bool holds, const char* what, double value, const char* wanted,
             Where where);

// Options with their weights widened.
template <class Options>
Options widened_weights(Options options, Where where) {
  options.weight = widened(options.weight, where);
  if constexpr (requires { options.pos_weight; }) {
    options.pos_weight = widened(options.pos_weight, where);
  }
  return options;
}

// The losses of the elements, reduced and in the dtype that the input had.
Tensor reduced(const char* op, const Tensor& losses, Reduction reduction, DType dtype, Where where);

// share times loss, where a share of 0 takes no part of an infinite loss.
Tensor share_of(const Tensor& share, const Tensor& loss, Where where);

// log(1 + exp(x)) without overflow, with derivatives of every order.
Tensor log1p_exp(const Tensor& x, Where where);

}  // namespace retrograd::loss
