#include <retrograd/tensor/scalar.h>

#include <charconv>
#include <ostream>
#include <string>

#include <retrograd/tensor/internal/number.h>

namespace retrograd {

std::ostream& operator<<(std::ostream& out, const Scalar& value) {
  switch (value.kind()) {
    case Scalar::Kind::boolean: return out << (value.to<bool>() ? "true" : "false");
    case Scalar::Kind::integer:
      return value.fits(int64) ? out << value.to<std::int64_t>() : out << value.to<std::uint64_t>();
    case Scalar::Kind::floating: break;
  }
  return out << value.to<double>();
}

namespace detail {

namespace {

// All digits that matter, whatever the locale.
std::string text(Scalar number) {
  if (number.kind() != Scalar::Kind::floating) {
    return number.fits(int64) ? std::to_string(number.to<std::int64_t>())
                              : std::to_string(number.to<std::uint64_t>());
  }
  char buffer[32];
  return {buffer, std::to_chars(buffer, buffer + sizeof buffer, number.to<double>()).ptr};
}

}  // namespace

void require_fits(const char* op, Scalar number, DType dtype, Where where,
                  std::initializer_list<ErrorArgument> arguments) {
  if (!number.fits(dtype)) {
    fail<ValueError>(op, where,
                     text(number) + " does not fit " + name(dtype) + ", which holds " +
                         (dtype == uint8 ? "0 to 255" : "-2^63 to 2^63 - 1"),
                     arguments);
  }
}

void require_fits_modulo(const char* op, Scalar number, DType dtype, Where where,
                         std::initializer_list<ErrorArgument> arguments) {
  const bool wraps = dtype == uint8 && number.fits(int64) && number.to<std::int64_t>() < 0 &&
                     number.to<std::int64_t>() >= -255;
  if (!wraps) {
    require_fits(op, number, dtype, where, arguments);
  }
}

}  // namespace detail

}  // namespace retrograd
