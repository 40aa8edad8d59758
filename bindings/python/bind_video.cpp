// vPDQ files and the comparison of videos.
#include <string>
#include <string_view>
#include <vector>

#include <nanobind/nanobind.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/string_view.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/vector.h>

#include "bindings.hpp"
#include "errors.hpp"
#include "text.hpp"
#include "tutela/video.hpp"
#include "tutela/vpdq.hpp"
#include "video_frames.hpp"

namespace nb = nanobind;
using namespace nb::literals;

namespace tutela::python {
namespace {

// What Python sees of VpdqImport.
struct VpdqFile {
    std::vector<FrameTuple> frames;
    std::uint64_t rows = 0;
    std::uint64_t skipped = 0;
    std::vector<SkippedLine> first_skipped;
};

VpdqFile read_file(nb::handle path) {
    const std::string name = path_bytes(path);
    const nb::gil_scoped_release released;
    VpdqImport import = take(read_vpdq(name));
    VpdqFile file{{}, import.rows, import.skipped, std::move(import.first_skipped)};
    file.frames.reserve(import.frames.size());
    for (const FrameHash& frame : import.frames)
        file.frames.emplace_back(frame.hash, frame.quality, frame.pts_us);
    return file;
}

std::string write_file(const std::vector<FrameTuple>& frames, std::string_view format) {
    if (format != "text" && format != "json") throw nb::value_error("format is 'text' or 'json'");
    const nb::gil_scoped_release released;
    return take(write_vpdq(format == "json" ? VpdqFormat::json : VpdqFormat::text, frames_of(frames)));
}

VideoComparison compare(const std::vector<FrameTuple>& query, const std::vector<FrameTuple>& known,
                        std::uint32_t radius, std::int32_t min_quality) {
    const nb::gil_scoped_release released;
    return take(compare_videos(frames_of(query), frames_of(known), {radius, min_quality}));
}

void bind_vpdq_file(nb::module_& module) {
    nb::class_<VpdqFile>(module, "VpdqFile", "The frames of a vPDQ file, and what reading it did.")
        .def_ro("frames", &VpdqFile::frames, "Of each frame (hash, quality, time in microseconds), by time.")
        .def_ro("rows", &VpdqFile::rows, "Rows seen.")
        .def_ro("skipped", &VpdqFile::skipped, "Bad rows, all of them counted.")
        .def_ro("first_skipped", &VpdqFile::first_skipped, "The first 100 bad rows.")
        .def("__len__", [](const VpdqFile& file) { return file.frames.size(); })
        .def("__repr__", [](const VpdqFile& file) {
            return "<tutela.VpdqFile of " + std::to_string(file.frames.size()) + " frames, " +
                   std::to_string(file.skipped) + " bad rows>";
        });
}

void bind_comparison(nb::module_& module) {
    nb::class_<Segment>(module, "Segment", "A stretch that two videos show in the same order: times of frames.")
        .def_ro("query_start_us", &Segment::query_start_us, "The first frame in the query, in microseconds.")
        .def_ro("query_end_us", &Segment::query_end_us, "The last frame in the query.")
        .def_ro("known_start_us", &Segment::known_start_us, "The first frame in the known video.")
        .def_ro("known_end_us", &Segment::known_end_us, "The last frame in the known video.")
        .def_ro("frames", &Segment::frames, "Frames of the query that matched, at most one a quarter of a second.")
        .def_ro("least_distance", &Segment::least_distance_bits, "The distance of the nearest, in bits.")
        .def("__repr__", [](const Segment& segment) {
            return "Segment(query=" + std::to_string(segment.query_start_us) + ".." +
                   std::to_string(segment.query_end_us) + ", known=" + std::to_string(segment.known_start_us) + ".." +
                   std::to_string(segment.known_end_us) + ", frames=" + std::to_string(segment.frames) + ")";
        });
    nb::class_<VideoComparison>(module, "VideoComparison", "How much of two videos is the same, and where.")
        .def_prop_ro(
            "query_match_percent", [](const VideoComparison& self) { return self.percent.query_match_percent; },
            "Of the query's frames: those that are near any frame of the known video.")
        .def_prop_ro(
            "compared_match_percent", [](const VideoComparison& self) { return self.percent.compared_match_percent; },
            "Of the known video's frames: those that are near any frame of the query.")
        .def_ro("segments", &VideoComparison::segments, "By their start in the query; none overlap there.")
        .def("__repr__", [](const VideoComparison& self) {
            return "<tutela.VideoComparison of " + std::to_string(self.segments.size()) + " segments>";
        });
}

}  // namespace

void bind_video(nb::module_& module) {
    bind_vpdq_file(module);
    bind_comparison(module);
    module.def("read_vpdq", &read_file, "path"_a,
               nb::sig("def read_vpdq(path: str | bytes | os.PathLike[str] | os.PathLike[bytes]) -> VpdqFile"),
               "Reads a vPDQ file, text or JSON; bad rows are skipped and reported.\n\n"
               "Raises NotFoundError, PermissionDeniedError, InputOutputError, CorruptError, UnsupportedError, "
               "LimitError.");
    module.def("write_vpdq", &write_file, "frames"_a, "format"_a = "text",
               nb::sig("def write_vpdq(frames: collections.abc.Sequence[tuple[Hash256, int, int]], "
                       "format: typing.Literal['text', 'json'] = 'text') -> str"),
               "The frames, (hash, quality, time in microseconds) each, as a vPDQ file.");
    module.def("compare_videos", &compare, "query"_a, "known"_a, "radius"_a = 31, "min_quality"_a = 50,
               "Compares the frames of two videos, (hash, quality, time in microseconds) each, in the order of time:\n"
               "percentages as vPDQ has them, and the stretches that both show. InvalidArgumentError for no frames.");
}

}  // namespace tutela::python
