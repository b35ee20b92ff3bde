/// @file
/// Named tensors in safetensors files: the format PyTorch's and Hugging Face's tools read and
/// write.
///
/// A file is the length of a JSON header in 8 little-endian bytes, the header, and the values.
/// Every malformed file is refused with an IoError that says what is wrong; memory for the tensors
/// is only taken when the header describes the file exactly.
#pragma once

#include <concepts>
#include <map>
#include <string>

#include <retrograd/tensor/api.h>
#include <retrograd/tensor/state_dict.h>

namespace retrograd {

/// Names and texts.
using Metadata = std::map<std::string, std::string>;

/// Options, given as {.name = value}; what is left out keeps its default.
struct SaveOptions {
  /// Kept in the file for load_metadata(), in UTF-8. Keys that begin with "retrograd." are ours.
  Metadata metadata = {};
  /// Adds a CRC-32 of the whole file to its metadata, which load() verifies.
  bool checksum = true;
};

/// Writes all tensors, row-major whatever their strides. The file is replaced as a whole or not at
/// all: values go to a temporary file in the same directory, which is made durable and renamed.
/// The permissions of the old file are kept; other hard links to it keep the old content. A
/// symbolic link stays a link, and the file it leads to is replaced. A temporary file that a killed
/// process left in the directory is removed, if it was of the same user and machine. Throws IoError
/// with the system's reason, also for a link that leads nowhere, a path with a NUL byte and a file
/// that exceeds RLIMIT_FSIZE, and ValueError for a name that is "__metadata__" or not UTF-8.
RETROGRAD_API void save(const StateDict& state, const std::string& path, Where where = {});
/// Writes all tensors, row-major whatever their strides. The file is replaced as a whole or not at
/// all: values go to a temporary file in the same directory, which is made durable and renamed.
/// The permissions of the old file are kept; other hard links to it keep the old content. A
/// symbolic link stays a link, and the file it leads to is replaced. A temporary file that a killed
/// process left in the directory is removed, if it was of the same user and machine. Throws IoError
/// with the system's reason, also for a link that leads nowhere, a path with a NUL byte and a file
/// that exceeds RLIMIT_FSIZE, and ValueError for a name that is "__metadata__" or not UTF-8.
RETROGRAD_API void save(const StateDict& state, const std::string& path, const SaveOptions& options,
                        Where where = {});

/// The same for what has a state_dict(), such as a module: save(model, "model.safetensors").
template <class Model>
requires requires(const Model& model) {
  { model.state_dict() } -> std::same_as<StateDict>;
}
/// The same for what has a state_dict(), such as a module: save(model, "model.safetensors").
void save(const Model& model, const std::string& path, Where where = {}) {
  save(model.state_dict(where), path, where);
}

/// All tensors of a file, in the order of their values there: row-major and without gradients.
/// Reads F32, F64, BF16, I64, U8 and BOOL. Throws IoError.
RETROGRAD_API StateDict load(const std::string& path, Where where = {});

/// The metadata of a file, without the checksum. Reads and checks the header only. Throws IoError.
RETROGRAD_API Metadata load_metadata(const std::string& path, Where where = {});

}  // namespace retrograd
