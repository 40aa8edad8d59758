// Outcome, Match, FileRow, RunFacts and RunTotals: what a scan found, as plain values.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <nanobind/nanobind.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/string_view.h>
#include <nanobind/stl/vector.h>

#include "bindings.hpp"
#include "text.hpp"
#include "tutela/report.hpp"

namespace nb = nanobind;
using namespace nb::literals;

namespace tutela::python {
namespace {

nb::dict match_dict(const MatchFact& match) {
    nb::dict out;
    out["entry_id"] = match.entry_id;
    out["distance"] = match.distance_bits;
    out["variant"] = match.variant;
    out["frame"] = match.frame;
    out["pts_us"] = match.pts_us;
    out["known_us"] = match.known_us;
    out["confirm"] = nb::none();
    if (match.confirm.has_value()) {
        nb::dict confirm;
        confirm["phash"] = *match.confirm;
        out["confirm"] = confirm;
    }
    out["category"] = match.category;
    out["label"] = match.label;
    return out;
}

nb::dict segment_dict(const MatchSegment& segment) {
    nb::dict out;
    out["entry_id"] = segment.entry_id;
    out["start_us"] = segment.start_us;
    out["end_us"] = segment.end_us;
    out["known_start_us"] = segment.known_start_us;
    out["known_end_us"] = segment.known_end_us;
    out["frames"] = segment.frames;
    out["distance"] = segment.distance_bits;
    out["speed"] = segment.speed;
    out["query_percent"] = segment.query_percent;
    out["compared_percent"] = segment.compared_percent;
    out["variant"] = segment.variant;
    out["category"] = segment.category;
    out["label"] = segment.label;
    return out;
}

// None for what a frame that matches nothing has not.
std::optional<std::uint32_t> point_distance(const TimelinePoint& point) {
    return point.match == kNoMatch ? std::nullopt : std::optional(point.distance_bits);
}
std::optional<std::uint32_t> point_match(const TimelinePoint& point) {
    return point.match == kNoMatch ? std::nullopt : std::optional(point.match);
}

nb::list point_list(const TimelinePoint& point) {
    nb::list out;
    out.append(point.pts_us);
    out.append(point_distance(point));
    out.append(point.quality);
    out.append(point_match(point));
    return out;
}

// None for what is not known or was not given, as in a JSON Lines report.
nb::object text_or_none(std::string_view text) {
    return text.empty() ? nb::none() : nb::object(to_text(text));
}
nb::object number_or_none(std::uint32_t number) {
    return number == 0 ? nb::none() : nb::cast(number);
}

nb::dict row_dict(const FileRow& row, bool show_hash) {
    nb::list matches;
    for (const MatchFact& match : row.matches)
        matches.append(match_dict(match));
    nb::list segments;
    for (const MatchSegment& segment : row.segments)
        segments.append(segment_dict(segment));
    nb::list timeline;
    for (const TimelinePoint& point : row.timeline)
        timeline.append(point_list(point));
    nb::dict out;
    out["path"] = path_text(row.path);
    out["inner"] = row.inner.empty() ? nb::none() : nb::object(path_text(row.inner));
    out["size"] = row.size_bytes;
    out["sha256"] = row.sha256;
    out["outcome"] = outcome_name(row.outcome);
    out["reason"] = text_or_none(row.reason);
    out["damaged"] = row.damaged;
    out["damage_reason"] = text_or_none(row.damage_reason);
    out["decoded_percent"] = row.decoded_percent;
    out["format"] = text_or_none(row.format);
    out["width"] = number_or_none(row.width);
    out["height"] = number_or_none(row.height);
    out["orientation"] = number_or_none(row.orientation);
    out["frames"] = number_or_none(row.frames);
    out["decode"] = text_or_none(row.decode);
    out["quality"] = row.quality;
    out["matches"] = matches;
    out["segments"] = segments;
    out["timeline"] = timeline;
    if (show_hash) out["hash"] = text_or_none(row.hash.has_value() ? to_hex(*row.hash) : std::string());
    return out;
}

void bind_outcome(nb::module_& module) {
    nb::enum_<Outcome>(module, "Outcome", "What became of one input: exactly one of these for each.")
        .value("matched", Outcome::matched, "Hashed, and at least one entry of the list lies within the radius.")
        .value("clean", Outcome::clean, "Hashed, and no entry does.")
        .value("low_quality", Outcome::low_quality, "Hashed, with a quality below the minimum: not looked up.")
        .value("too_small", Outcome::too_small, "A picture too small to hash.")
        .value("unsupported", Outcome::unsupported, "No picture of a kind that this build reads.")
        .value("corrupt", Outcome::corrupt, "Announces itself as a picture, and no pixel could be decoded.")
        .value("unreadable", Outcome::unreadable, "Could not be opened or read to its end.")
        .value("limit", Outcome::limit, "Would have passed a limit on bytes, pixels, frames or entries.")
        .value("crashed", Outcome::crashed, "The decoder broke on it, twice.")
        .value("timeout", Outcome::timeout, "The decoder took too long.")
        .value("memory", Outcome::memory, "The decoder needed more memory than it may have.")
        .value("container", Outcome::container, "An archive that was opened: the files in it have rows of their own.")
        .value("harmless", Outcome::harmless, "A file of the list of harmless files: not decoded, not looked up.");
}

void bind_segment(nb::module_& module) {
    nb::class_<MatchSegment>(module, "MatchSegment",
                             "A stretch of a file that a known video shows in the same order. Times in microseconds.")
        .def_ro("entry_id", &MatchSegment::entry_id, "The known video's id, or its first position.")
        .def_ro("start_us", &MatchSegment::start_us, "The first frame that matches, in the file.")
        .def_ro("end_us", &MatchSegment::end_us, "The last frame that matches, in the file.")
        .def_ro("known_start_us", &MatchSegment::known_start_us, "The first frame that matches, in the known video.")
        .def_ro("known_end_us", &MatchSegment::known_end_us, "The last frame that matches, in the known video.")
        .def_ro("frames", &MatchSegment::frames, "Matching frames, at most one each quarter of a second.")
        .def_ro("distance", &MatchSegment::distance_bits, "Of the nearest of its frames.")
        .def_ro("speed", &MatchSegment::speed, "Seconds of the known video for each of the file.")
        .def_ro("query_percent", &MatchSegment::query_percent, "How much of the file matches, as vPDQ counts it.")
        .def_ro("compared_percent", &MatchSegment::compared_percent, "How much of the known video does.")
        .def_ro("variant", &MatchSegment::variant, "Which variant of the frames matches.")
        .def_ro("category", &MatchSegment::category, "The known video's category; may be empty.")
        .def_ro("label", &MatchSegment::label, "The known video's label; may be empty.")
        .def(
            "__eq__", [](const MatchSegment& a, const MatchSegment& b) { return a == b; }, nb::is_operator(),
            nb::sig("def __eq__(self, other: object, /) -> bool"))
        .def("__hash__",
             [](const MatchSegment& self) { return nb::hash(nb::make_tuple(self.entry_id, self.start_us)); })
        .def("__repr__", [](const MatchSegment& self) {
            return nb::str("MatchSegment({}..{} equals {!r} {}..{})")
                .format(self.start_us, self.end_us, self.entry_id, self.known_start_us, self.known_end_us);
        });

    nb::class_<TimelinePoint>(module, "TimelinePoint", "One frame of an animation or a video.")
        .def_ro("pts_us", &TimelinePoint::pts_us, "When it is shown, in microseconds from the start.")
        .def_prop_ro("distance", &point_distance, "Of its nearest match, or None.")
        .def_ro("quality", &TimelinePoint::quality, "Of its hash, 0 to 100.")
        .def_prop_ro("match", &point_match, "Which of the row's matches that is, or None.")
        .def(
            "__eq__", [](const TimelinePoint& a, const TimelinePoint& b) { return a == b; }, nb::is_operator(),
            nb::sig("def __eq__(self, other: object, /) -> bool"))
        .def("__hash__", [](const TimelinePoint& self) { return nb::hash(nb::int_(self.pts_us)); })
        .def("__repr__", [](const TimelinePoint& self) {
            return nb::str("TimelinePoint(pts_us={}, distance={}, quality={}, match={})")
                .format(self.pts_us, point_distance(self), self.quality, point_match(self));
        });
}

void bind_row(nb::module_& module) {
    nb::class_<MatchFact>(module, "Match",
                          "One entry of the list that a file matched. It carries no list hash, on purpose.")
        .def_ro("entry_id", &MatchFact::entry_id, "The entry's id, or its position when it was given none.")
        .def_ro("distance", &MatchFact::distance_bits, "In how many bits the hashes differ.")
        .def_ro("variant", &MatchFact::variant,
                "Which variant of the picture is that near: 'plain' for the picture as it stands, 'mirror', 'trim_1'.")
        .def_ro("frame", &MatchFact::frame, "Which frame of the file is that near, the first of several; from 0.")
        .def_ro("pts_us", &MatchFact::pts_us,
                "When that frame of an animation is shown, in microseconds from the start; else None.")
        .def_ro("known_us", &MatchFact::known_us,
                "Of a known video: when its frame that is that near is shown in it, in microseconds; else None.")
        .def_ro("confirm", &MatchFact::confirm,
                "In how many bits the pHashes of the file and the entry differ; None when they were not compared.")
        .def_ro("category", &MatchFact::category, "The entry's category; may be empty.")
        .def_ro("label", &MatchFact::label, "The entry's label; may be empty.")
        .def(
            "__eq__", [](const MatchFact& a, const MatchFact& b) { return a == b; }, nb::is_operator(),
            nb::sig("def __eq__(self, other: object, /) -> bool"))
        .def("__hash__",
             [](const MatchFact& self) { return nb::hash(nb::make_tuple(self.entry_id, self.distance_bits)); })
        .def("__repr__", [](const MatchFact& self) {
            return nb::str("Match(entry_id={!r}, distance={}, variant={!r}, category={!r}, label={!r})")
                .format(self.entry_id, self.distance_bits, self.variant, self.category, self.label);
        });

    nb::class_<FileRow>(module, "FileRow", "All that a scan found out about one file. Its repr shows no hash.")
        .def_prop_ro(
            "path", [](const FileRow& row) { return path_text(row.path); },
            "The file's name; open() takes it back, whatever bytes it holds.")
        .def_prop_ro(
            "inner", [](const FileRow& row) { return path_text(row.inner); },
            "For a file inside an archive: its name there, after the names of archives within archives, each followed\n"
            "by '!/'; `path` is the archive's. Empty for a file of its own.")
        .def_ro("size", &FileRow::size_bytes, "Bytes.")
        .def_ro("sha256", &FileRow::sha256, "64 hex digits, or None when the file could not be read to its end.")
        .def_ro("outcome", &FileRow::outcome, "What became of it.")
        .def_prop_ro(
            "reason", [](const FileRow& row) { return to_text(row.reason); },
            "Why, for outcomes other than matched and clean; else empty.")
        .def_ro("damaged", &FileRow::damaged, "True when it was hashed from what could still be decoded.")
        .def_prop_ro(
            "damage_reason", [](const FileRow& row) { return to_text(row.damage_reason); },
            "What is wrong with a damaged file; else empty.")
        .def_ro("decoded_percent", &FileRow::decoded_percent,
                "How much of the picture was decoded, in percent of its rows; None when nothing was.")
        .def_ro("format", &FileRow::format, "'jpeg', 'png', 'zip' and so on, or empty.")
        .def_ro("width", &FileRow::width, "Pixels, as stored; 0 when unknown.")
        .def_ro("height", &FileRow::height, "Pixels, as stored; 0 when unknown.")
        .def_ro("orientation", &FileRow::orientation, "EXIF orientation 1 to 8; 0 when none is stated.")
        .def_ro("frames", &FileRow::frames, "How many frames were looked at.")
        .def_ro("decode", &FileRow::decode,
                "How it was decoded: 'exact', 'luma', 'scaled', 'screen'; empty when it was not.")
        .def_ro("quality", &FileRow::quality, "Of the hash, 0 to 100, or None without a hash.")
        .def_ro("hash", &FileRow::hash, "The file's own hash, or None.")
        .def_ro("matches", &FileRow::matches,
                "The matched entries, nearest first: each still and each known video once.")
        .def_ro("segments", &FileRow::segments,
                "Of an animation or a video: the stretches that known videos show too, by start.")
        .def_ro("timeline", &FileRow::timeline,
                "Of an animation or a video that matched: its frames, by time, thinned to 512.")
        .def("to_dict", &row_dict, nb::kw_only(), "show_hash"_a = false,
             nb::sig("def to_dict(self, *, show_hash: bool = False) -> dict[str, typing.Any]"),
             "The row as plain values, ready for JSON, as in a JSON Lines report: None for what is not known. The "
             "file's\n"
             "own hash is there only with `show_hash`.")
        .def(
            "__eq__", [](const FileRow& a, const FileRow& b) { return a == b; }, nb::is_operator(),
            nb::sig("def __eq__(self, other: object, /) -> bool"))
        .def("__hash__",
             [](const FileRow& row) {
                 return nb::hash(nb::make_tuple(path_text(row.path), path_text(row.inner), row.sha256));
             })
        .def("__repr__", [](const FileRow& row) {
            return nb::str("<tutela.FileRow {!r}: {}, {} matches>")
                .format(path_text(row.inner.empty() ? row.path : row.path + "!/" + row.inner),
                        outcome_name(row.outcome), row.matches.size());
        });
}

void bind_run(nb::module_& module) {
    nb::class_<RunFacts>(module, "RunFacts", "What holds for a whole run, for the head of a report.")
        .def_ro("tool_version", &RunFacts::tool_version, "The version of Tutela.")
        .def_ro("hash_algorithm", &RunFacts::hash_algorithm, "'pdq'.")
        .def_ro("list_digest", &RunFacts::list_digest, "HashList.digest of the list.")
        .def_ro("list_entries", &RunFacts::list_entries, "Entries in the list.")
        .def_ro("radius", &RunFacts::radius, "The largest distance that is a match.")
        .def_ro("min_quality", &RunFacts::min_quality, "The lowest quality that is looked up.")
        .def_ro("decode", &RunFacts::decode, "The decode mode that was asked for; rows name what each picture had.")
        .def_prop_ro(
            "filter", [](const RunFacts& facts) { return to_text(facts.filter); },
            "Which entries of the list could match (ListFilter.text); empty for all.")
        .def_ro("sampling", &RunFacts::sampling,
                "Which frames of a video were looked at: 'every', 'key', 'adaptive' or the number for a second.")
        .def_ro("profile", &RunFacts::profile, "Which variants of each picture were looked up.")
        .def_ro("confirm_phash_radius", &RunFacts::confirm_phash_radius,
                "The pHash distance that confirms a match, or None when pHashes are not compared.")
        .def_ro("isolation", &RunFacts::isolation, "Where pictures were decoded: 'sandboxed' or 'in_process'.")
        .def("__repr__", [](const RunFacts& facts) {
            return nb::str(
                       "RunFacts(tool_version={!r}, hash_algorithm={!r}, list_digest={!r}, list_entries={}, radius={}, "
                       "min_quality={}, decode={!r}, profile={!r})")
                .format(facts.tool_version, facts.hash_algorithm, facts.list_digest, facts.list_entries, facts.radius,
                        facts.min_quality, facts.decode, facts.profile);
        });

    nb::class_<RunTotals>(module, "RunTotals", "Sums over a run.")
        .def_ro("files", &RunTotals::files, "Files: the sum of all outcomes.")
        .def("count", &RunTotals::count, "outcome"_a, "Files of one outcome.")
        .def_ro("damaged", &RunTotals::damaged, "Damaged files among those hashed.")
        .def_ro("duplicates", &RunTotals::duplicates, "Files whose bytes had been seen before: hashed once.")
        .def_ro("bytes_read", &RunTotals::bytes, "Bytes read.")
        .def_ro("entries_hit", &RunTotals::entries_hit, "Matches, summed over the files.")
        .def_ro("interrupted", &RunTotals::interrupted, "True when the run was stopped before its last file.")
        .def("__repr__", [](const RunTotals& totals) {
            return nb::str("RunTotals(files={}, matched={}, interrupted={})")
                .format(totals.files, totals.count(Outcome::matched), totals.interrupted);
        });
}

}  // namespace

void bind_report(nb::module_& module) {
    bind_outcome(module);
    bind_segment(module);
    bind_row(module);
    bind_run(module);
}

}  // namespace tutela::python
