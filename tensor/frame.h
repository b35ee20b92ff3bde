/// @file
/// What a thread computes for the user: the calls that it is in, the innermost first.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>

#include <retrograd/tensor/api.h>
#include <retrograd/tensor/error.h>
#include <retrograd/tensor/where.h>

namespace retrograd {

class Frame;
class CallListener;  // tensor/call_listener.h

namespace detail {
struct ThreadCalls {
  const Frame* innermost = nullptr;
  CallListener* listener = nullptr;  // what is told of calls, or null
};
// Every operator reads and writes these: the library itself finds them at a fixed distance from the
// thread's pointer.
#if defined(RETROGRAD_BUILDING) && defined(__GNUC__) && defined(__ELF__)
[[gnu::tls_model("initial-exec")]]
#endif
RETROGRAD_API extern constinit thread_local ThreadCalls thread_calls;
}  // namespace detail

/// What a module's frame is of: `nn::Module`.
class RETROGRAD_API FrameOwner {
 public:
  /// Its name in messages, after that of the module around it, or for null alone.
  virtual std::string name_in(const FrameOwner* around) const = 0;

 protected:
  ~FrameOwner() = default;
};

/// A call, from its constructor to its destructor, on one thread's stack. Records and messages take
/// the line from here, so no code of the library passes it on: a line of the library's own counts
/// as that of the frame around it, and any other keeps itself.
class RETROGRAD_API Frame {
 public:
  /// What kind of number.
  enum class Kind : std::uint8_t {
    call,    ///< A public function.
    module,  ///< A call of a module.
    node     // the backward of a recorded operator
  };

  /// The text of `name` must outlive the frame.
  Frame(const char* name, Where where, Kind kind = Kind::call) noexcept
      : name_(name),
        outer_(detail::thread_calls.innermost),
        where_(where.is_library() && outer_ != nullptr ? outer_->where_ : where),
        kind_(kind),
        of_library_(where.is_library()),
        traced_(detail::thread_calls.listener != nullptr) {
    detail::thread_calls.innermost = this;
    if (traced_ && kind != Kind::module) [[unlikely]] {
      tell_entered();
    }
  }
  ~Frame() {
    detail::thread_calls.innermost = outer_;
    if (traced_) [[unlikely]] {
      tell_left();
    }
  }
  Frame(const Frame&) = delete;
  Frame& operator=(const Frame&) = delete;

  /// The name.
  const char* name() const noexcept { return name_; }
  /// The user's line.
  Where where() const noexcept { return where_; }
  /// What kind of number it is.
  Kind kind() const noexcept { return kind_; }
  /// The one around it, or null.
  const Frame* outer() const noexcept { return outer_; }
  /// What messages call it: "conv2d", or "batch_norm (sqrt)" for one that another runs for the
  /// user, after the modules that run it: "LeNet.fc1 > linear".
  std::string title() const;

  /// The innermost of this thread, or null.
  static const Frame* current() noexcept { return detail::thread_calls.innermost; }

  /// Whether a listener was told of this call.
  bool is_traced() const noexcept { return traced_; }

 protected:
  /// Tells the listener.
  void tell_entered() const noexcept;

 private:
  void tell_left() const noexcept;
  static std::string modules_around(const Frame* frame);

  const char* name_;
  const Frame* outer_;
  Where where_;
  Kind kind_;
  bool of_library_;  // not called by the user
  bool traced_;
};

/// A call of a module.
class ModuleFrame : public Frame {
 public:
  /// Constructs it from what the class and its options describe.
  ModuleFrame(const FrameOwner& module, Where where) noexcept
      : Frame("module", where, Kind::module), module_(module) {
    if (is_traced()) [[unlikely]] {
      tell_entered();
    }
  }
  /// That is called.
  const FrameOwner& module() const noexcept { return module_; }

 private:
  const FrameOwner& module_;
};

/// Throws E with the text of fail() in error.h, for a call.
template <class E>
[[noreturn]] void fail(const Frame& call, const std::string& what,
                       std::initializer_list<ErrorArgument> arguments = {}) {
  fail<E>(call.title().c_str(), call.where(), what, arguments);
}

/// `where` itself, or for a line of the library's own that of the innermost frame.
inline Where users_line(Where where) noexcept {
  const Frame* const around = Frame::current();
  return where.is_library() && around != nullptr ? around->where() : where;
}

}  // namespace retrograd
