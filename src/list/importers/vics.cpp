// Project VIC's JSON: hash sets and cases.
#include <array>

#include "core/try.hpp"
#include "list/importers/json_reader.hpp"
#include "list/importers/list_parser.hpp"

namespace tutela {

namespace {

// What a member of a Media record is.
enum class Field : std::uint8_t { other, id, category, hash, label, time, flag };

struct FieldName {
    std::string_view name;  // in lower case
    Field field;
    std::string_view label{};  // of a flag that is true
};

constexpr FieldName kFields[] = {
    {"mediaid", Field::id},
    {"category", Field::category},
    {"md5", Field::hash},
    {"sha1", Field::hash},
    {"sha256", Field::hash},
    {"pdq", Field::hash},
    {"photodna", Field::hash},
    {"pdna", Field::hash},
    {"series", Field::label},
    {"tags", Field::label},
    {"dateupdated", Field::time},
    {"victimidentified", Field::flag, "victim identified"},
    {"offenderidentified", Field::flag, "offender identified"},
    {"isdistributed", Field::flag, "distributed"},
    {"issuspected", Field::flag, "suspected"},
    {"selfgenerated", Field::flag, "self-generated"},
};
constexpr std::size_t kFlags = 5;

// The document's key in lower case, as far as a name that is known goes.
struct Key {
    std::array<char, 24> letters{};
    std::size_t size = 0;

    void set(std::string_view name) noexcept {
        size = 0;
        if (name.size() > letters.size()) return;
        for (const char c : name)
            letters[size++] = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
    [[nodiscard]] std::string_view view() const noexcept { return {letters.data(), size}; }
};

class VicsVisitor final : public JsonVisitor {
public:
    explicit VicsVisitor(ImportTarget& target) noexcept : target_(target) {}

    [[nodiscard]] bool seen_value() const noexcept { return seen_value_; }

    Status begin(bool object) override {
        ++depth_;
        if (depth_ == 1 && !object) return Status(StatusCode::unsupported, "the JSON is no object of Project VIC");
        if (depth_ == 2 && !object && key_.view() == "value") in_value_ = seen_value_ = true;
        if (!in_value_) return {};
        if (media_ == 0) {
            begin_outside(object);
        } else if (depth_ == media_ + 1) {
            nested_object_ = object;
        } else if (depth_ == media_ + 2) {
            hash_name_ = {};
            hash_value_.clear();
            has_hash_name_ = false;
            inner_object_ = object;
        }
        return {};
    }

    Status end(bool) override {
        Status status;
        if (media_ != 0 && depth_ == media_ + 2 && inner_object_ && has_hash_name_) {
            draft_.add_hash(hash_name_, hash_value_);
        } else if (media_ != 0 && depth_ == media_) {
            status = end_media();
        }
        if (depth_ == 2) in_value_ = false;
        if (depth_ == 4) in_media_array_ = false;
        --depth_;
        return status;
    }

    void key(std::string_view name) override {
        key_.set(name);
        if (media_ != 0 && depth_ == media_) field_ = field_of(name);
    }

    Status scalar(JsonType type, std::string_view text) override {
        if (depth_ == 0) return Status(StatusCode::unsupported, "the JSON is no object of Project VIC");
        if (depth_ == 1 && type == JsonType::text) return root_text(text);
        if (media_ == 0) {
            if (in_value_ && (depth_ == 2 || (depth_ == 4 && in_media_array_))) no_object();
            return {};
        }
        if (type == JsonType::null) text = {};
        if (depth_ == media_) {
            member(text);
        } else if (depth_ == media_ + 1) {
            if (field_->field == Field::label && (!nested_object_ || key_.view() == "name")) add_label(text);
        } else if (depth_ == media_ + 2 && inner_object_) {
            inner(type, text);
        }
        return {};
    }

private:
    static const FieldName* field_of(std::string_view name) noexcept {
        static constexpr FieldName kOther{"", Field::other};
        Key key;
        key.set(name);
        for (const FieldName& known : kFields) {
            if (known.name == key.view()) return &known;
        }
        return &kOther;
    }

    // Inside `value`, and in no Media record: this may be one, or a case's array of them.
    void begin_outside(bool object) {
        if (depth_ == 4 && !object && key_.view() == "media") in_media_array_ = true;
        const bool element = cases_ ? depth_ == 5 && in_media_array_ : depth_ == 3;
        if (!element) return;
        if (!object) return no_object();
        media_ = depth_;
        ++record_;
        draft_.clear();
        series_.clear();
        tags_.clear();
        flags_.fill(false);
    }

    void no_object() { target_.skip(++record_, "the record is no object"); }

    void member(std::string_view text) {
        switch (field_->field) {
            case Field::other: return;
            case Field::id: draft_.id = text; return;
            case Field::category: draft_.category = trimmed(text); return;
            case Field::hash: hash(text); return;
            case Field::label: set_label(text); return;
            case Field::time: draft_.set_time(text); return;
            case Field::flag: flags_[flag()] = is_yes(text); return;
        }
    }

    [[nodiscard]] std::size_t flag() const noexcept {
        return static_cast<std::size_t>(field_ - std::end(kFields) + static_cast<std::ptrdiff_t>(kFlags));
    }

    void hash(std::string_view text) { draft_.add_hash(hash_of_name(field_->name), text); }

    std::string& label() noexcept { return field_->name == "series" ? series_ : tags_; }
    void set_label(std::string_view text) { label().assign(text); }
    void add_label(std::string_view text) {
        if (!label().empty()) label() += "; ";
        label() += text;
    }

    void inner(JsonType type, std::string_view text) {
        if (key_.view() == "hashname" && type == JsonType::text) {
            hash_name_ = hash_of_name(text);
            has_hash_name_ = true;
        } else if (key_.view() == "hashvalue") {
            hash_value_.assign(text);
        }
    }

    // `http://…/DataModels/2.0.xml/US/$metadata#Media`
    Status root_text(std::string_view text) {
        if (key_.view() != "@odata.context" && key_.view() != "odata.metadata") return {};
        const std::size_t end = text.find(".xml");
        const std::size_t slash = text.rfind('/', end);
        if (end == std::string_view::npos || slash == std::string_view::npos)
            return Status(StatusCode::unsupported, "the JSON names no version of Project VIC");
        const std::string_view version = text.substr(slash + 1, end - slash - 1);
        if (!version.starts_with("1.") && !version.starts_with("2."))
            return Status(StatusCode::version_mismatch, "the JSON is of another version of Project VIC than 1 and 2");
        old_ = version.starts_with("1.");
        std::string_view region = text.substr(end + 4);
        if (region.starts_with('/')) region.remove_prefix(1);
        region = region.substr(0, region.find_first_of("/#"));
        region_ = region.starts_with('$') ? std::string_view() : region;
        cases_ = text.ends_with("#Cases");
        return {};
    }

    [[nodiscard]] bool non_pertinent() const noexcept {
        return old_ ? draft_.category == "5" : region_ == "US" && draft_.category == "0";
    }

    Status end_media() {
        media_ = 0;
        draft_.scheme = "vics";
        draft_.region = region_;
        draft_.harmless = non_pertinent();
        draft_.add_label(series_);
        draft_.add_label(tags_);
        for (std::size_t i = 0; i < kFlags; ++i) {
            if (flags_[i]) draft_.add_label(kFields[std::size(kFields) - kFlags + i].label);
        }
        return target_.take(draft_, record_);
    }

    ImportTarget& target_;
    std::size_t depth_ = 0;
    std::size_t media_ = 0;  // the depth of the Media record that is being read; 0 outside of one
    Key key_;                // of the value that comes next
    const FieldName* field_ = kFields;
    bool in_value_ = false;
    bool seen_value_ = false;
    bool in_media_array_ = false;
    bool nested_object_ = false;  // what is nested in a member of the record; else an array
    bool inner_object_ = false;   // and what is nested in that
    bool cases_ = false;
    bool old_ = false;  // version 1
    std::string region_;
    std::uint64_t record_ = 0;
    ItemDraft draft_;
    std::string series_;
    std::string tags_;
    std::array<bool, kFlags> flags_{};
    NamedHash hash_name_{};
    std::string hash_value_;
    bool has_hash_name_ = false;
};

class VicsParser final : public ListParser {
public:
    explicit VicsParser(ImportTarget& target) : visitor_(target), reader_(visitor_, target.options().max_depth) {}

    Status feed(std::string_view chunk) override { return reader_.feed(chunk); }
    Status finish() override {
        TUTELA_TRY(reader_.finish());
        if (visitor_.seen_value()) return {};
        return Status(StatusCode::unsupported, "the JSON holds no array `value` of records");
    }

private:
    VicsVisitor visitor_;
    JsonReader reader_;
};

}  // namespace

std::unique_ptr<ListParser> make_vics_parser(ImportTarget& target) {
    return std::make_unique<VicsParser>(target);
}

}  // namespace tutela
