// Lines of JSON.
#pragma once

#include <string>
#include <string_view>

#include <retrograd/log/detail/event.h>

namespace retrograd::logging::detail {

// Appends {"step":3,"tag":"loss","value":0.5,"wall_time":1700000000.25} and a new line.
void append_scalar_line(std::string& to, Moment moment, std::string_view tag, double value);
// Appends {"hparams":{"lr":0.1},"wall_time":1700000000.25} and a new line.
void append_hparams_line(std::string& to, Moment moment, const HParams& hparams);

}  // namespace retrograd::logging::detail
