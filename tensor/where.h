/// @file
/// The caller's source line, taken by every public function as its last argument.
#pragma once

#include <iosfwd>
#include <string>

#include <retrograd/tensor/api.h>

namespace retrograd {

/// Declared as a defaulted parameter `Where where = {}`, it holds the position of the call. No
/// number or text converts to it, so that one argument too many does not compile. The builtins are
/// used because clang 14 has no `std::source_location`.
struct Where {
 private:
  struct Key {  // refuses numbers and text, braced lists of them too
    explicit Key() = default;
  };

 public:
  const char* file;  ///< Path as the compiler saw it.
  unsigned line;     ///< Line number, from 1.

  /// Constructs it from what the class and its options describe.
  constexpr Where(Key /*key*/ = Key(), const char* in_file = __builtin_FILE(),
                  unsigned at_line = __builtin_LINE()) noexcept
      : file(in_file), line(at_line) {}

  /// Whether it is a line of the library, which is compiled with file names that begin so.
  constexpr bool is_library() const noexcept { return file[0] == '@'; }

  /// Another position than that of the call. The text of `file` is not copied.
  static constexpr Where at(const char* file, unsigned line) noexcept {
    return {Key(), file, line};
  }
};

/// "model.cpp:42": the file without its folders.
RETROGRAD_API std::string to_string(Where where);
/// Prints it.
RETROGRAD_API std::ostream& operator<<(std::ostream& out, Where where);

}  // namespace retrograd
