// SIGTERM and SIGINT as a number that runs look at.
#pragma once

namespace retrograd::train::detail {

// Counts SIGTERM and SIGINT while one of these objects lives. The handlers of before return with
// the last of them. Ignored signals stay ignored.
class SignalWatch {
 public:
  SignalWatch();
  SignalWatch(const SignalWatch&) = delete;
  SignalWatch& operator=(const SignalWatch&) = delete;
  ~SignalWatch();

  // Whether a signal came since this object was made.
  bool came() const noexcept;

 private:
  int before_;
};

}  // namespace retrograd::train::detail
