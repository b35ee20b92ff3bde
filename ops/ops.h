// All operators.
#pragma once

#include <retrograd/ops/activation.h>
#include <retrograd/ops/arithmetic.h>
#include <retrograd/ops/conv.h>
#include <retrograd/ops/cumulative.h>
#include <retrograd/ops/einsum.h>
#include <retrograd/ops/elementwise.h>
#include <retrograd/ops/index.h>
#include <retrograd/ops/kernel_choice.h>
#include <retrograd/ops/logical.h>
#include <retrograd/ops/loss.h>
#include <retrograd/ops/mask.h>
#include <retrograd/ops/matmul.h>
#include <retrograd/ops/pad.h>
#include <retrograd/ops/pool.h>
#include <retrograd/ops/products.h>
#include <retrograd/ops/reduce.h>
#include <retrograd/ops/shape.h>
#include <retrograd/ops/softmax.h>
#include <retrograd/ops/sort.h>
#include <retrograd/ops/trigonometry.h>
#include <retrograd/ops/unfold.h>
#include <retrograd/ops/variance.h>
#include <retrograd/ops/vector_norm.h>
