// Saved responses of StopNCII.
#include <algorithm>

#include "core/digest.hpp"
#include "list/importers/json_records.hpp"

namespace tutela {

namespace {

class StopNciiVisitor final : public JsonRecords {
public:
    explicit StopNciiVisitor(ImportTarget& target) noexcept : JsonRecords(target, "hashRecords") {}

private:
    void begin_record() override { type_.clear(), value_.clear(), status_.clear(), time_.clear(); }

    void field(std::string_view member, std::string_view inner, std::string_view text) override {
        if (!inner.empty()) return;
        if (member == "signalType") type_ = text;
        if (member == "hashValue") value_ = trimmed(text);
        if (member == "hashStatus") status_ = text;
        if (member == "lastModtimestamp") time_ = text;
    }

    Status end_record() override {
        if (type_.empty() || value_.empty()) {
            target().skip(number(), "it has no signalType or no hashValue");
            return {};
        }
        std::string key = "stopncii " + type_ + ' ' + value_;
        std::transform(key.begin(), key.end(), key.begin(),
                       [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
        ItemDraft draft;
        draft.id = id_of(key);
        if (status_ == "Withdrawn" || status_ == "Deleted") {
            target().delete_latest(key, target().next_time(), draft);
            return {};
        }
        draft.scheme = "stopncii";
        draft.label = status_;
        draft.set_time(time_);
        draft.add_hash(hash_of_name(type_), value_);
        target().take_latest(key, target().next_time(), draft, number());
        return {};
    }

    // The feed names nothing, and what is to be replaced or removed later needs a name; one that does not tell the hash.
    static std::string id_of(const std::string& key) {
        const Sha256 digest = sha256({reinterpret_cast<const std::uint8_t*>(key.data()), key.size()});
        return "stopncii-" + bytes_to_hex(std::span(digest).first(8));
    }

    std::string type_;
    std::string value_;
    std::string status_;
    std::string time_;
};

}  // namespace

std::unique_ptr<ListParser> make_stopncii_parser(ImportTarget& target) {
    return std::make_unique<JsonRecordsParser<StopNciiVisitor>>(target);
}

}  // namespace tutela
