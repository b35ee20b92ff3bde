#include "conv_rows.h"

#include <sstream>

namespace kernel_tests {

namespace rg = retrograd;

namespace {

void add_tails(std::vector<ConvRow>& rows) {
  const std::array<std::int64_t, 6> tails{3, 4, 6, 7, 9, 17};
  for (const std::int64_t in : tails) {
    for (const std::int64_t out : tails) {
      rows.push_back({.in = in, .out = out, .input = {7, 9}});
    }
    for (const std::int64_t kernel : {2, 5}) {
      rows.push_back({.in = in, .out = 2 * in, .kernel = {kernel, kernel}, .stride = {2, 2}});
    }
  }
}

void add_padding(std::vector<ConvRow>& rows) {
  for (const std::int64_t kernel : {2, 3}) {
    for (const std::int64_t padding : {4, 5, 6}) {
      for (const std::int64_t in : {3, 16}) {
        rows.push_back({.in = in,
                        .out = 5,
                        .input = {4, 5},
                        .kernel = {kernel, kernel},
                        .padding = {padding, padding}});
      }
    }
  }
  for (const std::int64_t kernel : {2, 3, 4, 6}) {
    rows.push_back({.in = 5, .kernel = {kernel, kernel}, .same = true});
    rows.push_back({.in = 5, .kernel = {1, kernel}, .same = true, .one_dimensional = true});
  }
}

void add_strides(std::vector<ConvRow>& rows) {
  for (const std::int64_t stride : {2, 3, 4}) {
    for (const std::int64_t input : {8, 9, 10, 11}) {
      rows.push_back({.in = 6, .input = {input, input + 1}, .stride = {stride, stride}});
    }
  }
  rows.push_back({.input = {2, 2}, .stride = {4, 4}});  // strides longer than the input
  rows.push_back({.input = {3, 2}, .stride = {5, 3}});
}

void add_points(std::vector<ConvRow>& rows) {
  for (const std::int64_t in : {1, 3, 7, 8, 12, 15, 16, 17, 24, 32}) {
    for (const std::int64_t stride : {1, 2, 3}) {
      rows.push_back({.in = in,
                      .out = 16,
                      .input = {12, 11},
                      .kernel = {1, 1},
                      .stride = {stride, stride},
                      .padding = {0, 0}});
    }
  }
  rows.push_back({.batch = 4,
                  .in = 4,
                  .input = {32, 32},
                  .kernel = {1, 1},
                  .stride = {2, 2},
                  .padding = {0, 0}});
}

void add_groups(std::vector<ConvRow>& rows) {
  for (const std::int64_t groups : {2, 3, 4, 8}) {
    for (const std::int64_t in : {1, 3, 8}) {
      rows.push_back({.in = groups * in, .out = groups * (in + 1), .groups = groups});
    }
  }
  for (const std::int64_t channels : {3, 8, 16, 17, 24}) {
    for (const std::int64_t stride : {1, 2}) {
      rows.push_back(
          {.in = channels, .out = channels, .stride = {stride, stride}, .groups = channels});
    }
    rows.push_back({.in = channels, .out = 2 * channels, .groups = channels});
  }
}

void add_shapes(std::vector<ConvRow>& rows) {
  for (const std::int64_t dilation : {2, 3}) {
    for (const std::int64_t kernel : {2, 3}) {
      for (const std::int64_t stride : {1, 2}) {
        rows.push_back({.input = {11, 12},
                        .kernel = {kernel, kernel},
                        .stride = {stride, stride},
                        .dilation = {dilation, dilation}});
      }
    }
  }
  for (const Pair kernel : {Pair{1, 7}, Pair{7, 1}, Pair{3, 5}}) {
    for (const Pair stride : {Pair{1, 2}, Pair{2, 1}}) {
      for (const Pair padding : {Pair{0, 3}, Pair{2, 0}}) {
        rows.push_back({.in = 5,
                        .out = 9,
                        .input = {13, 10},
                        .kernel = kernel,
                        .stride = stride,
                        .padding = padding,
                        .dilation = {stride[1], 1}});
      }
    }
  }
  for (const std::int64_t batch : {1, 2, 3, 4}) {
    for (const std::int64_t channels : {16, 32}) {
      rows.push_back({.batch = batch, .in = channels, .out = channels, .input = {6, 10}});
    }
  }
  for (const std::int64_t stride : {1, 2}) {
    for (const std::int64_t kernel : {1, 3, 4, 9}) {
      rows.push_back({.in = 6,
                      .input = {1, 20},
                      .kernel = {1, kernel},
                      .stride = {1, stride},
                      .padding = {0, 2},
                      .one_dimensional = true});
    }
  }
  rows.push_back({.in = 1, .out = 6, .input = {28, 28}, .kernel = {5, 5}, .padding = {0, 0}});
  rows.push_back({.in = 6, .out = 16, .input = {12, 12}, .kernel = {5, 5}, .padding = {0, 0}});
}

// Work enough to be divided among threads.
void add_large(std::vector<ConvRow>& rows) {
  for (const std::int64_t in : {3, 7, 9, 17}) {
    rows.push_back({.batch = 4, .in = in, .out = 24, .input = {24, 25}});
    rows.push_back({.batch = 4, .in = in, .out = 33, .input = {25, 24}, .stride = {2, 3}});
  }
  for (const std::int64_t in : {8, 15, 16, 40}) {
    rows.push_back({.batch = 4,
                    .in = in,
                    .out = 48,
                    .input = {48, 40},
                    .kernel = {1, 1},
                    .stride = {2, 2},
                    .padding = {0, 0}});
  }
  rows.push_back({.batch = 3, .in = 64, .out = 64, .input = {14, 14}});
  // Two blocks of channels, the last of an odd number, and a kernel of many places.
  rows.push_back({.in = 63, .out = 64, .input = {9, 9}, .kernel = {9, 9}});
  rows.push_back({.batch = 3, .in = 48, .out = 48, .input = {20, 20}, .groups = 3});
  rows.push_back({.batch = 4, .in = 64, .out = 64, .input = {32, 33}, .groups = 64});
}

void add_volumes(std::vector<ConvRow>& rows) {
  for (const std::int64_t in : {1, 3, 8, 16, 17}) {
    for (const std::int64_t kernel : {1, 2, 3}) {
      rows.push_back(
          {.in = in, .out = 9, .input = {5, 6}, .depth = Depth{.kernel = kernel, .padding = 1}});
      rows.push_back({.in = in,
                      .input = {7, 5},
                      .stride = {2, 2},
                      .depth = Depth{.input = 5, .kernel = kernel, .stride = 2}});
    }
    for (const std::int64_t stride : {1, 2}) {
      rows.push_back({.in = in,
                      .input = {6, 7},
                      .kernel = {1, 1},
                      .stride = {1, stride},
                      .padding = {0, 0},
                      .depth = Depth{.kernel = 1, .stride = stride}});
    }
  }
  for (const std::int64_t groups : {2, 8, 16}) {
    rows.push_back(
        {.in = 16, .out = 16, .input = {6, 5}, .groups = groups, .depth = Depth{.kernel = 3}});
  }
  rows.push_back({.input = {6, 9},
                  .dilation = {1, 3},
                  .depth = Depth{.input = 7, .kernel = 3, .stride = 2, .dilation = 2}});
  rows.push_back({.in = 5, .kernel = {2, 4}, .same = true, .depth = Depth{}});
  rows.push_back({.batch = 2,
                  .in = 16,
                  .out = 24,
                  .input = {12, 13},
                  .depth = Depth{.input = 8, .kernel = 3, .padding = 1}});
}

// Strided columns with little to step over, which oneDNN 3.7 computes wrongly or crashes on.
void add_narrow(std::vector<ConvRow>& rows) {
  for (const std::int64_t out : {1, 7, 16, 35}) {
    const ConvRow one_column{.batch = 3, .in = 1, .out = out, .input = {28, 4}};
    for (const std::int64_t stride : {2, 3}) {
      rows.push_back(one_column);
      rows.back().kernel = {3, 3};
      rows.back().stride = {1, stride};
      rows.push_back(rows.back());
      rows.back().input = {16, 1};
      rows.back().padding = {1, 1};
      rows.push_back(one_column);
      rows.back().in = 17;
      rows.back().input = {13, 1};
      rows.back().kernel = {5, 1};
      rows.back().stride = {1, stride};
      rows.back().padding = {3, 2};
      rows.back().dilation = {1, 2};
    }
  }
}

}  // namespace

std::vector<ConvRow> conv_rows() {
  std::vector<ConvRow> rows;
  add_tails(rows);
  add_padding(rows);
  add_strides(rows);
  add_narrow(rows);
  add_depthwise(rows);
  add_winograd(rows);
  add_points(rows);
  add_groups(rows);
  add_shapes(rows);
  add_large(rows);
  add_volumes(rows);
  return rows;
}

std::string to_string(const ConvRow& row) {
  std::ostringstream out;
  const auto pair = [&](const char* name, Pair values) {
    out << name << values[0] << 'x' << values[1];
  };
  out << (row.depth             ? "conv3d"
          : row.one_dimensional ? "conv1d"
                                : "conv2d")
      << " batch " << row.batch << ", channels " << row.in << " to " << row.out << ", groups "
      << row.groups;
  pair(", input ", row.input);
  pair(", kernel ", row.kernel);
  pair(", stride ", row.stride);
  pair(row.same ? ", padding same; " : ", padding ", row.padding);
  pair(", dilation ", row.dilation);
  if (row.depth) {
    out << ", depth " << row.depth->input << ", its kernel " << row.depth->kernel << ", stride "
        << row.depth->stride << ", padding " << row.depth->padding << ", dilation "
        << row.depth->dilation;
  }
  return out.str();
}

bool is_known_bad(const ConvRow& row) {
  const Depth depth = row.depth.value_or(Depth{.kernel = 1});
  return row.kernel == Pair{1, 1} && depth.kernel == 1 &&
         (row.stride != Pair{1, 1} || depth.stride > 1) && row.in / row.groups < 16;
}

}  // namespace kernel_tests
