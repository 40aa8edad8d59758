// Saved responses of NCMEC's hash sharing.
#include <optional>

#include "core/try.hpp"
#include "list/importers/list_parser.hpp"
#include "list/importers/xml_reader.hpp"

namespace tutela {

namespace {

constexpr std::size_t kMaxTextKept = kMaxTextBytes + 1;

class NcmecVisitor final : public XmlVisitor {
public:
    explicit NcmecVisitor(ImportTarget& target) noexcept : target_(target) {}

    Status begin(std::string_view name, const char* const* attributes) override {
        ++depth_;
        text_.clear();
        if (depth_ == 1 && name != "queryResult")
            return Status(StatusCode::unsupported, "the XML is no response of NCMEC's hash sharing");
        if (depth_ == 3) begin_entry(name);
        if (entry_ == Entry::none) return {};
        if (depth_ == 4 && name == "member") read_member(attributes);
        if (depth_ == 4) in_fingerprints_ = name == "fingerprints";
        return {};
    }

    Status end(std::string_view name) override {
        if (entry_ != Entry::none) {
            const std::string_view text = trimmed_lines(text_);
            if (depth_ == 4) {
                if (name == "member") draft_.source = text;
                if (name == "timestamp") timestamp_ = text;
                if (name == "id") draft_.id = text;
                if (name == "classification") draft_.category = text;
            } else if (depth_ == 5 && in_fingerprints_) {
                // A large one is a link, and the element is empty; it is carried all the same.
                const NamedHash kind = hash_of_name(name);
                if (text.empty() && kind.name == HashName::carried) draft_.carry(kind.carried);
                draft_.add_hash(kind, text);
            } else if (depth_ == 3) {
                end_entry();
            }
        }
        text_.clear();
        --depth_;
        return {};
    }

    void text(std::string_view part) override {
        if (entry_ != Entry::none && depth_ > 3) text_.append(part.substr(0, kMaxTextKept - text_.size()));
    }

private:
    enum class Entry : std::uint8_t { none, image, video, deleted_image, deleted_video };

    static std::string_view trimmed_lines(std::string_view text) noexcept {
        constexpr std::string_view kBlanks = " \t\r\n";
        const std::size_t begin = text.find_first_not_of(kBlanks);
        if (begin == std::string_view::npos) return {};
        return text.substr(begin, text.find_last_not_of(kBlanks) + 1 - begin);
    }

    void begin_entry(std::string_view name) {
        entry_ = name == "image"          ? Entry::image
                 : name == "video"        ? Entry::video
                 : name == "deletedImage" ? Entry::deleted_image
                 : name == "deletedVideo" ? Entry::deleted_video
                                          : Entry::none;
        if (entry_ == Entry::none) return;
        ++number_;
        draft_.clear();
        member_.clear();
        timestamp_.clear();
    }

    void read_member(const char* const* attributes) {
        for (; attributes[0] != nullptr; attributes += 2) {
            if (std::string_view(attributes[0]) == "id") member_ = attributes[1];
        }
    }

    void end_entry() {
        const Entry entry = std::exchange(entry_, Entry::none);
        const std::optional<RecordTime> time = parse_record_time(timestamp_);
        if (draft_.id.empty()) return target_.skip(number_, "it has no id");
        if (!time) return target_.skip(number_, "its timestamp is missing or none");
        const bool image = entry == Entry::image || entry == Entry::deleted_image;
        const std::string key = std::string("ncmec ") + (image ? "image " : "video ") +
                                (member_.empty() ? draft_.source : member_) + '\n' + draft_.id;
        if (entry == Entry::deleted_image || entry == Entry::deleted_video)
            return target_.delete_latest(key, *time, draft_);
        draft_.scheme = "ncmec";
        draft_.updated_us = time;
        target_.take_latest(key, *time, draft_, number_);
    }

    ImportTarget& target_;
    std::size_t depth_ = 0;
    Entry entry_ = Entry::none;
    bool in_fingerprints_ = false;
    std::uint64_t number_ = 0;
    std::string text_;
    std::string member_;
    std::string timestamp_;
    ItemDraft draft_;
};

class NcmecParser final : public ListParser {
public:
    explicit NcmecParser(ImportTarget& target) : visitor_(target), reader_(visitor_, target.options().max_depth) {}

    Status feed(std::string_view chunk) override { return reader_.feed(chunk); }
    Status finish() override { return reader_.finish(); }

private:
    NcmecVisitor visitor_;
    XmlReader reader_;
};

}  // namespace

std::unique_ptr<ListParser> make_ncmec_parser(ImportTarget& target) {
    return std::make_unique<NcmecParser>(target);
}

}  // namespace tutela
