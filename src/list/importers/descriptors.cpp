// Descriptors of ThreatExchange.
#include "list/importers/json_records.hpp"
#include "list/importers/words.hpp"

namespace tutela {

namespace {

class Visitor final : public JsonRecords {
public:
    explicit Visitor(ImportTarget& target) noexcept : JsonRecords(target, "data") {}

private:
    void begin_record() override { draft_.clear(), indicator_.clear(), type_.clear(); }

    void field(std::string_view member, std::string_view inner, std::string_view text) override {
        if (member == "tags" && (inner.empty() || inner == "text" || inner == "tags")) draft_.add_label(text);
        if (member == "owner" && inner == "id") draft_.source.assign("ThreatExchange ").append(text);
        if (!inner.empty()) return;
        if (member == "id") draft_.id = text;
        if (member == "raw_indicator") indicator_ = text;
        if (member == "type") type_ = text;
        if (member == "added_on") draft_.set_time(text);
        if (member == "status") draft_.category = text;
    }

    Status end_record() override {
        draft_.scheme = "threatexchange";
        draft_.add_hash(hash_of_name(type_), indicator_);
        name_signal_verdict(draft_);
        return target().take(draft_, number());
    }

    ItemDraft draft_;
    std::string indicator_;
    std::string type_;
};

}  // namespace

std::unique_ptr<ListParser> make_descriptor_parser(ImportTarget& target) {
    return std::make_unique<JsonRecordsParser<Visitor>>(target);
}

}  // namespace tutela
