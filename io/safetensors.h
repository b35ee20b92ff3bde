/// @file
/// Named tensors in safetensors files, the format of PyTorch's and Hugging Face's tools.
///
/// A file is the length of a JSON header in 8 little-endian bytes, the header, and the values. A
/// reader refuses each malformed file with an IoError that names the fault. It allocates tensors
/// only if the header describes the file exactly.
#pragma once

#include <concepts>
#include <string>

#include <retrograd/io/load.h>
#include <retrograd/tensor/api.h>
#include <retrograd/tensor/state_dict.h>

namespace retrograd {

/// Options of `save()`.
struct SaveOptions {
  /// UTF-8 texts for `load_metadata()`. The library uses keys that begin with `retrograd.`.
  Metadata metadata = {};
  /// Adds a CRC-32 of the whole file to its metadata when true; `load()` verifies it.
  bool checksum = true;
};

/// Writes all tensors, row-major, and replaces the file as a whole or not at all.
/// @code
/// save(model.state_dict(), "model.safetensors");
/// @endcode
/// Values go to a temporary file in the same directory, which is made durable and renamed. The
/// permissions of the old file are kept; other hard links to it keep the old content. A symbolic
/// link remains a link, and the file that it leads to is replaced. A temporary file that a killed
/// process left is removed, if the user and machine are the same.
/// @throws IoError with the system's reason, also if a link leads to no file
/// @throws IoError if the path has a NUL byte or the file would exceed RLIMIT_FSIZE
/// @throws ValueError if a name is `__metadata__` or not UTF-8
RETROGRAD_API void save(const StateDict& state, const std::string& path, Where where = {});
/// Writes all tensors and metadata, and replaces the file as a whole or not at all.
/// @code
/// save(state, "model.safetensors", {.metadata = {{"epoch", "3"}}});
/// @endcode
/// Files and errors are those of the overload without options.
/// @throws ValueError if a text of the metadata is not UTF-8 or a key begins with `retrograd.`
RETROGRAD_API void save(const StateDict& state, const std::string& path, const SaveOptions& options,
                        Where where = {});

/// Writes the `state_dict()` of a model: `save(model, "model.safetensors")`.
/// Files and errors are those of the overload for a StateDict.
template <class Model>
requires requires(const Model& model) {
  { model.state_dict() } -> std::same_as<StateDict>;
}
void save(const Model& model, const std::string& path, Where where = {}) {
  save(model.state_dict(where), path, where);
}

/// Returns all tensors of a safetensors file in the order of their values, row-major and without
/// gradients.
/// @code
/// model.load_state_dict(load_safetensors("model.safetensors"));
/// @endcode
/// Reads F32, F64, BF16, I64, U8 and BOOL. F16 becomes float32, and I32, I16, I8, U32 and U16
/// become int64.
/// @throws IoError if the file cannot be read or is malformed
RETROGRAD_API StateDict load_safetensors(const std::string& path, Where where = {});

}  // namespace retrograd
