// TensorBoard's records: length, CRC, data, CRC.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace retrograd::logging::detail {

// CRC-32C, the polynomial of Castagnoli.
std::uint32_t crc32c(std::string_view bytes) noexcept;

// Appends a record with this data.
void append_record(std::string& to, std::string_view data);

}  // namespace retrograd::logging::detail
