/// @file
/// Errors of the library. Every message names the operator, the values and the caller's line.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <new>
#include <stdexcept>
#include <string>
#include <string_view>

#include <retrograd/tensor/api.h>
#include <retrograd/tensor/where.h>

namespace retrograd {

class Scalar;
class Tensor;

/// Base of all errors except OutOfMemory.
class RETROGRAD_API Error : public std::runtime_error {
 public:
  /// Constructs an error with this message.
  explicit Error(const std::string& message, Where where = {})
      : std::runtime_error(message), where_(where) {}
  /// Returns the line of the user's call.
  Where where() const noexcept { return where_; }
  /// Returns the code in brackets that ends the message, such as "channels-differ", or an empty
  /// text. docs/errors.md explains each code.
  std::string_view code() const noexcept;

 private:
  Where where_;
};

/// Error for shapes or ranks that do not fit.
class RETROGRAD_API ShapeError : public Error {
  using Error::Error;
};
/// Error for a dtype that the operator does not take.
class RETROGRAD_API DTypeError : public Error {
  using Error::Error;
};
/// Error for a dimension or an index out of range.
class RETROGRAD_API IndexError : public Error {
  using Error::Error;
};
/// Error for a number out of its domain, such as a negative learning rate or a stride of 0.
class RETROGRAD_API ValueError : public Error {
  using Error::Error;
};
/// Error for misuse of gradients: no graph, freed graph, values overwritten in place.
class RETROGRAD_API GraphError : public Error {
  using Error::Error;
};
/// Error for a file that cannot be read or written, or is malformed.
class RETROGRAD_API IoError : public Error {
  using Error::Error;
};
/// Error for processes that work together: one has ended, failed, is late, or has other tensors.
class RETROGRAD_API CommunicationError : public Error {
  using Error::Error;
};

/// Error for memory that ran out. The message names the operator and the caller's line:
/// @code
/// conv2d: out of memory: 1234 bytes were asked for   at model.cpp:42  [out-of-memory]
/// @endcode
class RETROGRAD_API OutOfMemory : public std::bad_alloc {
 public:
  /// Constructs the error of a request of `bytes`, or of 0 for an unknown size.
  explicit OutOfMemory(std::size_t bytes) noexcept;
  /// Returns the size of the failed request, or 0 if unknown.
  std::size_t bytes() const noexcept { return bytes_; }
  /// Returns the message.
  const char* what() const noexcept override { return message_; }
  /// Returns "out-of-memory".
  std::string_view code() const noexcept { return "out-of-memory"; }

 private:
  std::size_t bytes_;
  char message_[240];
};

/// A tensor or a number to list under an error message. It refers to its value, so do not store it.
struct ErrorArgument {
  /// Lists a tensor under its name.
  ErrorArgument(std::string_view its_name, const Tensor& x) noexcept : name(its_name), tensor(&x) {}
  /// Lists a number under its name.
  ErrorArgument(std::string_view its_name, const Scalar& x) noexcept : name(its_name), number(&x) {}

  std::string_view name;           ///< Name in the list.
  const Tensor* tensor = nullptr;  ///< Tensor, or null for a number.
  const Scalar* number = nullptr;  ///< Number, or null for a tensor.
};

/// Throws E with the text
/// @code
/// op: what   at file:line
///   name  dtype [shape]
///   [code]
/// @endcode
/// A code may end `what`: lower-case words joined by hyphens, such as "no channels
/// [channels-differ]". Without tensors, the code ends the first line.
template <class E>
[[noreturn]] void fail(const char* op, Where where, const std::string& what,
                       std::initializer_list<ErrorArgument> arguments = {});

/// @cond
extern template RETROGRAD_API void fail<ShapeError>(const char*, Where, const std::string&,
                                                    std::initializer_list<ErrorArgument>);
extern template RETROGRAD_API void fail<DTypeError>(const char*, Where, const std::string&,
                                                    std::initializer_list<ErrorArgument>);
extern template RETROGRAD_API void fail<IndexError>(const char*, Where, const std::string&,
                                                    std::initializer_list<ErrorArgument>);
extern template RETROGRAD_API void fail<ValueError>(const char*, Where, const std::string&,
                                                    std::initializer_list<ErrorArgument>);
extern template RETROGRAD_API void fail<GraphError>(const char*, Where, const std::string&,
                                                    std::initializer_list<ErrorArgument>);
extern template RETROGRAD_API void fail<IoError>(const char*, Where, const std::string&,
                                                 std::initializer_list<ErrorArgument>);
extern template RETROGRAD_API void fail<CommunicationError>(const char*, Where, const std::string&,
                                                            std::initializer_list<ErrorArgument>);
/// @endcond

}  // namespace retrograd
