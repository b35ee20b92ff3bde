#include <retrograd/tensor/frame.h>

#include <algorithm>
#include <vector>

#include <retrograd/tensor/call_listener.h>

namespace retrograd {

constinit thread_local detail::ThreadCalls detail::thread_calls;

// The listener may have gone while this call ran.
void Frame::tell_entered() const noexcept {
  detail::thread_calls.listener->entered(*this);
}

void Frame::tell_left() const noexcept {
  if (CallListener* const listener = detail::thread_calls.listener) {
    listener->left(*this);
  }
}

// "LeNet.fc1", of the modules that run a frame, where there are several; a backward pass is run by
// none.
std::string Frame::modules_around(const Frame* frame) {
  std::vector<const FrameOwner*> modules;
  for (; frame != nullptr && frame->kind_ != Kind::node; frame = frame->outer_) {
    if (frame->kind_ == Kind::module) {
      const FrameOwner* const module = &static_cast<const ModuleFrame*>(frame)->module();
      if (modules.empty() || modules.back() != module) {
        modules.push_back(module);
      }
    }
  }
  if (modules.size() < 2) {  // the user's line names it
    return {};
  }
  std::string text;
  const FrameOwner* around = nullptr;
  std::reverse(modules.begin(), modules.end());
  for (const FrameOwner* const module : modules) {
    text += module->name_in(around);
    around = module;
  }
  return text;
}

std::string Frame::title() const {
  const Frame* users = this;
  while (users->of_library_ && users->outer_ != nullptr && users->outer_->kind_ == Kind::call) {
    users = users->outer_;
  }
  std::string own = users->name_;
  if (own != name_) {
    own += std::string(" (") + name_ + ")";
  }
  const std::string modules = modules_around(users);
  return modules.empty() ? own : modules + " > " + own;
}

}  // namespace retrograd
