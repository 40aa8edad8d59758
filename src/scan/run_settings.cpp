#include "scan/run_settings.hpp"

#include <algorithm>
#include <filesystem>
#include <string_view>
#include <system_error>

#include "scan/carried_search.hpp"
#include "scan/packing.hpp"

namespace tutela {

namespace {

void add_limits(const DecodeLimits& limits, RunSettings& settings) {
    // Every field is named, so that a new one cannot be forgotten: the line then no longer compiles.
    const auto& [max_bytes, max_pixels, max_jpeg_scans, max_frames, max_total_pixels, max_memory, max_frame_seconds,
                 max_file_seconds, max_video_bytes, max_video_frames, max_video_pixels, max_video_seconds] = limits;
    settings.push_back({"limit of bytes", std::to_string(max_bytes)});
    settings.push_back({"limit of pixels", std::to_string(max_pixels)});
    settings.push_back({"limit of JPEG scans", std::to_string(max_jpeg_scans)});
    settings.push_back({"limit of frames", std::to_string(max_frames)});
    settings.push_back({"limit of pixels in all frames", std::to_string(max_total_pixels)});
    settings.push_back({"limit of memory", std::to_string(max_memory)});
    settings.push_back({"limit of seconds a frame", std::to_string(max_frame_seconds)});
    settings.push_back({"limit of seconds a file", std::to_string(max_file_seconds)});
    settings.push_back({"limit of bytes of a video", std::to_string(max_video_bytes)});
    settings.push_back({"limit of frames of a video", std::to_string(max_video_frames)});
    settings.push_back({"limit of pixels in all frames of a video", std::to_string(max_video_pixels)});
    settings.push_back({"limit of seconds a video", std::to_string(max_video_seconds)});
}

void add_limits(const ArchiveLimits& limits, RunSettings& settings) {
    const auto& [max_entries, max_entry_bytes, max_total_bytes, max_ratio, max_depth] = limits;
    settings.push_back({"limit of entries in an archive", std::to_string(max_entries)});
    settings.push_back({"limit of bytes of an entry", std::to_string(max_entry_bytes)});
    settings.push_back({"limit of bytes in an archive", std::to_string(max_total_bytes)});
    settings.push_back({"limit of bytes for each of an archive", std::to_string(max_ratio)});
    settings.push_back({"limit of depth of archives", std::to_string(max_depth)});
}

void add_options(const ScanOptions& options, RunSettings& settings) {
    const auto& [radius, min_quality, index, limits, open_archives, archives, decode, sampling, profile, confirm,
                 hash64, follow_symlinks, harmless_files, filter, engines, flood, stop, progress, isolation, worker] =
        options;
    static_cast<void>(index);  // these change no row
    static_cast<void>(stop);
    static_cast<void>(progress);
    static_cast<void>(worker);
    settings.push_back({"radius", std::to_string(radius)});
    settings.push_back({"minimum quality", std::to_string(min_quality)});
    settings.push_back({"decode mode", std::string(decode_mode_name(decode))});
    settings.push_back({"sampling of videos", sampling_text(sampling)});
    settings.push_back({"profile", std::string(profile_name(profile))});
    settings.push_back({"pHash confirmation", confirm ? std::to_string(*confirm) : "none"});
    settings.push_back({"second hash", hash64 ? std::string(hash64_name(*hash64)) : "none"});
    settings.push_back({"following of symbolic links", follow_symlinks ? "yes" : "no"});
    settings.push_back({"list of harmless files", harmless_files ? harmless_files->digest_hex() : "none"});
    settings.push_back({"filter of entries", filter.text()});
    settings.push_back({"engines of carried hashes", engines_text(engines)});
    settings.push_back({"flood", std::to_string(flood.files) + " files, " + std::to_string(flood.percent) + " percent" +
                                     (flood.quarantine ? ", quarantined" : "")});
    settings.push_back({"isolation", std::string(isolation_name(isolation))});
    settings.push_back({"opening of archives", open_archives ? "yes" : "no"});
    add_limits(limits, settings);
    add_limits(archives, settings);
}

std::string working_directory() {
    std::error_code error;
    return std::filesystem::current_path(error).string();
}

}  // namespace

RunSettings run_settings(const RunFacts& facts, const ScanOptions& options, std::span<const std::string> paths,
                         bool keep_hashes) {
    RunSettings settings;
    settings.push_back({"version of tutela", facts.tool_version});
    settings.push_back({"list", facts.list_digest});
    add_options(options, settings);
    settings.push_back({"keeping of hashes", keep_hashes ? "yes" : "no"});
    const bool relative =
        std::any_of(paths.begin(), paths.end(), [](std::string_view p) { return !p.starts_with('/'); });
    settings.push_back({"working directory", relative ? working_directory() : ""});
    settings.push_back({"number of paths", std::to_string(paths.size())});
    for (const std::string& path : paths)
        settings.push_back({"paths", path});
    return settings;
}

std::string differing_names(const RunSettings& a, const RunSettings& b) {
    std::string names;
    std::string last;
    const auto add = [&](const std::string& name) {
        if (name == last) return;
        names += (names.empty() ? "" : ", ") + name;
        last = name;
    };
    for (std::size_t i = 0; i < std::max(a.size(), b.size()); ++i) {
        if (i < a.size() && i < b.size() && a[i] == b[i]) continue;
        add(i < a.size() ? a[i].name : b[i].name);
    }
    return names;
}

std::vector<std::uint8_t> pack_settings(const RunSettings& settings) {
    Packer out;
    out.number<std::uint64_t>(settings.size());
    for (const Setting& setting : settings) {
        out.text(setting.name);
        out.text(setting.value);
    }
    return {out.bytes().begin(), out.bytes().end()};
}

bool unpack_settings(std::span<const std::uint8_t> record, RunSettings& settings) {
    constexpr std::size_t kLeastSetting = 16;
    Unpacker in(record);
    settings.clear();
    const std::size_t count = in.count(kLeastSetting);
    for (std::size_t i = 0; i < count && in.ok(); ++i) {
        Setting& setting = settings.emplace_back();
        setting.name = in.text();
        setting.value = in.text();
    }
    return in.complete();
}

}  // namespace tutela
