// Documents that are an array of flat records.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "list/importers/json_reader.hpp"
#include "list/importers/list_parser.hpp"

namespace tutela {

// Tells each record of the array that is the document, or is the member `array` of the document's object, from its
// first member to its last. What is nested deeper than `member/…/x` goes to field() too, with its own key.
class JsonRecords : public JsonVisitor {
public:
    [[nodiscard]] bool seen_array() const noexcept { return seen_; }

    Status begin(bool object) final {
        ++depth_;
        if (array_ == 0) {
            const bool whole = depth_ == 1;
            if (!object && (whole || (depth_ == 2 && key_ == name_))) {
                array_ = depth_;
                seen_ = true;
            }
            return {};
        }
        if (depth_ == array_ + 1) {
            ++number_;
            if (!object) {
                bad_element();
            } else {
                begin_record();
            }
            is_object_ = object;
        }
        return {};
    }
    Status end(bool) final {
        Status status;
        if (array_ != 0 && depth_ == array_ + 1 && is_object_) status = end_record();
        if (depth_ == array_) array_ = 0;
        --depth_;
        return status;
    }
    void key(std::string_view name) final {
        key_ = name;
        key_is_members_ = depth_ == array_ + 1;
        if (key_is_members_) member_ = name;
    }
    Status scalar(JsonType type, std::string_view text) final {
        if (array_ == 0) return {};
        if (depth_ == array_) {
            ++number_;
            bad_element();
        } else if (is_object_) {
            field(member_, key_is_members_ ? std::string_view() : std::string_view(key_),
                  type == JsonType::null ? std::string_view() : text);
        }
        return {};
    }

protected:
    JsonRecords(ImportTarget& target, std::string_view array) noexcept : target_(target), name_(array) {}

    virtual void begin_record() = 0;
    // `inner` is the last key before the value inside a member that holds objects; else empty.
    virtual void field(std::string_view member, std::string_view inner, std::string_view text) = 0;
    [[nodiscard]] virtual Status end_record() = 0;

    [[nodiscard]] ImportTarget& target() noexcept { return target_; }
    // Of this record, from 1.
    [[nodiscard]] std::uint64_t number() const noexcept { return number_; }

private:
    void bad_element() { target_.skip(number_, "the record is no object"); }

    ImportTarget& target_;
    std::string_view name_;
    std::size_t depth_ = 0;
    std::size_t array_ = 0;  // the depth of the array of records while inside of it
    bool seen_ = false;
    bool is_object_ = false;
    bool key_is_members_ = false;  // `key_` is a record's own
    std::string key_;
    std::string member_;
    std::uint64_t number_ = 0;
};

// The parser of such a document.
template <typename Visitor>
class JsonRecordsParser final : public ListParser {
public:
    explicit JsonRecordsParser(ImportTarget& target)
        : visitor_(target), reader_(visitor_, target.options().max_depth) {}

    Status feed(std::string_view chunk) override { return reader_.feed(chunk); }
    Status finish() override {
        Status status = reader_.finish();
        if (!status.ok() || visitor_.seen_array()) return status;
        return Status(StatusCode::unsupported, "the JSON holds no array of records");
    }

private:
    Visitor visitor_;
    JsonReader reader_;
};

}  // namespace tutela
