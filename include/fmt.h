// fmt::format("{}", tensor): an optional header, because it needs fmt.
#pragma once

#include <fmt/ostream.h>

#include <retrograd/retrograd.h>

template <>
struct fmt::formatter<retrograd::Tensor> : fmt::ostream_formatter {};
template <>
struct fmt::formatter<retrograd::Indexed> : fmt::ostream_formatter {};
template <>
struct fmt::formatter<retrograd::DType> : fmt::ostream_formatter {};
template <>
struct fmt::formatter<retrograd::Dims> : fmt::ostream_formatter {};
template <>
struct fmt::formatter<retrograd::Where> : fmt::ostream_formatter {};
