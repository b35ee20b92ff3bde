// Weights in the layouts that kernels want, kept from call to call.
#pragma once

#include <any>
#include <cstdint>
#include <mutex>
#include <type_traits>
#include <unordered_map>
#include <vector>

#include <retrograd/tensor/tensor.h>

namespace retrograd::kernels {

// Kept copies of some tensors, which a prepared graph names constants. A write in place to one of
// them is noticed: it is then laid out anew.
class PreparedWeights {
 public:
  explicit PreparedWeights(const std::vector<Tensor>& constants);
  PreparedWeights(const PreparedWeights&) = delete;
  PreparedWeights& operator=(const PreparedWeights&) = delete;

  // Makes the weights, or none for null, those that kernels of this thread use. Returns those
  // before.
  static PreparedWeights* use(PreparedWeights* weights) noexcept;

  // make(), or what it gave before for this weight in this layout.
  template <class Layout, class Make>
  static std::invoke_result_t<Make> laid_out(const Tensor& weight, const Layout& layout,
                                             const Make& make) {
    PreparedWeights* const kept = current();
    std::vector<Copy>* const copies = kept != nullptr ? kept->copies_of(weight) : nullptr;
    if (copies == nullptr) {
      return make();
    }
    const std::scoped_lock lock(kept->mutex_);
    for (Copy& copy : *copies) {
      const Layout* const known = std::any_cast<Layout>(&copy.layout);
      if (known != nullptr && *known == layout && is_same(copy.weight, weight)) {
        const auto version = weight.version();
        if (copy.version != version) {
          copy.made = make();  // which may throw
          copy.version = version;
        }
        return *std::any_cast<std::invoke_result_t<Make>>(&copy.made);
      }
    }
    copies->push_back({weight, weight.version(), layout, make()});
    return *std::any_cast<std::invoke_result_t<Make>>(&copies->back().made);
  }

 private:
  struct Copy {
    Tensor weight;
    std::uint32_t version;
    std::any layout;
    std::any made;
  };

  static PreparedWeights* current() noexcept;
  static bool is_same(const Tensor& a, const Tensor& b);
  // Those of the constant in this memory; null where it is none.
  std::vector<Copy>* copies_of(const Tensor& weight);

  std::vector<Tensor> constants_;  // kept, so that no other tensor gets their memory
  std::unordered_map<const retrograd::detail::Storage*, std::vector<Copy>> by_memory_;
  std::mutex mutex_;
};

}  // namespace retrograd::kernels
