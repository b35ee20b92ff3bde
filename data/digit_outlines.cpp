#include <retrograd/data/detail/digit_outlines.h>

#include <array>
#include <cstddef>
#include <utility>

namespace retrograd::detail {

namespace {

using Outlines = std::vector<Outline>;

// The points x,y of each stroke, in hundredths. A stroke ends in ';', the last one of an outline in
// '/', and the last one of a digit in '.'.
constexpr const char kOutlines[] =
    "50,0 16,16 3,50 16,84 50,100 84,84 97,50 84,16 50,0/"
    "66,4 30,8 6,40 10,80 42,100 80,84 95,45 80,10 50,2 36,12."  // 0
    "50,0 50,50 50,100/"
    "22,24 40,12 56,0;"
    "56,0 55,50 55,100/"
    "25,20 55,0;"
    "55,0 55,100;"
    "22,100 88,100."  // 1
    "8,26 20,6 50,0 82,10 88,32 68,58 36,82 5,100;"
    "5,100 50,98 97,100/"
    "10,20 32,2 66,3 85,25 70,56 36,90 12,97 8,84 26,80 58,95 97,98."  // 2
    "10,14 36,0 74,5 85,25 68,42 38,48;"
    "38,48 75,54 95,74 80,94 45,100 5,88/"
    "10,2 45,3 85,2;"
    "85,2 45,40;"
    "45,40 80,48 95,70 80,93 45,100 8,90."  // 3
    "36,0 22,30 4,62;"
    "4,62 95,60;"
    "74,25 68,100/"
    "70,0 4,68;"
    "4,68 97,68;"
    "70,0 70,100/"
    "12,2 10,30 22,50 50,52 84,42;"
    "88,0 84,50 80,100."  // 4
    "90,2 25,2;"
    "25,2 15,43;"
    "15,43 45,36 80,45 95,68 80,92 45,100 5,90/"
    "30,4 20,30 26,44 62,46 85,68 68,94 35,100 8,92;"
    "30,4 60,5 95,0."  // 5
    "80,3 45,18 16,48 6,76 25,97 60,100 90,82 84,60 58,51 28,57 10,76/"
    "45,0 22,35 10,70 28,96 62,98 85,80 70,62 40,62 16,80."  // 6
    "5,3 50,4 92,2;"
    "92,2 62,45 42,100/"
    "5,3 92,3;"
    "92,3 62,45 45,100;"
    "28,50 84,47/"
    "6,22 9,4;"
    "9,4 50,6 92,2;"
    "92,2 66,50 55,100."  // 7
    "80,13 50,0 20,12 22,33 50,47 82,65 85,88 50,100 15,88 18,65 50,47 76,33 80,13/"
    "50,0 22,10 22,36 50,46 78,36 78,10 50,0;"
    "50,46 14,58 12,90 50,100 88,90 86,58 50,46."  // 8
    "85,20 60,2 25,6 8,30 26,52 60,50 85,22;"
    "88,8 85,50 74,100/"
    "82,12 50,0 18,12 12,38 42,52 74,40 86,14 86,60 66,92 25,98.";  // 9

std::array<Outlines, 10> read_outlines() {
  std::array<Outlines, 10> all;
  auto digit = all.begin();
  Outline outline;
  Stroke stroke;
  std::array<float, 2> numbers{};
  std::size_t axis = 0;
  for (const char* at = kOutlines; *at != '\0'; ++at) {
    if (*at >= '0' && *at <= '9') {
      numbers[axis] = 10 * numbers[axis] + static_cast<float>(*at - '0');
      continue;
    }
    axis = *at == ',' ? 1 : 0;
    if (axis == 0) {
      stroke.push_back({numbers[0] / 100, numbers[1] / 100});
      numbers = {};
    }
    if (*at == ';' || *at == '/' || *at == '.') {
      outline.push_back(std::exchange(stroke, {}));
    }
    if (*at == '/' || *at == '.') {
      digit->push_back(std::exchange(outline, {}));
    }
    digit += *at == '.' ? 1 : 0;
  }
  return all;
}

}  // namespace

const std::vector<Outline>& digit_outlines(int digit) {
  static const std::array<Outlines, 10> all = read_outlines();
  return all[static_cast<std::size_t>(digit)];
}

}  // namespace retrograd::detail
