/// @file
/// NumPy's files: one array in a `.npy` file, named arrays in a `.npz` archive.
///
/// The readers take arrays of floating numbers, integers and booleans of either byte order.
/// Arrays of float16 become float32, and those of small integers int64. Arrays of uint64, complex
/// numbers, texts, objects and structures are refused. NumPy has no bfloat16: it saves elements of
/// two bytes without a meaning, which are refused too.
#pragma once

#include <string>

#include <retrograd/io/load.h>
#include <retrograd/tensor/api.h>
#include <retrograd/tensor/state_dict.h>

namespace retrograd {

/// Returns the array of a file that `numpy.save` wrote.
/// @code
/// const Tensor x = load_npy("x.npy");
/// @endcode
/// An array in Fortran order keeps it: the tensor's first dimension has stride 1.
/// @throws IoError if the file cannot be read, is malformed, or has another dtype
RETROGRAD_API Tensor load_npy(const std::string& path, Where where = {});

/// Writes a tensor, row-major, and replaces the file as a whole or not at all, as `save()` does.
/// @throws DTypeError for bfloat16, which NumPy does not have
/// @throws IoError with the system's reason
RETROGRAD_API void save_npy(const Tensor& tensor, const std::string& path, Where where = {});

/// Returns all arrays of an archive that `numpy.savez` or `numpy.savez_compressed` wrote.
/// @code
/// model.load_state_dict(load_npz("weights.npz"));
/// @endcode
/// @throws IoError if the file cannot be read or is malformed, or an array has another dtype
RETROGRAD_API StateDict load_npz(const std::string& path, Where where = {});

/// Writes tensors by name, row-major, and replaces the file as a whole or not at all, as `save()`
/// does. The archive is the one of `numpy.savez`, which does not compress.
/// @throws DTypeError for bfloat16, which NumPy does not have
/// @throws ValueError if a name is longer than 65,000 bytes or has a NUL byte
/// @throws IoError with the system's reason
RETROGRAD_API void save_npz(const StateDict& state, const std::string& path, Where where = {});

}  // namespace retrograd
