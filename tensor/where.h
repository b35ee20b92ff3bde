/// @file
/// The caller's source line: the last argument of every public function.
#pragma once

#include <iosfwd>
#include <string>

#include <retrograd/tensor/api.h>

namespace retrograd {

/// A position in the source; the default argument `Where where = {}` is the position of the call.
/// Numbers and texts do not convert to it, so that one argument too many does not compile. Compiler
/// builtins give the position, because clang 14 has no `std::source_location`.
struct Where {
 private:
  struct Key {  // refuses numbers and text, braced lists of them too
    explicit Key() = default;
  };

 public:
  const char* file;  ///< Path as the compiler saw it.
  unsigned line;     ///< Line number, from 1.

  /// Constructs the position of the call.
  constexpr Where(Key /*key*/ = Key(), const char* in_file = __builtin_FILE(),
                  unsigned at_line = __builtin_LINE()) noexcept
      : file(in_file), line(at_line) {}

  /// Returns whether this is a line of the library, whose file names begin with `@`.
  constexpr bool is_library() const noexcept { return file[0] == '@'; }

  /// Returns another position than that of the call. The text of `file` is not copied.
  static constexpr Where at(const char* file, unsigned line) noexcept {
    return {Key(), file, line};
  }
};

/// Returns `model.cpp:42`: the file without its folders, and the line.
RETROGRAD_API std::string to_string(Where where);
/// Prints `model.cpp:42`.
RETROGRAD_API std::ostream& operator<<(std::ostream& out, Where where);

}  // namespace retrograd
