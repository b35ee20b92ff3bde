/// @file
/// Frames: the calls that a thread is in, the innermost first.
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

/// Owner of a module's frame: `nn::Module`.
class RETROGRAD_API FrameOwner {
 public:
  /// Returns the module's name in messages, after that of the module `around` it or of null.
  virtual std::string name_in(const FrameOwner* around) const = 0;

 protected:
  ~FrameOwner() = default;
};

/// A call, from its constructor to its destructor, on one thread's stack.
/// Records and messages take the line from the frame, so library code does not pass it on. A line
/// of the library is replaced by the line of the frame around; any other line is kept.
class RETROGRAD_API Frame {
 public:
  /// Kinds of calls.
  enum class Kind : std::uint8_t {
    call,    ///< Public function.
    module,  ///< Call of a module.
    node     ///< Backward function of a recorded operator.
  };

  /// Opens a frame; the text of `name` must outlive it.
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

  /// Returns the name of the function.
  const char* name() const noexcept { return name_; }
  /// Returns the user's line.
  Where where() const noexcept { return where_; }
  /// Returns the kind of the call.
  Kind kind() const noexcept { return kind_; }
  /// Returns the frame around this one, or null.
  const Frame* outer() const noexcept { return outer_; }
  /// Returns the name in messages, after the modules around: `LeNet.fc1 > linear`.
  /// An operator inside another is in brackets: `batch_norm (sqrt)`.
  std::string title() const;

  /// Returns the innermost frame of this thread, or null.
  static const Frame* current() noexcept { return detail::thread_calls.innermost; }

  /// Returns whether a listener was told of this call.
  bool is_traced() const noexcept { return traced_; }

 protected:
  /// Tells the listener that the call began.
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
  /// Opens the frame of a module's call.
  ModuleFrame(const FrameOwner& module, Where where) noexcept
      : Frame("module", where, Kind::module), module_(module) {
    if (is_traced()) [[unlikely]] {
      tell_entered();
    }
  }
  /// Returns the module.
  const FrameOwner& module() const noexcept { return module_; }

 private:
  const FrameOwner& module_;
};

/// Throws E with the text of `fail()` in error.h, for a call.
template <class E>
[[noreturn]] void fail(const Frame& call, const std::string& what,
                       std::initializer_list<ErrorArgument> arguments = {}) {
  fail<E>(call.title().c_str(), call.where(), what, arguments);
}

/// Returns `where`, or the line of the innermost frame if `where` is a line of the library.
inline Where users_line(Where where) noexcept {
  const Frame* const around = Frame::current();
  return where.is_library() && around != nullptr ? around->where() : where;
}

}  // namespace retrograd
