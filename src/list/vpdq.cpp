#include "tutela/vpdq.hpp"

#include <algorithm>
#include <memory>

#include "core/file.hpp"
#include "core/mapping.hpp"
#include "core/try.hpp"
#include "core/utf8.hpp"
#include "list/importers/vpdq_parser.hpp"
#include "list/importers/vpdq_row.hpp"

namespace tutela {

namespace {

constexpr std::string_view kSpace = " \t\r\n";
constexpr std::size_t kFrameChunkBytes = std::size_t{1} << 20;

std::string_view without_mark(std::string_view text) noexcept {
    if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
    return text;
}

std::string_view from_first_word(std::string_view text) noexcept {
    return text.substr(std::min(text.find_first_not_of(kSpace), text.size()));
}

// Feeds the parser of the form that the first chunk shows.
class Reader {
public:
    Status feed(std::string_view chunk) {
        if (!parser_) {
            chunk = without_mark(chunk);
            const std::string_view content = from_first_word(chunk);
            const bool json = !content.empty() && (content.front() == '[' || content.front() == '{');
            parser_ = json ? make_vpdq_json_parser(rows_) : make_vpdq_text_parser(rows_);
        }
        return parser_->feed(chunk);
    }

    Result<VpdqImport> finish() {
        if (!parser_) return Status(StatusCode::corrupt, "the file is empty");
        TUTELA_TRY(parser_->finish());
        VpdqImport import = std::move(rows_.import());
        if (import.frames.empty() && import.skipped > 0) {
            return Status(StatusCode::corrupt, "none of its " + std::to_string(import.rows) +
                                                   " rows is a frame; the first: " + import.first_skipped[0].reason);
        }
        std::stable_sort(import.frames.begin(), import.frames.end(),
                         [](const FrameHash& a, const FrameHash& b) { return a.pts_us < b.pts_us; });
        return import;
    }

private:
    VpdqRows rows_;
    std::unique_ptr<VpdqParser> parser_;
};

}  // namespace

Status VpdqRows::add(const Result<FrameHash>& row, std::uint64_t line) {
    ++import_.rows;
    if (!row.ok()) {
        ++import_.skipped;
        if (import_.first_skipped.size() < VpdqImport::kMaxSkippedKept)
            import_.first_skipped.push_back({line, row.status().message()});
        return {};
    }
    if (import_.frames.size() >= kMaxVpdqFrames)
        return Status(StatusCode::limit, "the video has more than " + std::to_string(kMaxVpdqFrames) + " frames");
    import_.frames.push_back(row.value());
    return {};
}

bool begins_vpdq(std::string_view first) noexcept {
    std::string_view text = from_first_word(without_mark(first));
    if (text.starts_with('[')) {
        text = from_first_word(text.substr(1));
        if (!text.starts_with('"')) return text.starts_with(']');
        text.remove_prefix(1);
        const std::size_t end = text.find('"');
        return end != std::string_view::npos && parse_vpdq_element(text.substr(0, end)).ok();
    }
    text = text.substr(0, text.find('\n'));
    if (text.ends_with('\r')) text.remove_suffix(1);
    return parse_vpdq_line(text).ok();
}

Result<VpdqImport> read_vpdq(const std::filesystem::path& path) {
    TUTELA_ASSIGN(const InputFile file, InputFile::open(path));
    Mapping buffer = Mapping::of_zeroes(kFrameChunkBytes);
    Reader reader;
    for (std::uint64_t offset = 0;;) {
        TUTELA_ASSIGN(const std::size_t got, file.read_at(offset, buffer.writable()));
        if (got == 0) break;
        TUTELA_TRY(reader.feed({reinterpret_cast<const char*>(buffer.bytes().data()), got}));
        offset += got;
    }
    return reader.finish();
}

Result<VpdqImport> parse_vpdq(std::string_view bytes) {
    Reader reader;
    if (!bytes.empty()) TUTELA_TRY(reader.feed(bytes));
    return reader.finish();
}

Result<std::string> write_vpdq(VpdqFormat format, std::span<const FrameHash> frames) {
    if (format != VpdqFormat::text && format != VpdqFormat::json)
        return Status(StatusCode::invalid_argument, "no such format of vPDQ");
    const bool json = format == VpdqFormat::json;
    std::string out = json ? "[" : "";
    for (std::size_t i = 0; i < frames.size(); ++i) {
        const std::string hex = to_hex(frames[i].hash);
        const std::string quality = std::to_string(frames[i].quality);
        if (json) {
            out.append(i == 0 ? "\"" : ", \"").append(hex).append(",").append(quality);
        } else {
            out.append(std::to_string(i)).append(",").append(quality).append(",").append(hex);
        }
        out.append(",").append(vpdq_seconds(frames[i])).append(json ? "\"" : "\n");
    }
    if (json) out += "]\n";
    return out;
}

}  // namespace tutela
