// Event files and messages of protocol buffers, read by a parse of their own.
#pragma once

#include <cstdint>
#include <cstring>
#include <filesystem>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "unit/io_temp_files.h"

namespace test {

// CRC-32C bit after bit, masked.
inline std::uint32_t slow_masked_crc(std::string_view bytes) {
  std::uint32_t crc = ~0U;
  for (const char byte : bytes) {
    crc ^= static_cast<unsigned char>(byte);
    for (int bit = 0; bit < 8; ++bit) {
      crc = (crc & 1U) != 0 ? crc >> 1 ^ 0x82f63b78U : crc >> 1;
    }
  }
  crc = ~crc;
  return (crc >> 15 | crc << 17) + 0xa282ead8U;
}

template <class T>
T number_at(std::string_view bytes, std::size_t at) {
  if (at + sizeof(T) > bytes.size()) {
    throw std::runtime_error("the bytes end early");
  }
  T number;
  std::memcpy(&number, bytes.data() + at, sizeof number);
  return number;
}

// The fields of a message, in order; those of numbers as their bytes.
using Message = std::multimap<std::uint32_t, std::string>;

inline std::uint64_t varint(std::string_view bytes, std::size_t& at) {
  std::uint64_t number = 0;
  for (int shift = 0;; shift += 7) {
    const auto byte = number_at<unsigned char>(bytes, at++);
    number |= std::uint64_t{byte & 0x7fU} << shift;
    if (byte < 0x80) {
      return number;
    }
  }
}

inline Message parsed(std::string_view bytes) {
  Message fields;
  for (std::size_t at = 0; at < bytes.size();) {
    const auto key = static_cast<std::uint32_t>(varint(bytes, at));
    std::string content;
    switch (key & 7U) {
      case 0: content = little_endian(varint(bytes, at)); break;
      case 1:
        content = bytes.substr(at, 8);
        at += 8;
        break;
      case 2: {
        const auto length = static_cast<std::size_t>(varint(bytes, at));
        if (length > bytes.size() - at) {
          throw std::runtime_error("a field ends behind its message");
        }
        content = bytes.substr(at, length);
        at += length;
        break;
      }
      case 5:
        content = bytes.substr(at, 4);
        at += 4;
        break;
      default: throw std::runtime_error("a field of an unknown type");
    }
    fields.emplace(key >> 3, content);
  }
  return fields;
}

// The one field of this number.
inline std::string field(const Message& message, std::uint32_t number) {
  const auto found = message.find(number);
  if (found == message.end() || message.count(number) != 1) {
    throw std::runtime_error("field " + std::to_string(number) + " is not there once");
  }
  return found->second;
}
inline double real(const std::string& bytes) {
  return bytes.size() == 4 ? static_cast<double>(number_at<float>(bytes, 0))
                           : number_at<double>(bytes, 0);
}
inline std::int64_t integer(const std::string& bytes) {
  return number_at<std::int64_t>(bytes, 0);
}

// The events of a file. Throws for a record that is torn or damaged.
inline std::vector<Message> events_in(std::string_view file) {
  std::vector<Message> events;
  for (std::size_t at = 0; at < file.size();) {
    const auto length = static_cast<std::size_t>(number_at<std::uint64_t>(file, at));
    if (number_at<std::uint32_t>(file, at + 8) != slow_masked_crc(file.substr(at, 8)) ||
        number_at<std::uint32_t>(file, at + 12 + length) !=
            slow_masked_crc(file.substr(at + 12, length))) {
      throw std::runtime_error("a CRC is wrong");
    }
    events.push_back(parsed(file.substr(at + 12, length)));
    at += 16 + length;
  }
  return events;
}

// The value of an event's summary.
inline Message value_in(const Message& event) {
  return parsed(field(parsed(field(event, 5)), 1));
}

// The event files of a folder in the order of their names.
inline std::vector<std::string> event_files(const std::string& folder) {
  std::vector<std::string> paths;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().filename().string().starts_with("events.out.tfevents.")) {
      paths.push_back(entry.path().string());
    }
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

}  // namespace test
