// The files of a folder for each class. Internal.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <retrograd/io/internal/file.h>

namespace retrograd::detail {

// The names of the folders in a folder, sorted. Throws IoError if it cannot be listed.
std::vector<std::string> folders_in(const std::string& folder, const FileCall& call);

// The paths of all files below a folder whose names end with one of the extensions in any case,
// folder by folder in the order of their paths. Throws IoError if there are more than `most`.
std::vector<std::string> files_below(const std::string& folder,
                                     const std::vector<std::string>& extensions, std::size_t most,
                                     const FileCall& call);

}  // namespace retrograd::detail
