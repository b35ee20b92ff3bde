// Autocast switched off by the library itself. Internal.
#pragma once

namespace retrograd::detail {

// Switches the mode for this thread, until it is put back.
void set_autocast(bool on) noexcept;

// Off for its scope; unlike a guard it leaves the conversions alone, and whether they are kept.
class AutocastOff {
 public:
  AutocastOff() noexcept;
  ~AutocastOff();
  AutocastOff(const AutocastOff&) = delete;
  AutocastOff& operator=(const AutocastOff&) = delete;

 private:
  bool previous_;
};

}  // namespace retrograd::detail
