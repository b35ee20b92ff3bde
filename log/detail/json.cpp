#include <cmath>
#include <iterator>

#include <fmt/format.h>

#include <retrograd/log/detail/json.h>

namespace retrograd::logging::detail {

namespace {

// In quotes. The text is UTF-8.
void append_text(std::string& to, std::string_view text) {
  to += '"';
  for (const char letter : text) {
    if (letter == '"' || letter == '\\') {
      to += '\\';
      to += letter;
    } else if (static_cast<unsigned char>(letter) < 0x20) {
      fmt::format_to(std::back_inserter(to), "\\u{:04x}", static_cast<unsigned>(letter));
    } else {
      to += letter;
    }
  }
  to += '"';
}

// With all its digits. JSON has no numbers that are not finite: they are texts, as in the JSON of
// protocol buffers.
void append_number(std::string& to, double value) {
  if (std::isfinite(value)) {
    fmt::format_to(std::back_inserter(to), "{}", value);
  } else {
    to += std::isnan(value) ? "\"NaN\"" : value > 0 ? "\"Infinity\"" : "\"-Infinity\"";
  }
}

void append_end(std::string& to, Moment moment) {
  fmt::format_to(std::back_inserter(to), ",\"wall_time\":{:.3f}}}\n", moment.wall_time);
}

}  // namespace

void append_scalar_line(std::string& to, Moment moment, std::string_view tag, double value) {
  fmt::format_to(std::back_inserter(to), "{{\"step\":{},\"tag\":", moment.step);
  append_text(to, tag);
  to += ",\"value\":";
  append_number(to, value);
  append_end(to, moment);
}

void append_hparams_line(std::string& to, Moment moment, const HParams& hparams) {
  to += "{\"hparams\":{";
  const char* separator = "";
  for (const auto& [name, hparam] : hparams) {
    to += separator;
    append_text(to, name);
    to += ':';
    if (const auto* text = std::get_if<std::string>(&hparam.value())) {
      append_text(to, *text);
    } else if (const auto* number = std::get_if<double>(&hparam.value())) {
      append_number(to, *number);
    } else {
      to += std::get<bool>(hparam.value()) ? "true" : "false";
    }
    separator = ",";
  }
  to += '}';
  append_end(to, moment);
}

}  // namespace retrograd::logging::detail
