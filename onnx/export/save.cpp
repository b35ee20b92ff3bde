#include <retrograd/onnx/save.h>

#include <algorithm>
#include <set>
#include <utility>

#include <retrograd/autograd/autocast.h>
#include <retrograd/autograd/grad_mode.h>
#include <retrograd/io/internal/file.h>
#include <retrograd/nn/internal/evaluating.h>
#include <retrograd/onnx/export/convert.h>
#include <retrograd/ops/index.h>
#include <retrograd/tensor/creation.h>
#include <retrograd/tensor/internal/check.h>
#include <retrograd/tensor/internal/printable.h>

namespace retrograd::onnx::writing {

namespace {

using detail::Tensors;
using detail::Traced;

// The batch's dimension of input i; -1 for none.
std::int64_t batch_dim(const Traced& traced, const SaveOptions& options, std::size_t i) {
  if (!options.dynamic_batch) {
    return -1;
  }
  if (options.batch_dims.empty()) {
    return traced.example[i].dim() > 0 ? 0 : -1;
  }
  return options.batch_dims[i];
}

// A name is that of one value.
void check_names(const Frame& call, const std::vector<std::string>& names) {
  std::set<std::string> seen;
  for (const std::string& name : names) {
    const bool is_printable = std::all_of(name.begin(), name.end(), [](char each) {
      return static_cast<unsigned char>(each) >= 0x20;
    });
    check::require<ValueError>(
        call, !name.empty() && is_printable && seen.insert(name).second, {},
        "the name {} of an input or output is empty, there twice, or has control characters "
        "[option-conflict]",
        retrograd::detail::in_quotes(name));
  }
}

void check_options(const Frame& call, const Traced& traced, const SaveOptions& options) {
  const std::size_t count = traced.example.size();
  check::require<ValueError>(
      call, options.input_names.empty() || options.input_names.size() == count, {},
      "{} names for {} inputs [option-conflict]", options.input_names.size(), count);
  check::require<ValueError>(call, options.batch_dims.empty() || options.batch_dims.size() == count,
                             {}, "batch_dims has {} entries for {} inputs [option-conflict]",
                             options.batch_dims.size(), count);
  for (std::size_t i = 0; i < count; ++i) {
    const Tensor& input = traced.example[i];
    check::require<GraphError>(call, input.defined(), {},
                               "input {} of the example is undefined [undefined-tensor]", i);
    const std::int64_t dim = batch_dim(traced, options, i);
    check::require<IndexError>(call, dim >= -1 && dim < input.dim(), {{"input", input}},
                               "input {} has no dimension {} for the batch [dim-out-of-range]", i,
                               dim);
  }
}

// The example's size of the batch; 0 if there is none.
std::int64_t batch_of(const Frame& call, const Traced& traced, const SaveOptions& options) {
  std::int64_t batch = 0;
  for (std::size_t i = 0; i < traced.example.size(); ++i) {
    const std::int64_t dim = batch_dim(traced, options, i);
    if (dim < 0) {
      continue;
    }
    const Tensor& input = traced.example[i];
    check::require<ShapeError>(call, input.size(dim) > 0, {{"input", input}},
                               "the example's batch has no sample [shape-unexpected]");
    check::require<ShapeError>(
        call, batch == 0 || input.size(dim) == batch, {{"input", input}},
        "the batch of input {} has {} samples, that of another {}; batch_dims names their "
        "dimensions [batch-sizes-differ]",
        i, input.size(dim), batch);
    batch = input.size(dim);
  }
  return batch;
}

// The example with another number of samples: its own, again and again.
Tensors resized(const Traced& traced, const SaveOptions& options, std::int64_t from,
                std::int64_t to) {
  Tensors inputs;
  std::vector<std::int64_t> samples;
  for (std::int64_t i = 0; i < to; ++i) {
    samples.push_back(i % from);
  }
  for (std::size_t i = 0; i < traced.example.size(); ++i) {
    const std::int64_t dim = batch_dim(traced, options, i);
    const Tensor& input = traced.example[i];
    inputs.push_back(dim < 0 ? input.clone()
                             : index_select(input, dim, tensor(samples, {.dtype = int64})));
  }
  return inputs;
}

Graph trace(const Traced& traced, const Tensors& inputs, Where where) {
  const EnableGradGuard recording;  // otherwise layers fold batch norms into their weights
  std::optional<Trace> calls;
  if (traced.model != nullptr) {
    calls.emplace(*traced.model, where);
  } else {
    calls.emplace(where);
  }
  const Tensors outputs = traced.run(inputs);
  const std::vector<TraceEntry>& entries = calls->entries();
  return {*calls, inputs, outputs,
          [&](const TraceEntry& entry) {
            return is_step(entries, static_cast<std::size_t>(&entry - entries.data()));
          },
          where};
}

std::vector<std::string> names(const std::vector<std::string>& given, std::size_t count,
                               const std::string& word) {
  if (!given.empty()) {
    return given;
  }
  std::vector<std::string> all;
  for (std::size_t i = 0; i < count; ++i) {
    all.push_back(count == 1 ? word : word + "_" + std::to_string(i));
  }
  return all;
}

// Traced with the example's batch, and with two others if it may change.
Program program_of(const Frame& call, const Traced& traced, const SaveOptions& options) {
  std::optional<nn::detail::Evaluating> evaluating;
  if (traced.model != nullptr) {
    evaluating.emplace(*traced.model);
    traced.model->named_parameters();  // which may make some require gradients, once
  }
  const std::int64_t batch = batch_of(call, traced, options);
  std::vector<std::int64_t> batches{batch};
  if (batch > 0) {
    batches.insert(batches.end(), {batch + 1, 2 * batch + 3});
  }
  std::vector<Graph> graphs;
  for (const std::int64_t size : batches) {
    graphs.push_back(trace(
        traced, batch > 0 ? resized(traced, options, batch, size) : traced.example, call.where()));
  }
  return {std::move(graphs), std::move(batches)};
}

}  // namespace

}  // namespace retrograd::onnx::writing

namespace retrograd::onnx {

void detail::save(const Traced& traced, const std::string& path, const SaveOptions& options,
                  Where where) {
  const retrograd::detail::FileCall call("onnx::save", path, where);
  const NoGradGuard no_grad;
  const Autocast off(bfloat16, false);
  call.check_path();
  writing::check_options(call, traced, options);
  const writing::Program program = writing::program_of(call, traced, options);
  if (const auto other = program.divergence()) {
    check::refuse<GraphError>(
        call, {},
        "{} runs with a batch of {}, but not with one of {}; dynamic_batch = false writes the "
        "file for the example's [batch-dependent]",
        other->step, program.batch(other->trace), program.batch(0));
  }
  const std::size_t outputs = program.first().outputs.size();
  check::require<ValueError>(
      call, options.output_names.empty() || options.output_names.size() == outputs, {},
      "{} names for {} outputs [option-conflict]", options.output_names.size(), outputs);
  writing::Interface interface {
    .inputs = writing::names(options.input_names, traced.example.size(), "input"),
    .outputs = writing::names(options.output_names, outputs, "output")
  };
  std::vector<std::string> all_names = interface.inputs;
  all_names.insert(all_names.end(), interface.outputs.begin(), interface.outputs.end());
  writing::check_names(call, all_names);
  for (std::size_t i = 0; i < traced.example.size(); ++i) {
    interface.batch_dims.push_back(writing::batch_dim(traced, options, i));
  }
  const ModelProto model = writing::convert(call, program, interface);
  std::uint64_t bytes = 0;
  for (const TensorProto& tensor : model.graph.initializers) {
    bytes += tensor.raw_data.size();
  }
  if (bytes >= (std::uint64_t{1} << 31U) - (std::uint64_t{1} << 24U)) {
    call.fail(
        "the parameters have {} bytes; a file of ONNX without external data holds less than 2 GiB "
        "[file-unwritable]",
        bytes);
  }
  const std::string text = serialise(model);
  retrograd::detail::OutputFile file(call);
  file.append(text.data(), text.size());
  file.commit();
}

}  // namespace retrograd::onnx
