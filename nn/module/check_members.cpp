#include <retrograd/nn/check_members.h>

#include <utility>
#include <variant>

#include <retrograd/autograd/grad_mode.h>
#include <retrograd/nn/detail/unlisted.h>
#include <retrograd/tensor/error.h>
#include <retrograd/tensor/frame.h>
#include <retrograd/tensor/internal/format.h>
#include <retrograd/tensor/where.h>

namespace retrograd::nn::detail {

using retrograd::detail::formatted;

namespace {

// For want of memory something may go unseen.
template <class F>
void unthrown(F&& f) noexcept {
  try {
    f();
  } catch (...) {  // NOLINT: nothing is to be done
  }
}

}  // namespace

// Nothing is changed or checked, as parameters() would: a first call is what it is without this.
UnlistedUses::UnlistedUses(Module& model, const std::vector<Tensor>& inputs) {
  for (Module* module : model.modules()) {
    modules_.insert(module);
    for (const Member& member : module->members()) {
      if (member.tensor() != nullptr) {
        made(*member.tensor());
      }
    }
  }
  for (const Tensor& input : inputs) {
    made(input);
  }
  before_ = std::exchange(retrograd::detail::thread_calls.listener, this);
}

UnlistedUses::~UnlistedUses() {
  retrograd::detail::thread_calls.listener = before_;
}

// Whether a module that was told of is around, which explains its tensors.
bool UnlistedUses::is_in_unlisted(const Frame& call) const {
  for (const Frame* frame = call.outer(); frame != nullptr; frame = frame->outer()) {
    if (frame->is_traced() && frame->kind() == Frame::Kind::module &&
        !modules_.contains(&static_cast<const ModuleFrame*>(frame)->module())) {
      return true;
    }
  }
  return false;
}

void UnlistedUses::entered(const Frame& call) noexcept {
  if (call.kind() != Frame::Kind::module) {
    return;
  }
  const FrameOwner& module = static_cast<const ModuleFrame&>(call).module();
  unthrown([&] {
    if (!modules_.contains(&module) && !is_in_unlisted(call)) {
      found_.push_back(
          formatted("{}, called at {}", module.name_in(nullptr), to_string(call.where())));
    }
  });
}

void UnlistedUses::given(const Frame& call, Arguments arguments) noexcept {
  unthrown([&] {
    for (const Argument& argument : arguments) {
      if (const auto* tensor = std::get_if<Tensor>(&argument)) {
        use(call, *tensor);
      } else if (const auto* list = std::get_if<std::vector<Tensor>>(&argument)) {
        for (const Tensor& each : *list) {
          use(call, each);
        }
      }
    }
  });
}

void UnlistedUses::use(const Frame& call, const Tensor& tensor) {
  if (tensor.defined() && tensor.is_leaf() && tensor.requires_grad() &&
      !tensors_.contains(tensor.impl_or_null()) && !is_in_unlisted(call)) {
    found_.push_back(formatted("a leaf {}, which {} takes at {}", describe(tensor), call.name(),
                               to_string(call.where())));
    made(tensor);
  }
}

void UnlistedUses::returned(const Frame&, const Tensor* outputs, std::size_t count, bool) noexcept {
  unthrown([&] {
    for (std::size_t i = 0; i < count; ++i) {
      if (outputs[i].defined() && outputs[i].is_leaf()) {
        made(outputs[i]);
      }
    }
  });
}

void UnlistedUses::made(const Tensor& tensor) {
  if (tensor.defined() && tensors_.insert(tensor.impl_or_null()).second) {
    kept_.push_back(tensor);
  }
}

std::vector<std::string> unlisted(Module& model, const std::vector<Tensor>& inputs,
                                  const std::function<void()>& call) {
  const NoGradGuard unrecorded;
  const UnlistedUses uses(model, inputs);
  call();
  return uses.found();
}

}  // namespace retrograd::nn::detail
