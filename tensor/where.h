// The caller's source line, taken by every public function as its last argument.
#pragma once

#include <iosfwd>
#include <string>

#include <retrograd/tensor/api.h>

namespace retrograd {

// Declared as a defaulted parameter `Where where = {}`, it holds the position of the call. No
// number or text converts to it, so that one argument too many does not compile. The builtins are
// used because clang 14 has no std::source_location.
struct Where {
 private:
  struct Key {  // refuses numbers and text, braced lists of them too
    explicit Key() = default;
  };

 public:
  const char* file;
  unsigned line;

  constexpr Where(Key /*key*/ = Key(), const char* in_file = __builtin_FILE(),
                  unsigned at_line = __builtin_LINE()) noexcept
      : file(in_file), line(at_line) {}

  // Another position than that of the call. The text of `file` is not copied.
  static constexpr Where at(const char* file, unsigned line) noexcept {
    return {Key(), file, line};
  }
};

// "model.cpp:42": the file without its folders.
RETROGRAD_API std::string to_string(Where where);
RETROGRAD_API std::ostream& operator<<(std::ostream& out, Where where);

// The line that the user called a module on: modules run many operators on the user's behalf, and
// each of those should name the user's line, not the library's.
class RETROGRAD_API CallSite {
 public:
  explicit CallSite(Where where) noexcept;
  ~CallSite();
  CallSite(const CallSite&) = delete;
  CallSite& operator=(const CallSite&) = delete;

  // The innermost call site of this thread, or `otherwise` outside any.
  static Where current(Where otherwise = {}) noexcept;

 private:
  const Where* previous_;
  Where where_;
};

}  // namespace retrograd
