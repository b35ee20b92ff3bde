// Parts of the web page. Internal.
#pragma once

#include <string>
#include <string_view>

#include <retrograd/explain/explain.h>

namespace retrograd::detail {

std::string html_escaped(std::string_view text);

// An SVG drawing of the stations, the input on top, with links to the steps' panels.
std::string html_graph(const Explanation& e);

}  // namespace retrograd::detail
