// ExportFormat::jsonl.
#include <algorithm>

#include "core/base64.hpp"
#include "core/digest.hpp"
#include "list/exporters/export_item.hpp"
#include "list/exporters/export_text.hpp"

namespace tutela {

namespace {

constexpr std::size_t kFramesPerLine = 4096;

class JsonlWriter final : public ItemWriter {
public:
    void begin(std::string& out) override { out += "{\"tutela_list\":1}\n"; }

    Written item(const ExportItem& item, std::string& out) override {
        JsonMembers members(out);
        if (item.pdq) members.text("pdq", to_hex(*item.pdq));
        if (item.phash) members.text("phash", to_hex(*item.phash));
        if (item.file.md5) members.text("md5", bytes_to_hex(*item.file.md5));
        if (item.file.sha1) members.text("sha1", bytes_to_hex(*item.file.sha1));
        if (item.file.sha256) members.text("sha256", bytes_to_hex(*item.file.sha256));
        members.text_if_any("id", item.id);
        members.text_if_any("category", item.category);
        members.text_if_any("label", item.label);
        members.text_if_any("source", item.origin.source);
        members.text_if_any("scheme", item.origin.scheme);
        members.text_if_any("region", item.origin.region);
        if (item.harmless) members.raw("harmless", "true");
        if (item.updated_us) members.text("updated", record_time_text(*item.updated_us));
        if (!item.carried.empty()) {
            members.begin("carried");
            append_carried(item.carried, out);
        }
        if (item.video != nullptr) append_frames(members, "video", *item.video, 0, out);
        members.end();
        out += '\n';
        for (std::size_t first = kFramesPerLine; item.video != nullptr && first < item.video->hashes.size();
             first += kFramesPerLine) {
            JsonMembers more(out);
            append_frames(more, "more", *item.video, first, out);
            more.end();
            out += '\n';
        }
        return Written::all;
    }

private:
    static void append_carried(const CarriedHashes& carried, std::string& out) {
        for (std::size_t i = 0; i < carried.size(); ++i) {
            out += i == 0 ? '[' : ',';
            JsonMembers hash(out);
            hash.text("kind", carried[i].kind);
            if (carried[i].binary) {
                hash.text("base64", base64_of(carried[i].value));
            } else {
                hash.text("text", carried[i].value);
            }
            hash.end();
        }
        out += ']';
    }

    static void append_frames(JsonMembers& members, std::string_view name, const VideoView& video, std::size_t first,
                              std::string& out) {
        members.begin(name);
        const std::size_t end = std::min(video.hashes.size(), first + kFramesPerLine);
        for (std::size_t i = first; i < end; ++i) {
            out += i == first ? "[\"" : ",\"";
            out += to_hex(video.hashes[i]);
            out += ',' + std::to_string(video.qualities[i]) + ',' + std::to_string(video.times_us[i]) + '"';
        }
        out += ']';
    }
};

}  // namespace

std::unique_ptr<ItemWriter> make_jsonl_writer() {
    return std::make_unique<JsonlWriter>();
}

}  // namespace tutela
