#include <retrograd/tensor/scalar.h>

#include <ostream>
#include <string>

#include <retrograd/tensor/internal/check.h>
#include <retrograd/tensor/internal/format.h>
#include <retrograd/tensor/internal/number.h>

namespace retrograd {

std::ostream& operator<<(std::ostream& out, const Scalar& value) {
  return out << detail::text(value);
}

namespace detail {

std::string text(Scalar number) {
  switch (number.kind()) {
    case Scalar::Kind::boolean: return formatted("{}", number.to<bool>());
    case Scalar::Kind::integer:
      return number.fits(int64) ? formatted("{}", number.to<std::int64_t>())
                                : formatted("{}", number.to<std::uint64_t>());
    case Scalar::Kind::floating: break;
  }
  return formatted("{}", number.to<double>());
}

void require_fits(const char* op, Scalar number, DType dtype, Where where,
                  std::initializer_list<ErrorArgument> arguments) {
  if (!number.fits(dtype)) {
    check::refuse<ValueError>({op, where}, arguments,
                              "{} does not fit {}, which holds {} [dtype-overflow]", number, dtype,
                              dtype == uint8 ? "0 to 255" : "-2^63 to 2^63 - 1");
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
