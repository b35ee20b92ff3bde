// for_each_run in several threads.
#pragma once

#include <retrograd/ops/kernels/loops/loops.h>
#include <retrograd/tensor/loops/parallel_runs.h>

namespace retrograd::kernels {

using detail::for_each_run_in_parallel;

}  // namespace retrograd::kernels
