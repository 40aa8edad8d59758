// Tutela's own JSON Lines.
#include <algorithm>
#include <charconv>

#include "core/base64.hpp"
#include "core/try.hpp"
#include "list/importers/json_reader.hpp"
#include "list/importers/lines.hpp"

namespace tutela {

namespace {

// One line: a header, a thing, or more frames of the video before.
class LineVisitor final : public JsonVisitor {
public:
    void clear() {
        draft.clear();
        more.clear();
        version.clear();
        is_more = false;
        depth_ = 0;
        problem_ = nullptr;
    }

    // Null when nothing is wrong with the line.
    [[nodiscard]] const char* problem() const noexcept { return problem_; }

    ItemDraft draft;
    std::vector<FrameHash> more;
    std::string version;
    bool is_more = false;

    Status begin(bool object) override {
        ++depth_;
        if (depth_ == 1 && !object) problem_ = "the line is no object";
        if (depth_ == 3) kind_.clear(), value_.clear(), binary_ = false;
        if (depth_ == 2 && !object && member_ == "more") is_more = true;
        return {};
    }

    Status end(bool object) override {
        if (depth_ == 3 && object && member_ == "carried") end_carried();
        --depth_;
        return {};
    }

    void key(std::string_view name) override { (depth_ == 1 ? member_ : inner_) = name; }

    Status scalar(JsonType, std::string_view text) override {
        if (depth_ == 0) problem_ = "the line is no object";
        if (depth_ == 1) member(text);
        if (depth_ == 2 && (member_ == "video" || member_ == "more")) frame(text);
        if (depth_ == 3 && member_ == "carried") {
            if (inner_ == "kind") kind_ = text;
            if (inner_ == "text" || inner_ == "base64") value_ = text, binary_ = inner_ == "base64";
        }
        return {};
    }

private:
    void member(std::string_view text) {
        if (member_ == "tutela_list") version = text;
        if (member_ == "id") draft.id = text;
        if (member_ == "category") draft.category = text;
        if (member_ == "label") draft.label = text;
        if (member_ == "source") draft.source = text;
        if (member_ == "scheme") draft.scheme = text;
        if (member_ == "region") draft.region = text;
        if (member_ == "harmless") draft.harmless = text == "true";
        if (member_ == "updated") {
            draft.set_time(text);
            if (!draft.updated_us && draft.problem == nullptr) draft.problem = "the time is none";
        }
        for (const auto& [name, hash] : kHashes) {
            if (member_ == name) draft.add_hash({hash}, text);
        }
    }

    void frame(std::string_view text) {
        const std::size_t first = std::min(text.find(','), text.size());
        const std::size_t second = std::min(text.find(',', std::min(first + 1, text.size())), text.size());
        const auto number_in = [&](std::size_t begin, std::size_t end, auto& number) {
            if (begin >= end) return false;
            const auto [last, error] = std::from_chars(text.data() + begin, text.data() + end, number);
            return error == std::errc() && last == text.data() + end;
        };
        const Result<Hash256> hash = hash_from_hex<256>(text.substr(0, first));
        FrameHash frame;
        if (!hash.ok() || !number_in(first + 1, second, frame.quality) ||
            !number_in(second + 1, text.size(), frame.pts_us)) {
            problem_ = "a frame of the video is not pdq,quality,microseconds";
            return;
        }
        frame.hash = hash.value();
        (is_more ? more : draft.frames).push_back(frame);
    }

    void end_carried() {
        std::string bytes;
        if (binary_ && !append_base64_bytes(bytes, value_)) kind_.clear();
        draft.carry(hash_of_name(kind_).carried);
        if (!draft.carry(kind_, binary_ ? bytes : value_, binary_) && draft.problem == nullptr)
            draft.problem = "a hash that it carries is none";
    }

    static constexpr std::pair<std::string_view, HashName> kHashes[] = {{"pdq", HashName::pdq},
                                                                        {"phash", HashName::phash},
                                                                        {"md5", HashName::md5},
                                                                        {"sha1", HashName::sha1},
                                                                        {"sha256", HashName::sha256}};

    std::size_t depth_ = 0;
    const char* problem_ = nullptr;
    std::string member_;
    std::string inner_;
    std::string kind_;
    std::string value_;
    bool binary_ = false;
};

class Jsonl final : public LineParser {
public:
    explicit Jsonl(ImportTarget& target) noexcept : LineParser(target) {}

private:
    Status line(std::string_view text) override {
        visitor_.clear();
        JsonReader reader(visitor_, target().options().max_depth);
        Status read = reader.feed(text);
        if (read.ok()) read = reader.finish();
        const char* problem = read.ok() ? visitor_.problem() : "the line is no JSON, or too deep";
        if (problem == nullptr && visitor_.is_more) return more_frames();
        TUTELA_TRY(end());
        if (problem != nullptr) {
            skip(problem);
            return {};
        }
        if (!visitor_.version.empty()) {
            return visitor_.version == "1" ? Status()
                                           : Status(StatusCode::version_mismatch, "the list is of a newer version");
        }
        waits_ = true;
        waiting_ = visitor_.draft;
        waiting_number_ = number();
        return waiting_.frames.empty() ? end() : Status();
    }

    // A line of frames is a part of the record before it.
    Status more_frames() {
        if (!waits_) {
            skip("it goes on with a video that did not begin");
            return {};
        }
        if (visitor_.more.size() > kMaxVideoFrames - waiting_.frames.size())
            return Status(StatusCode::limit, "a video has more frames than can be");
        waiting_.frames.insert(waiting_.frames.end(), visitor_.more.begin(), visitor_.more.end());
        return {};
    }

    Status end() override { return std::exchange(waits_, false) ? target().take(waiting_, waiting_number_) : Status(); }

    static constexpr std::size_t kMaxVideoFrames = std::size_t{1} << 22;

    LineVisitor visitor_;
    ItemDraft waiting_;  // a video, whose frames may go on in the next line
    std::uint64_t waiting_number_ = 0;
    bool waits_ = false;
};

}  // namespace

std::unique_ptr<ListParser> make_jsonl_parser(ImportTarget& target) {
    return std::make_unique<Jsonl>(target);
}

}  // namespace tutela
