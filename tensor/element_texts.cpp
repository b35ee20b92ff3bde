#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <string_view>
#include <type_traits>
#include <utility>

#include <retrograd/tensor/detail/element_texts.h>
#include <retrograd/tensor/dispatch.h>
#include <retrograd/tensor/internal/format.h>

namespace retrograd::detail {

namespace {

// d.ddd x 10^exponent, without zeros at the end.
struct Decimal {
  std::string digits;
  int exponent;
};

// Reads a number that is not negative, as fmt writes it: "0.25", "1e-07", "3.14e+20".
Decimal decimal_of(std::string_view text) {
  const std::size_t e = std::min(text.find('e'), text.size());
  const std::size_t point = std::min(text.substr(0, e).find('.'), e);
  int exponent = static_cast<int>(point) - 1;
  if (e < text.size()) {
    exponent += std::stoi(std::string(text.substr(e + 1)));
  }
  std::string digits(text.substr(0, e));
  std::erase(digits, '.');
  const std::size_t first = digits.find_first_not_of('0');
  if (first == std::string::npos) {
    return {"0", 0};
  }
  digits.erase(digits.find_last_not_of('0') + 1);
  return {digits.substr(first), exponent - static_cast<int>(first)};
}

// The shortest decimal that reads back as the number.
template <class T>
Decimal shortest(T number) {
  return decimal_of(formatted("{}", std::abs(number)));
}

// An element in two parts, which meet where those of other elements do.
struct Entry {
  std::string left;
  std::string right;
  bool is_whole = false;  // "nan", which spans both parts
};

template <class T>
std::string sign_of(T number) {
  return std::signbit(number) ? "-" : "";
}

// At most `precision` digits after the point, no zeros at the end: "-12" and ".5".
template <class T>
Entry positional(T number, int precision) {
  const Decimal decimal = shortest(number);
  const int fraction = static_cast<int>(decimal.digits.size()) - 1 - decimal.exponent;
  std::string text = formatted("{:#.{}f}", std::abs(number), std::clamp(fraction, 0, precision));
  text.erase(text.find_last_not_of('0') + 1);
  const std::size_t point = text.find('.');
  return {sign_of(number) + text.substr(0, point), text.substr(point)};
}

// "-1" and ".50e-03", with as many digits as the longest needs, but at most `precision`.
template <class T>
std::vector<Entry> scientific(const std::vector<T>& numbers, int precision) {
  std::size_t fraction = 0;
  for (const T number : numbers) {
    std::size_t digits = shortest(number).digits.size() - 1;
    if (digits > static_cast<std::size_t>(precision)) {
      digits = decimal_of(formatted("{:.{}e}", std::abs(number), precision)).digits.size() - 1;
    }
    fraction = std::max(fraction, digits);
  }
  std::vector<std::string> texts;
  std::size_t exponent = 0;  // from the "e" to the end
  for (const T number : numbers) {
    texts.push_back(formatted("{:#.{}e}", std::abs(number), fraction));
    exponent = std::max(exponent, texts.back().size() - texts.back().find('e'));
  }
  std::vector<Entry> entries;
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    std::string& text = texts[i];
    const std::size_t e = text.find('e');
    text.insert(e + 2, exponent - (text.size() - e), '0');
    entries.push_back({sign_of(numbers[i]) + text[0], text.substr(1)});
  }
  return entries;
}

// Whether NumPy shows such numbers in scientific form.
template <class T>
bool is_scientific(const std::vector<T>& numbers, bool suppress) {
  T largest = 0;
  T smallest = std::numeric_limits<T>::max();
  for (const T number : numbers) {
    if (number != 0) {
      largest = std::max(largest, std::abs(number));
      smallest = std::min(smallest, std::abs(number));
    }
  }
  return largest >= T(1e8) ||
         (!suppress && largest > 0 && (smallest < T(1e-4) || largest / smallest > T(1000)));
}

template <class T>
std::vector<Entry> entries_of(const std::vector<T>& numbers, const PrintOptions& options) {
  std::vector<Entry> entries;
  if constexpr (std::is_floating_point_v<T>) {
    std::vector<T> finite;
    std::copy_if(numbers.begin(), numbers.end(), std::back_inserter(finite),
                 [](T number) { return std::isfinite(number); });
    std::vector<Entry> of_finite;
    if (is_scientific(finite, options.suppress)) {
      of_finite = scientific(finite, options.precision);
    } else {
      for (const T number : finite) {
        of_finite.push_back(positional(number, options.precision));
      }
    }
    auto next = of_finite.begin();
    for (const T number : numbers) {
      if (std::isfinite(number)) {
        entries.push_back(std::move(*next++));
      } else {
        entries.push_back({std::isnan(number) ? "nan" : formatted("{}", number), "", true});
      }
    }
  } else {
    for (const T number : numbers) {
      entries.push_back({formatted("{}", number), ""});
    }
  }
  return entries;
}

std::vector<std::string> aligned(const std::vector<Entry>& entries) {
  std::size_t left = 0;
  std::size_t right = 0;
  for (const Entry& entry : entries) {
    left = std::max(left, entry.is_whole ? 0 : entry.left.size());
    right = std::max(right, entry.right.size());
  }
  for (const Entry& entry : entries) {
    left = std::max(left, entry.left.size() - std::min(entry.left.size(), right));
  }
  std::vector<std::string> texts;
  texts.reserve(entries.size());
  for (const Entry& entry : entries) {
    texts.push_back(entry.is_whole
                        ? formatted("{:>{}}", entry.left, left + right)
                        : formatted("{:>{}}{:<{}}", entry.left, left, entry.right, right));
  }
  return texts;
}

}  // namespace

std::vector<std::string> element_texts(const Tensor& tensor,
                                       const std::vector<std::int64_t>& offsets,
                                       const PrintOptions& options) {
  return for_dtype(tensor.dtype(), [&]<class T>() {
    std::vector<std::conditional_t<std::is_same_v<T, BFloat16>, float, T>> values;
    values.reserve(offsets.size());
    for (const std::int64_t offset : offsets) {
      values.push_back(tensor.raw<T>()[offset]);
    }
    return aligned(entries_of(values, options));
  });
}

}  // namespace retrograd::detail
