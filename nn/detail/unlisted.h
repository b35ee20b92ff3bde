// Sees what a model uses and members() does not list. Internal.
#pragma once

#include <string>
#include <unordered_set>
#include <vector>

#include <retrograd/nn/module.h>
#include <retrograd/tensor/call_listener.h>

namespace retrograd::nn::detail {

// Listens to this thread while it lives, in place of a Trace.
class UnlistedUses final : public CallListener {
 public:
  UnlistedUses(Module& model, const std::vector<Tensor>& inputs);
  ~UnlistedUses();
  UnlistedUses(const UnlistedUses&) = delete;
  UnlistedUses& operator=(const UnlistedUses&) = delete;

  // A line for each.
  const std::vector<std::string>& found() const noexcept { return found_; }

 private:
  void entered(const Frame& call) noexcept override;
  void left(const Frame&) noexcept override {}
  void given(const Frame& call, Arguments arguments) noexcept override;
  void returned(const Frame& call, const Tensor* outputs, std::size_t count,
                bool itself) noexcept override;
  void casting(const Frame&) noexcept override {}
  void cast(const Frame&, const Tensor* const*, const Tensor*, std::size_t) noexcept override {}
  void wrote(const retrograd::detail::Storage&) noexcept override {}
  void drew(Generator::State) noexcept override {}
  void failed() noexcept override {}

  bool is_in_unlisted(const Frame& call) const;
  void use(const Frame& call, const Tensor& tensor);
  void made(const Tensor& tensor);

  CallListener* before_;
  std::unordered_set<const FrameOwner*> modules_;
  std::unordered_set<const void*> tensors_;  // listed, given or made, or told of
  std::vector<Tensor> kept_;                 // so that no other tensor gets their addresses
  std::vector<std::string> found_;
};

}  // namespace retrograd::nn::detail
