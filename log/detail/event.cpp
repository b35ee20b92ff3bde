#include <protozero/pbf_writer.hpp>

#include <retrograd/log/detail/event.h>

namespace retrograd::logging::detail {

namespace {

using protozero::pbf_writer;

constexpr int kFloat = 1;   // DataType.DT_FLOAT
constexpr int kString = 7;  // DataType.DT_STRING

std::string event(Moment moment, protozero::pbf_tag_type field, std::string_view content) {
  std::string bytes;
  pbf_writer out(bytes);
  out.add_double(1, moment.wall_time);
  out.add_int64(2, moment.step);
  out.add_bytes(field, content.data(), content.size());
  return bytes;
}

// An event of one value: write(value) adds the fields behind its tag.
template <class Write>
std::string summary_event(Moment moment, std::string_view tag, Write write) {
  std::string summary;
  {
    pbf_writer out(summary);
    pbf_writer value(out, 1);
    value.add_string(1, tag.data(), tag.size());
    write(value);
  }
  return event(moment, 5, summary);
}

// Says which part of TensorBoard shows a value.
void write_plugin(pbf_writer& value, const char* name, std::string_view content) {
  pbf_writer metadata(value, 9);
  {
    pbf_writer plugin(metadata, 1);
    plugin.add_string(1, name);
    plugin.add_bytes(2, content.data(), content.size());
  }
  metadata.add_enum(4, 2);  // DataClass.DATA_CLASS_TENSOR
}

void write_hparam(pbf_writer& out, const std::string& name, const HParam& hparam) {
  pbf_writer entry(out, 1);
  entry.add_string(1, name);
  std::string bytes;  // of a google.protobuf.Value
  pbf_writer value(bytes);
  if (const auto* number = std::get_if<double>(&hparam.value())) {
    value.add_double(2, *number);
  } else if (const auto* text = std::get_if<std::string>(&hparam.value())) {
    value.add_string(3, *text);
  } else {
    value.add_bool(4, std::get<bool>(hparam.value()));
  }
  entry.add_message(2, bytes);
}

}  // namespace

std::string version_event(Moment moment) {
  return event(moment, 3, "brain.Event:2");
}

std::string start_event(Moment moment) {
  std::string session;
  pbf_writer(session).add_enum(1, 1);  // SessionLog.START
  return event(moment, 7, session);
}

std::string scalar_event(Moment moment, std::string_view tag, double value) {
  return summary_event(moment, tag,
                       [&](pbf_writer& out) { out.add_float(2, static_cast<float>(value)); });
}

std::string histogram_event(Moment moment, std::string_view tag, const Histogram& histogram) {
  return summary_event(moment, tag, [&](pbf_writer& out) {
    pbf_writer message(out, 5);
    message.add_double(1, histogram.min);
    message.add_double(2, histogram.max);
    message.add_double(3, static_cast<double>(histogram.count));
    message.add_double(4, histogram.sum);
    message.add_double(5, histogram.sum_of_squares);
    message.add_packed_double(6, histogram.limits.begin(), histogram.limits.end());
    message.add_packed_double(7, histogram.counts.begin(), histogram.counts.end());
  });
}

std::string image_event(Moment moment, std::string_view tag, const Picture& picture) {
  return summary_event(moment, tag, [&](pbf_writer& out) {
    pbf_writer image(out, 4);
    image.add_int32(1, static_cast<std::int32_t>(picture.height));
    image.add_int32(2, static_cast<std::int32_t>(picture.width));
    image.add_int32(3, static_cast<std::int32_t>(picture.channels));
    image.add_bytes(4, picture.png);
  });
}

std::string text_event(Moment moment, std::string_view tag, std::string_view text) {
  return summary_event(moment, tag, [&](pbf_writer& out) {
    {
      pbf_writer tensor(out, 8);
      tensor.add_enum(1, kString);
      tensor.add_bytes(8, text.data(), text.size());
    }
    write_plugin(out, "text", {});
  });
}

std::string hparams_event(Moment moment, const HParams& hparams) {
  std::string content;  // of an HParamsPluginData
  {
    pbf_writer out(content);
    pbf_writer start(out, 3);
    for (const auto& [name, hparam] : hparams) {
      write_hparam(start, name, hparam);
    }
    start.add_double(5, moment.wall_time);
  }
  return summary_event(moment, "_hparams_/session_start_info", [&](pbf_writer& out) {
    {
      pbf_writer tensor(out, 8);  // the empty one: all is in the metadata
      tensor.add_enum(1, kFloat);
      pbf_writer shape(tensor, 2);
      std::string dim;
      pbf_writer(dim).add_int64(1, 0);
      shape.add_message(2, dim);
    }
    write_plugin(out, "hparams", content);
  });
}

std::string graph_event(Moment moment, const Graph& graph) {
  return event(moment, 4, graph_def(graph));
}

}  // namespace retrograd::logging::detail
