// ONNX's node cases that are passed over, by the beginning of their names, each with its reason.
#pragma once

#include <string_view>

namespace test {

// `whole` for one case alone.
struct Skip {
  std::string_view prefix;
  const char* reason;
  bool whole = false;
};

inline constexpr Skip node_case_skips[] = {
    {"adagrad", "a step of an optimiser"},
    {"adam", "a step of an optimiser"},
    {"momentum", "a step of an optimiser"},
    {"nesterov", "a step of an optimiser"},
    {"basic_convinteger", "products of quantised integers"},
    {"convinteger", "products of quantised integers"},
    {"matmulinteger", "products of quantised integers"},
    {"qlinear", "products of quantised integers"},
    {"quantizelinear", "an output of 8 bits with saturation, where the library has int64"},
    {"dynamicquantize", "an output of 8 bits with saturation, where the library has int64"},
    {"bernoulli", "random numbers of another generator"},
    {"training_dropout",
     "random numbers of another generator, and a net in evaluation mode drops none"},
    {"bitshift", "bits of integers, which no floating net needs"},
    {"blackmanwindow", "windows of signals"},
    {"hammingwindow", "windows of signals"},
    {"hannwindow", "windows of signals"},
    {"melweightmatrix", "spectra of signals"},
    {"dft", "complex numbers"},
    {"stft", "complex numbers"},
    {"cast_FLOAT_to_BFLOAT16", "data of 16 bits that the case stores as floats of another shape"},
    {"castlike_BFLOAT16", "data of 16 bits that the case stores as floats of another shape"},
    {"castlike_FLOAT_to_BFLOAT16",
     "data of 16 bits that the case stores as floats of another shape"},
    {"cast_FLOAT_to_STRING", "text"},
    {"cast_STRING", "text"},
    {"castlike_FLOAT_to_STRING", "text"},
    {"castlike_STRING", "text"},
    {"strnormalizer", "text"},
    {"tfidfvectorizer", "text"},
    {"det_", "determinants"},
    {"elu", "operator set 6; the file needs 7"},
    {"globalaveragepool", "operator set 1; the file needs 7"},
    {"globalmaxpool", "operator set 1; the file needs 7"},
    {"hardsigmoid", "operator set 6; the file needs 7"},
    {"instancenorm", "operator set 6; the file needs 7"},
    {"not_", "operator set 1; the file needs 7"},
    {"reduce_log_sum", "operator set 6; the file needs 7", true},
    {"selu", "operator set 6; the file needs 7"},
    {"softplus", "operator set 1; the file needs 7"},
    {"softsign", "operator set 1; the file needs 7"},
    {"gridsample_bicubic", "grid_sample() has no cubic kernel"},
    {"identity_opt", "optional values"},
    {"identity_sequence", "sequences"},
    {"if_opt", "optional values"},
    {"if_seq", "sequences"},
    {"loop13_seq", "sequences"},
    {"loop16_seq", "sequences"},
    {"optional_", "optional values"},
    {"sequence_", "sequences"},
    {"nonmaxsuppression", "a choice of boxes, which has no gradient"},
    {"roialign", "boxes of regions"},
    {"scan_sum", "Scan of operator set 8"},
    {"scatternd_multiply", "products of equal positions"},
    {"unique", "a result whose shape depends on data in an order of its own"},
};

struct Floor {
  const char* name;
  std::string_view prefixes[12];
  int least;
};

inline constexpr Floor node_case_floors[] = {
    {"Conv and ConvTranspose", {"conv_", "basic_conv", "convtranspose"}, 12},
    {"pooling",
     {"maxpool", "averagepool", "globalaverage", "globalmax", "maxunpool", "lppool"},
     25},
    {"Resize", {"resize", "upsample"}, 20},
    {"RNN, GRU and LSTM", {"rnn", "gru", "lstm", "simple_rnn"}, 9},
    {"reductions", {"reduce_"}, 40},
    {"Slice, Gather and Scatter", {"slice", "gather", "scatter"}, 20},
    {"Pad", {"constant_pad", "edge_pad", "reflect_pad", "pad_"}, 4},
};

}  // namespace test
