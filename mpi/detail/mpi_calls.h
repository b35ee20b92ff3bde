// MPI's C interface, with errors as exceptions. Internal.
#pragma once

#include <mpi.h>

#include <array>

#include <retrograd/tensor/internal/check.h>

namespace retrograd::mpi::detail {

inline void require_success(const char* op, int status) {
  if (status == MPI_SUCCESS) {
    return;
  }
  std::array<char, MPI_MAX_ERROR_STRING> text{};
  int length = 0;
  MPI_Error_string(status, text.data(), &length);
  check::refuse<CommunicationError>({op, {}}, {}, "MPI says: {} [mpi-failed]",
                                    std::string_view(text.data()));
}

// MPI's name of a dtype. Bytes are copied alone.
inline MPI_Datatype type_of(DType dtype) noexcept {
  switch (dtype) {
    case DType::float32: return MPI_FLOAT;
    case DType::float64: return MPI_DOUBLE;
    case DType::bfloat16: return MPI_UINT16_T;
    case DType::int64: return MPI_INT64_T;
    case DType::uint8:
    case DType::boolean: break;
  }
  return MPI_BYTE;
}

}  // namespace retrograd::mpi::detail
