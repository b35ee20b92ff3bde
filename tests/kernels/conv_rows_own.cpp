#include "conv_rows.h"

namespace kernel_tests {

// One filter for each channel, of all widths that have loops of their own.
void add_depthwise(std::vector<ConvRow>& rows) {
  for (const std::int64_t kernel : {3, 5, 7}) {
    for (const std::int64_t channels : {2, 13, 40}) {
      for (const Pair stride : {Pair{1, 1}, Pair{2, 2}, Pair{1, 3}}) {
        rows.push_back({.batch = 3,
                        .in = channels,
                        .out = channels,
                        .input = {9, 14},
                        .kernel = {kernel - 2 * (channels % 2), kernel},
                        .stride = stride,
                        .padding = {1, kernel / 2},
                        .groups = channels});
        rows.push_back(rows.back());
        rows.back().dilation = {1, 2};
        rows.back().padding = {3, 4};
      }
    }
    for (const std::int64_t height : {2, 3}) {  // whole vectors, and rows that lie outside
      rows.push_back({.batch = 2,
                      .in = 32 + 5 * (height % 2),
                      .out = 32 + 5 * (height % 2),
                      .input = {4, 11},
                      .kernel = {height, kernel},
                      .stride = {1, height - 1},
                      .padding = {2, 1},
                      .groups = 32 + 5 * (height % 2)});
    }
    rows.push_back({.in = 20,
                    .out = 20,
                    .input = {1, 30},
                    .kernel = {1, kernel},
                    .stride = {1, 2},
                    .padding = {0, 2},
                    .groups = 20,
                    .one_dimensional = true});
  }
}

// Many channels and tiles of 2x2 results, of which the last may be half empty.
void add_winograd(std::vector<ConvRow>& rows) {
  for (const std::int64_t padding : {0, 1, 2}) {
    rows.push_back({.batch = 5, .in = 24, .out = 40, .input = {12, 13}, .padding = {padding, 1}});
    rows.push_back({.batch = 4, .in = 33, .out = 25, .input = {13, 16}, .padding = {2, padding}});
  }
  for (const std::int64_t padding : {0, 1, 2}) {  // one vector of channels
    rows.push_back({.batch = 3, .in = 16, .out = 16, .input = {19, 18}, .padding = {1, padding}});
    rows.push_back({.batch = 2, .in = 16, .out = 16, .input = {16, 33}, .padding = {padding, 1}});
  }
  rows.push_back({.batch = 3, .in = 16, .out = 35, .input = {17, 16}});
  rows.push_back({.batch = 1, .in = 64, .out = 31, .input = {33, 32}});
  rows.push_back({.batch = 9, .in = 48, .out = 64, .input = {8, 8}, .same = true});
  rows.push_back({.batch = 2, .in = 280, .out = 32, .input = {16, 16}});  // deeper than a panel
}

// Whose weight gradients fill tiles of 32 channels and 32 places, or leave some of a tile empty.
std::vector<ConvRow> tiled_rows() {
  const ConvRow row{.batch = 5, .in = 32, .out = 64, .input = {17, 16}};
  std::vector<ConvRow> rows{row,
                            {.batch = 4, .in = 32, .out = 32, .input = {20, 20}},
                            {.batch = 9, .in = 64, .out = 48, .input = {11, 13}},
                            {.batch = 3, .in = 33, .out = 65, .input = {9, 31}},
                            {.batch = 5, .in = 13, .out = 29, .input = {14, 17}},
                            {.batch = 40, .in = 16, .out = 16, .input = {8, 8}},
                            {.batch = 2, .in = 3, .out = 64, .input = {40, 40}}};
  rows.push_back({.batch = 3, .in = 64, .out = 64, .input = {40, 41}});  // more than a round
  rows.push_back({.batch = 2, .in = 33, .out = 40, .input = {20, 21}});
  rows.push_back({.batch = 4, .in = 3, .out = 64, .input = {24, 31}});
  for (const Pair padding : {Pair{0, 0}, Pair{2, 1}, Pair{0, 2}}) {
    rows.push_back(row);
    rows.back().kernel = {5, 3};
    rows.back().padding = padding;
    rows.push_back(row);
    rows.back().padding = padding;
    rows.back().dilation = {2, 3};
    rows.push_back({.batch = 3,
                    .in = 29,
                    .out = 31,
                    .input = {19, 18},
                    .stride = {1 + padding[1], 2},
                    .padding = padding});
  }
  rows.push_back(row);
  rows.back().kernel = {4, 2};
  rows.back().same = true;
  for (const std::int64_t kernel : {1, 5}) {
    rows.push_back({.batch = 3,
                    .in = 30,
                    .out = 50,
                    .input = {1, 200},
                    .kernel = {1, kernel},
                    .padding = {0, kernel / 2},
                    .one_dimensional = true});
  }
  return rows;
}

}  // namespace kernel_tests
