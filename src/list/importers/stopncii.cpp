// Saved responses of StopNCII.
#include <algorithm>

#include "list/importers/json_records.hpp"

namespace tutela {

namespace {

class Visitor final : public JsonRecords {
public:
    explicit Visitor(ImportTarget& target) noexcept : JsonRecords(target, "hashRecords") {}

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
        if (status_ == "Withdrawn" || status_ == "Deleted") {
            target().delete_latest(key, target().next_time());
            return {};
        }
        ItemDraft draft;
        draft.scheme = "stopncii";
        draft.label = status_;
        draft.set_time(time_);
        draft.add_hash(hash_of_name(type_), value_);
        target().take_latest(key, target().next_time(), draft, number());
        return {};
    }

    std::string type_;
    std::string value_;
    std::string status_;
    std::string time_;
};

}  // namespace

std::unique_ptr<ListParser> make_stopncii_parser(ImportTarget& target) {
    return std::make_unique<JsonRecordsParser<Visitor>>(target);
}

}  // namespace tutela
