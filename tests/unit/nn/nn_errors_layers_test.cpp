// Every layer: what its constructor refuses is said with its name, the value and the caller's line;
// and an input that does not fit, with the operator's name and the line of the call.
#include <doctest/doctest.h>

#include <cmath>

#include <retrograd/retrograd.h>

#include "unit/ops_errors.h"

namespace rg = retrograd;
namespace nn = rg::nn;
using rg::ones;

TEST_CASE("errors: constructors of all layers name class, value and line") {
  REFUSED(ValueError, nn::LeakyReLU(NAN), "LeakyReLU", "negative_slope is nan");
  REFUSED(ValueError, nn::ELU(NAN), "ELU", "alpha is nan");
  REFUSED(ValueError, nn::CELU(0), "CELU", "alpha is 0");
  REFUSED(ValueError, nn::Softplus(0), "Softplus", "beta is 0");
  REFUSED(ValueError, nn::Softplus(1, NAN), "Softplus", "threshold is nan");
  REFUSED(ValueError, nn::Hardtanh(2, 1), "Hardtanh", "min_val is 2");
  REFUSED(ValueError, nn::Hardtanh(NAN, 1), "Hardtanh", "min_val is nan");
  REFUSED(ValueError, nn::Softshrink(-0.5), "Softshrink", "lambd is -0.5");
  REFUSED(ValueError, nn::Softshrink(NAN), "Softshrink", "lambd is nan");
  REFUSED(ValueError, nn::Hardshrink(NAN), "Hardshrink", "lambd is nan");
  REFUSED(ValueError, nn::PReLU(0), "PReLU", "num_parameters is 0");
  REFUSED(ValueError, nn::PReLU(1, NAN), "PReLU", "init is nan");
  REFUSED(ValueError, nn::MultiheadAttention(0, 1), "MultiheadAttention", "embed_dim is 0");
  REFUSED(ValueError, nn::MultiheadAttention(4, 0), "MultiheadAttention", "num_heads is 0");
  REFUSED(ValueError, nn::MultiheadAttention(4, 3), "MultiheadAttention", "4", "3 heads");
  REFUSED(ValueError, nn::Conv1d(0, 1, 1), "Conv1d", "in_channels is 0");
  REFUSED(ValueError, nn::Conv1d(1, 1, 0), "Conv1d", "kernel_size is 0");
  REFUSED(ValueError, nn::Conv2d(1, -1, 1), "Conv2d", "out_channels is -1");
  REFUSED(ValueError, nn::Conv2d(1, 1, 1, {.stride = 0}), "Conv2d", "stride is 0");
  REFUSED(ValueError, nn::Conv2d(1, 1, 1, {.padding = -1}), "Conv2d", "padding is -1");
  REFUSED(ValueError, nn::Conv2d(1, 1, 1, {.dilation = 0}), "Conv2d", "dilation is 0");
  REFUSED(ValueError, nn::Conv2d(1, 1, 1, {.groups = 0}), "Conv2d", "groups is 0");
  REFUSED(ValueError, nn::Conv3d(2, 3, 1, {.groups = 2}), "Conv3d", "3 output", "2 groups");
  REFUSED(ValueError, nn::ConvTranspose1d(1, 1, 0), "ConvTranspose1d", "kernel_size is 0");
  REFUSED(ValueError, nn::ConvTranspose2d(1, 1, 2, {.output_padding = 1}), "ConvTranspose2d",
          "output_padding is 1");
  REFUSED(ValueError, nn::ConvTranspose3d(0, 1, 1), "ConvTranspose3d", "in_channels is 0");
  REFUSED(ValueError, nn::LocallyConnected1d(1, 1, 0, 1), "LocallyConnected1d", "input_size is 0");
  REFUSED(ValueError, nn::LocallyConnected2d(1, 1, 2, 3), "LocallyConnected2d", "spans 3");
  REFUSED(ValueError, nn::Dropout(1.5), "Dropout", "p is 1.5");
  REFUSED(ValueError, nn::Dropout1d(-0.5), "Dropout1d", "p is -0.5");
  REFUSED(ValueError, nn::Dropout2d(NAN), "Dropout2d", "p is nan");
  REFUSED(ValueError, nn::Embedding(0, 1), "Embedding", "num_embeddings is 0");
  REFUSED(ValueError, nn::Embedding(1, 0), "Embedding", "embedding_dim is 0");
  REFUSED(ValueError, nn::Embedding(3, 1, {.padding_idx = -4}), "Embedding", "padding_idx is -4");
  REFUSED(ValueError, nn::Linear(0, 1), "Linear", "in_features is 0");
  REFUSED(ValueError, nn::Linear(1, -2), "Linear", "out_features is -2");
  REFUSED(ValueError, nn::Bilinear(0, 1, 1), "Bilinear", "in1_features is 0");
  REFUSED(ValueError, nn::Bilinear(1, 0, 1), "Bilinear", "in2_features is 0");
  REFUSED(ValueError, nn::Bilinear(1, 1, 0), "Bilinear", "out_features is 0");
  REFUSED(ValueError, nn::BatchNorm1d(0), "BatchNorm1d", "num_features is 0");
  REFUSED(ValueError, nn::BatchNorm2d(1, {.eps = -1}), "BatchNorm2d", "eps is -1");
  REFUSED(ValueError, nn::BatchNorm3d(1, {.momentum = 2}), "BatchNorm3d", "momentum is 2");
  REFUSED(ValueError, nn::InstanceNorm1d(-1), "InstanceNorm1d", "num_features is -1");
  REFUSED(ValueError, nn::InstanceNorm2d(1, {.eps = NAN}), "InstanceNorm2d", "eps is nan");
  REFUSED(ValueError, nn::LayerNorm({3, 0}), "LayerNorm", "normalized_shape is 0");
  REFUSED(ValueError, nn::LayerNorm(rg::Shape{}), "LayerNorm", "normalized_shape is []");
  REFUSED(ValueError, nn::LayerNorm(3, {.eps = -1}), "LayerNorm", "eps is -1");
  REFUSED(ValueError, nn::GroupNorm(3, 4), "GroupNorm", "4 channels", "3 groups");
  REFUSED(ValueError, nn::GroupNorm(0, 4), "GroupNorm", "num_groups is 0");
  REFUSED(ValueError, nn::GroupNorm(1, 0), "GroupNorm", "num_channels is 0");
  REFUSED(ValueError, nn::GroupNorm(1, 1, {.eps = NAN}), "GroupNorm", "eps is nan");
  REFUSED(ValueError, nn::LocalResponseNorm(0), "LocalResponseNorm", "size is 0");
  REFUSED(ValueError, nn::LocalResponseNorm(1, {.alpha = NAN}), "LocalResponseNorm", "nan");
  REFUSED(ValueError, nn::MaxPool2d(0), "MaxPool2d", "kernel_size is 0");
  REFUSED(ValueError, nn::AvgPool2d(2, {.padding = 2}), "AvgPool2d", "padding 2");
  REFUSED(ValueError, nn::AvgPool2d(2, {.stride = 0}), "AvgPool2d", "stride is 0");
  REFUSED(ValueError, nn::MaxPool1d(-1), "MaxPool1d", "kernel_size is -1");
  REFUSED(ValueError, nn::MaxPool3d(2, {.dilation = 0}), "MaxPool3d", "dilation is 0");
  REFUSED(ValueError, nn::AvgPool1d(2, {.divisor_override = 0}), "AvgPool1d",
          "divisor_override is 0");
  REFUSED(ValueError, nn::AvgPool3d(2, {.padding = -1}), "AvgPool3d", "padding is -1");
  REFUSED(ValueError, nn::AdaptiveMaxPool1d(-1), "AdaptiveMaxPool1d", "output_size is -1");
  REFUSED(ValueError, nn::AdaptiveAvgPool2d(-2), "AdaptiveAvgPool2d", "output_size is -2");
  REFUSED(ValueError, nn::LPPool1d(0, 2), "LPPool1d", "norm_type is 0");
  REFUSED(ValueError, nn::LPPool2d(NAN, 2), "LPPool2d", "norm_type is nan");
  REFUSED(ValueError, nn::MaxUnpool1d(0), "MaxUnpool1d", "kernel_size is 0");
  REFUSED(ValueError, nn::MaxUnpool3d(2, 0), "MaxUnpool3d", "stride is 0");
  REFUSED(ValueError, nn::RNN(0, 1), "RNN", "input_size is 0");
  REFUSED(ValueError, nn::GRU(1, 0), "GRU", "hidden_size is 0");
  REFUSED(ValueError, nn::LSTM(1, 1, {.num_layers = 0}), "LSTM", "num_layers is 0");
  REFUSED(ValueError, nn::RNNCell(1, -1), "RNNCell", "hidden_size is -1");
  REFUSED(ValueError, nn::GRUCell(0, 1), "GRUCell", "input_size is 0");
  REFUSED(ValueError, nn::LSTMCell(1, 0), "LSTMCell", "hidden_size is 0");
  REFUSED(ValueError, nn::Upsample({}), "Upsample", "either size or scale_factor");
  REFUSED(ValueError, nn::Upsample({.size = {0}}), "Upsample", "size is 0");
  REFUSED(ValueError, nn::Upsample({.scale_factor = NAN}), "Upsample", "scale_factor is nan");
  REFUSED(ValueError, nn::Upsample({.scale_factor = INFINITY}), "Upsample", "scale_factor is inf");
  REFUSED(ValueError, nn::PixelShuffle(0), "PixelShuffle", "upscale_factor is 0");
  REFUSED(ValueError, nn::PixelUnshuffle(-1), "PixelUnshuffle", "downscale_factor is -1");
  REFUSED(ValueError, nn::Unflatten(0, {-1, -1}), "Unflatten", "[-1, -1]");
  REFUSED(ValueError, nn::Unfold({2, 0}), "Unfold", "kernel_size is 0");
  REFUSED(ValueError, nn::Unfold(2, {.padding = -1}), "Unfold", "padding is -1");
  REFUSED(ValueError, nn::Fold(0, 2), "Fold", "output_size is 0");
  REFUSED(ValueError, nn::Fold(4, 2, {.stride = 0}), "Fold", "stride is 0");
  REFUSED(ValueError, nn::Fold(4, 2, {.dilation = -1}), "Fold", "dilation is -1");
  REFUSED(ValueError, nn::SmoothL1Loss({.beta = -1}), "SmoothL1Loss", "beta is -1");
  REFUSED(ValueError, nn::HuberLoss({.delta = 0}), "HuberLoss", "delta is 0");
  REFUSED(ValueError, nn::CrossEntropyLoss({.label_smoothing = 2}), "CrossEntropyLoss",
          "label_smoothing is 2");
  REFUSED(ValueError, nn::PoissonNLLLoss({.eps = NAN}), "PoissonNLLLoss", "eps is nan");
  REFUSED(ValueError, nn::MultiMarginLoss({.p = 3}), "MultiMarginLoss", "p is 3");
  REFUSED(ValueError, nn::HingeEmbeddingLoss({.margin = NAN}), "HingeEmbeddingLoss",
          "margin is nan");
  REFUSED(ValueError, nn::MarginRankingLoss({.margin = NAN}), "MarginRankingLoss", "margin is nan");
  REFUSED(ValueError, nn::CosineEmbeddingLoss({.margin = NAN}), "CosineEmbeddingLoss",
          "margin is nan");
  REFUSED(ValueError, nn::TripletMarginLoss({.p = 0}), "TripletMarginLoss", "p is 0");
  REFUSED(ValueError, nn::GaussianNLLLoss({.eps = 0}), "GaussianNLLLoss", "eps is 0");
}

TEST_CASE("errors: parameters that cannot be trained name class, dtype and line") {
  const rg::DType whole = rg::int64;
  REFUSED(DTypeError, nn::Linear(1, 1, {.dtype = whole}), "Linear", "int64");
  REFUSED(DTypeError, nn::Bilinear(1, 1, 1, {.dtype = whole}), "Bilinear", "int64");
  REFUSED(DTypeError, nn::Conv2d(1, 1, 1, {.dtype = whole}), "Conv2d", "int64");
  REFUSED(DTypeError, nn::ConvTranspose2d(1, 1, 1, {.dtype = whole}), "ConvTranspose2d", "int64");
  REFUSED(DTypeError, nn::LocallyConnected1d(1, 1, 3, 1, {.dtype = whole}), "LocallyConnected1d",
          "int64");
  REFUSED(DTypeError, nn::Embedding(1, 1, {.dtype = whole}), "Embedding", "int64");
  REFUSED(DTypeError, nn::PReLU(1, 0.25, whole), "PReLU", "int64");
  REFUSED(DTypeError, nn::BatchNorm2d(1, {.dtype = whole}), "BatchNorm2d", "int64");
  REFUSED(DTypeError, nn::BatchNorm1d(1, {.affine = false, .dtype = rg::boolean}), "BatchNorm1d",
          "bool");
  REFUSED(DTypeError, nn::InstanceNorm1d(1, {.affine = true, .dtype = whole}), "InstanceNorm1d",
          "int64");
  REFUSED(DTypeError, nn::LayerNorm(1, {.dtype = whole}), "LayerNorm", "int64");
  REFUSED(DTypeError, nn::GroupNorm(1, 1, {.dtype = whole}), "GroupNorm", "int64");
  REFUSED(DTypeError, nn::RNN(1, 1, {.dtype = whole}), "RNN", "int64");
  REFUSED(DTypeError, nn::LSTMCell(1, 1, {.dtype = whole}), "LSTMCell", "int64");
  REFUSED(DTypeError, nn::MultiheadAttention(2, 1, {.dtype = whole}), "MultiheadAttention",
          "int64");
}

TEST_CASE("errors: inputs that do not fit name operator, shape and line") {
  const rg::Tensor x = ones({2, 5});
  const rg::Tensor whole = rg::arange(3);
  REFUSED(GraphError, nn::ReLU()(rg::Tensor()), "relu", "input is undefined");
  REFUSED(GraphError, nn::ReLU6()(rg::Tensor()), "relu6", "input is undefined");
  REFUSED(DTypeError, nn::LeakyReLU()(whole), "leaky_relu", "int64");
  REFUSED(DTypeError, nn::ELU()(whole), "elu", "int64");
  REFUSED(DTypeError, nn::SELU()(whole), "selu", "int64");
  REFUSED(DTypeError, nn::CELU()(whole), "celu", "int64");
  REFUSED(DTypeError, nn::Sigmoid()(whole), "sigmoid", "int64");
  REFUSED(DTypeError, nn::LogSigmoid()(whole), "logsigmoid", "int64");
  REFUSED(DTypeError, nn::Tanh()(whole), "tanh", "int64");
  REFUSED(DTypeError, nn::Softplus()(whole), "softplus", "int64");
  REFUSED(DTypeError, nn::Softsign()(whole), "softsign", "int64");
  REFUSED(DTypeError, nn::GELU()(whole), "gelu", "int64");
  REFUSED(DTypeError, nn::SiLU()(whole), "silu", "int64");
  REFUSED(DTypeError, nn::Mish()(whole), "mish", "int64");
  REFUSED(DTypeError, nn::Hardsigmoid()(whole), "hardsigmoid", "int64");
  REFUSED(DTypeError, nn::Hardswish()(whole), "hardswish", "int64");
  REFUSED(DTypeError, nn::Tanhshrink()(whole), "tanhshrink", "int64");
  REFUSED(DTypeError, nn::Softshrink()(whole), "softshrink", "int64");
  REFUSED(DTypeError, nn::Hardshrink()(whole), "hardshrink", "int64");
  REFUSED(GraphError, nn::Hardtanh()(rg::Tensor()), "hardtanh", "input is undefined");
  REFUSED(ShapeError, nn::GLU()(x), "glu", "[2, 5]");
  REFUSED(IndexError, nn::Softmax(2)(x), "softmax", "[2, 5]");
  REFUSED(IndexError, nn::LogSoftmax(-3)(x), "log_softmax", "[2, 5]");
  REFUSED(ShapeError, nn::PReLU(3)(x), "prelu", "[2, 5]");
  REFUSED(ShapeError, nn::MultiheadAttention(4, 2)(x, x, x), "MultiheadAttention", "[2, 5]");
  REFUSED(ShapeError, nn::Conv1d(1, 1, 3)(x), "conv1d", "[2, 5]");
  REFUSED(ShapeError, nn::Conv2d(1, 1, 3)(x), "conv2d", "[2, 5]");
  REFUSED(ShapeError, nn::MaxPool2d(2)(x), "max_pool2d", "[2, 5]");
  REFUSED(ShapeError, nn::AvgPool2d(2)(x), "avg_pool2d", "[2, 5]");
  REFUSED(ShapeError, nn::Conv3d(1, 1, 3)(x), "conv3d", "[2, 5]");
  REFUSED(ShapeError, nn::ConvTranspose1d(1, 1, 3)(x), "conv_transpose1d", "[2, 5]");
  REFUSED(ShapeError, nn::ConvTranspose2d(1, 1, 3)(x), "conv_transpose2d", "[2, 5]");
  REFUSED(ShapeError, nn::ConvTranspose3d(1, 1, 3)(x), "conv_transpose3d", "[2, 5]");
  REFUSED(ShapeError, nn::LocallyConnected1d(2, 1, 4, 2)(x), "locally_connected1d", "[2, 5]");
  REFUSED(ShapeError, nn::LocallyConnected2d(2, 1, 4, 2)(x), "locally_connected2d", "[2, 5]");
  REFUSED(ShapeError, nn::MaxPool1d(2)(ones({5})), "max_pool1d", "[5]");
  REFUSED(ShapeError, nn::AvgPool3d(2)(x), "avg_pool3d", "[2, 5]");
  REFUSED(ShapeError, nn::AdaptiveMaxPool2d(2)(x), "adaptive_max_pool2d", "[2, 5]");
  REFUSED(ShapeError, nn::AdaptiveAvgPool3d(2)(x), "adaptive_avg_pool3d", "[2, 5]");
  REFUSED(ShapeError, nn::LPPool2d(2, 2)(x), "lp_pool2d", "[2, 5]");
  REFUSED(ShapeError, nn::MaxUnpool2d(2)(x, rg::zeros({2, 5}, {.dtype = rg::int64})),
          "max_unpool2d", "[2, 5]");
  REFUSED(DTypeError, nn::Dropout()(whole), "dropout", "int64");
  REFUSED(ShapeError, nn::Dropout1d()(ones({5})), "dropout1d", "[5]");
  REFUSED(ShapeError, nn::Dropout2d()(x), "dropout2d", "[2, 5]");
  REFUSED(DTypeError, nn::Embedding(3, 2)(x), "embedding", "float32");
  REFUSED(IndexError, nn::Embedding(2, 2)(whole), "embedding", "2");
  REFUSED(ShapeError, nn::Linear(3, 2)(x), "linear", "[2, 5]");
  REFUSED(ShapeError, nn::Bilinear(5, 3, 2)(x, x), "bilinear", "[2, 5]");
  REFUSED(ShapeError, nn::BatchNorm1d(3)(x), "batch_norm", "[2, 5]");
  REFUSED(ShapeError, nn::BatchNorm2d(5)(x), "BatchNorm2d", "[2, 5]");
  REFUSED(ShapeError, nn::BatchNorm3d(5)(x), "BatchNorm3d", "[2, 5]");
  REFUSED(ValueError, nn::BatchNorm1d(5)(ones({1, 5})), "batch_norm", "[1, 5]");
  REFUSED(ShapeError, nn::InstanceNorm1d(2, {.affine = true})(ones({1, 3, 4})), "instance_norm",
          "[1, 3, 4]");
  REFUSED(ShapeError, nn::InstanceNorm2d(2)(x), "InstanceNorm2d", "[2, 5]");
  REFUSED(ShapeError, nn::LayerNorm(3)(x), "layer_norm", "[2, 5]");
  REFUSED(ShapeError, nn::GroupNorm(2, 4)(ones({2, 6})), "group_norm", "[2, 6]");
  REFUSED(ShapeError, nn::LocalResponseNorm(2)(ones({5})), "local_response_norm", "[5]");
  REFUSED(ShapeError, nn::ConstantPad3d(1, 0)(x), "pad", "[2, 5]");
  REFUSED(ShapeError, nn::ZeroPad2d(-3)(x), "pad", "[2, 5]");
  REFUSED(ShapeError, nn::ReflectionPad1d(5)(x), "pad", "[2, 5]");
  REFUSED(ShapeError, nn::ReflectionPad2d(1)(x), "pad", "[2, 5]");
  REFUSED(ShapeError, nn::ReplicationPad3d(1)(x), "pad", "[2, 5]");
  REFUSED(ShapeError, nn::CircularPad1d(6)(x), "pad", "[2, 5]");
  REFUSED(ShapeError, nn::RNN(3, 2)(x), "RNN", "[2, 5]");
  REFUSED(ShapeError, nn::GRU(5, 2)(x, ones({2})), "GRU", "hx", "[2]");
  REFUSED(ShapeError, nn::LSTM(5, 2)(x, {ones({1, 2}), ones({2})}), "LSTM", "cx", "[2]");
  REFUSED(ShapeError, nn::RNNCell(3, 2)(x), "rnn_tanh_cell", "[2, 5]");
  REFUSED(ShapeError, nn::GRUCell(3, 2)(x), "gru_cell", "[2, 5]");
  REFUSED(ShapeError, nn::LSTMCell(5, 2)(x, {ones({2, 3}), ones({2, 2})}), "lstm_cell", "[2, 3]");
  REFUSED(ShapeError, nn::Upsample({.scale_factor = 2})(x), "interpolate", "[2, 5]");
  REFUSED(ShapeError, nn::PixelShuffle(2)(x), "pixel_shuffle", "[2, 5]");
  REFUSED(ShapeError, nn::PixelUnshuffle(2)(x), "pixel_unshuffle", "[2, 5]");
  REFUSED(IndexError, nn::Flatten(2)(x), "flatten", "[2, 5]");
  REFUSED(ShapeError, nn::Unflatten(1, {2, 3})(x), "unflatten", "[2, 5]");
  REFUSED(ShapeError, nn::Unfold(2)(x), "unfold", "[2, 5]");
  REFUSED(ShapeError, nn::Fold(3, 2)(x), "fold", "[2, 5]");
}

TEST_CASE("errors: losses name operator, shapes and line") {
  const rg::Tensor x = ones({2, 5});
  const rg::Tensor y = ones({2, 3});
  REFUSED(ShapeError, nn::MSELoss()(x, y), "mse_loss", "[2, 5]", "[2, 3]");
  REFUSED(ShapeError, nn::L1Loss()(x, y), "l1_loss", "[2, 5]", "[2, 3]");
  REFUSED(ShapeError, nn::SmoothL1Loss()(x, y), "smooth_l1_loss", "[2, 5]", "[2, 3]");
  REFUSED(ShapeError, nn::HuberLoss()(x, y), "huber_loss", "[2, 5]", "[2, 3]");
  REFUSED(ShapeError, nn::CrossEntropyLoss()(x, y), "cross_entropy", "[2, 5]", "[2, 3]");
  REFUSED(ShapeError, nn::NLLLoss()(x, rg::arange(3)), "nll_loss", "[2, 5]", "[3]");
  REFUSED(ShapeError, nn::BCELoss()(x, y), "binary_cross_entropy", "[2, 5]", "[2, 3]");
  REFUSED(ShapeError, nn::BCEWithLogitsLoss()(x, y), "binary_cross_entropy_with_logits", "[2, 5]");
  REFUSED(ShapeError, nn::KLDivLoss()(x, y), "kl_div", "[2, 5]", "[2, 3]");
  REFUSED(ShapeError, nn::PoissonNLLLoss()(x, y), "poisson_nll_loss", "[2, 5]", "[2, 3]");
  REFUSED(ShapeError, nn::SoftMarginLoss()(x, y), "soft_margin_loss", "[2, 5]", "[2, 3]");
  REFUSED(ShapeError, nn::MultiMarginLoss()(x, rg::arange(3)), "multi_margin_loss", "[2, 5]");
  REFUSED(ShapeError, nn::MultiLabelSoftMarginLoss()(x, y), "multilabel_soft_margin_loss",
          "[2, 5]");
  REFUSED(ShapeError, nn::HingeEmbeddingLoss()(x, y), "hinge_embedding_loss", "[2, 5]", "[2, 3]");
  REFUSED(ShapeError, nn::MarginRankingLoss()(x, x, y), "margin_ranking_loss", "[2, 5]", "[2, 3]");
  REFUSED(ShapeError, nn::CosineEmbeddingLoss()(x, y, ones({2})), "cosine_embedding_loss", "[2, 5]",
          "[2, 3]");
  REFUSED(ShapeError, nn::TripletMarginLoss()(x, x, y), "triplet_margin_loss", "[2, 5]", "[2, 3]");
  REFUSED(ShapeError, nn::GaussianNLLLoss()(x, y, x), "gaussian_nll_loss", "[2, 5]", "[2, 3]");
}
