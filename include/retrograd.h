// All of retrograd. Reaches no third-party header.
#pragma once

#include <retrograd/autograd/anomaly.h>
#include <retrograd/autograd/autocast.h>
#include <retrograd/autograd/backward.h>
#include <retrograd/autograd/call.h>
#include <retrograd/autograd/grad_mode.h>
#include <retrograd/autograd/gradcheck.h>
#include <retrograd/autograd/record.h>
#include <retrograd/autograd/trace.h>
#include <retrograd/data/data.h>
#include <retrograd/explain/explain.h>
#include <retrograd/functional/functional.h>
#include <retrograd/graph/graph.h>
#include <retrograd/graph/receptive_field.h>
#include <retrograd/graph/registry.h>
#include <retrograd/io/safetensors.h>
#include <retrograd/nn/nn.h>
#include <retrograd/ops/ops.h>
#include <retrograd/optim/optim.h>
#include <retrograd/tensor/creation.h>
#include <retrograd/tensor/frame.h>
#include <retrograd/tensor/memory.h>
#include <retrograd/tensor/random.h>
#include <retrograd/tensor/tensor.h>
#include <retrograd/tensor/threads.h>
#include <retrograd/version.h>
