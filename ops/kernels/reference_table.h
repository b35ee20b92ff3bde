// The references of the kernels: formulas in a library of their own, ops/kernels/reference/, which
// tests link and the library does not.
#pragma once

#include <atomic>

#include <retrograd/ops/kernels/conv/conv.h>
#include <retrograd/ops/kernels/kernel_state.h>
#include <retrograd/ops/kernels/kernels.h>
#include <retrograd/ops/kernels/norm/norm.h>
#include <retrograd/ops/kernels/pool/pool.h>
#include <retrograd/tensor/api.h>
#include <retrograd/tensor/internal/kernel_timer.h>

namespace retrograd::kernels {

// A reference for each kernel that has one, of the kernel's name and signature; null without.
struct ReferenceTable {
  decltype(&kernels::conv) conv = nullptr;
  decltype(&kernels::conv_input_grad) conv_input_grad = nullptr;
  decltype(&kernels::conv_weight_grad) conv_weight_grad = nullptr;
  decltype(&kernels::max_pool) max_pool = nullptr;
  decltype(&kernels::max_pool_positions) max_pool_positions = nullptr;
  decltype(&kernels::max_pool_scatter) max_pool_scatter = nullptr;
  decltype(&kernels::max_pool_gather) max_pool_gather = nullptr;
  decltype(&kernels::avg_pool) avg_pool = nullptr;
  decltype(&kernels::avg_pool_input_grad) avg_pool_input_grad = nullptr;
  decltype(&kernels::last_of_equals) last_of_equals = nullptr;
  decltype(&kernels::standardise) standardise = nullptr;
  decltype(&kernels::standardise_by) standardise_by = nullptr;
  decltype(&kernels::moved_running) moved_running = nullptr;
  decltype(&kernels::standardise_backward) standardise_backward = nullptr;
};

// The references that are installed in this process; null in programs that link none.
extern std::atomic<const ReferenceTable*> installed_references;

// Installs references, or none for null. Returns those that were installed.
RETROGRAD_API const ReferenceTable* exchange_references(const ReferenceTable* table) noexcept;

// Returns the reference of a kernel if this thread computes with references, else null. Kernels
// begin with
//   if (const auto reference = reference_of(&ReferenceTable::conv)) {
//     return reference(x, weight, bias, geometry);
//   }
template <class Kernel>
Kernel reference_of(Kernel ReferenceTable::*kernel) {
  const ReferenceTable* const table = installed_references.load(std::memory_order_acquire);
  if (table == nullptr || !kernel_state().reference_only || table->*kernel == nullptr) [[likely]] {
    return nullptr;
  }
  ++kernel_state().reference_runs;
  detail::kernel_uses("reference");
  return table->*kernel;
}

}  // namespace retrograd::kernels
