#include <retrograd/ops/kernels/reference_table.h>

namespace retrograd::kernels {

std::atomic<const ReferenceTable*> installed_references = nullptr;

const ReferenceTable* exchange_references(const ReferenceTable* table) noexcept {
  return installed_references.exchange(table);
}

}  // namespace retrograd::kernels
