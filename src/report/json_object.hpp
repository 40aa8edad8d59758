// JSON objects, member by member, for whatever writes lines of them.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/digest.hpp"
#include "core/utf8.hpp"
#include "report/text.hpp"
#include "tutela/report.hpp"

namespace tutela {

// Members of one object, in the order in which they are called for.
class JsonObject {
public:
    explicit JsonObject(std::string& out) : out_(out) { out_ += '{'; }

    void text(std::string_view key, std::string_view value) {
        begin(key);
        append_json_string(out_, value);
    }
    // An empty text is one that nobody gave: null.
    void text_or_null(std::string_view key, std::string_view value) {
        if (value.empty()) return null(key);
        text(key, value);
    }
    template <typename Integer>
    void number(std::string_view key, Integer value) {
        begin(key);
        out_ += std::to_string(value);
    }
    void number_or_null(std::string_view key, std::uint32_t value) {
        if (value == 0) return null(key);
        number(key, value);
    }
    void boolean(std::string_view key, bool value) {
        begin(key);
        out_ += value ? "true" : "false";
    }
    template <typename Number>
    void optional(std::string_view key, const std::optional<Number>& value) {
        if (!value) return null(key);
        number(key, *value);
    }
    // Bytes that are no text come once more, in hex.
    void hex_unless_text(std::string_view key, std::string_view value) {
        if (is_utf8(value)) return;
        text(key, bytes_to_hex(std::span(reinterpret_cast<const std::uint8_t*>(value.data()), value.size())));
    }
    void real(std::string_view key, double value) {
        begin(key);
        append_json_number(out_, value);
    }
    void null(std::string_view key) {
        begin(key);
        out_ += "null";
    }
    void begin(std::string_view key) {
        if (!first_) out_ += ',';
        first_ = false;
        out_ += '"';
        out_ += key;
        out_ += "\":";
    }
    void end() { out_ += '}'; }

private:
    std::string& out_;
    bool first_ = true;
};

// The segment as in a JSON Lines report.
inline void append_json_segment(std::string& out, const MatchSegment& segment) {
    JsonObject object(out);
    object.text("entry_id", segment.entry_id);
    object.number("start_us", segment.start_us);
    object.number("end_us", segment.end_us);
    object.number("known_start_us", segment.known_start_us);
    object.number("known_end_us", segment.known_end_us);
    object.number("frames", segment.frames);
    object.number("distance", segment.distance_bits);
    object.real("speed", segment.speed);
    object.number("query_percent", segment.query_percent);
    object.number("compared_percent", segment.compared_percent);
    object.text("variant", segment.variant);
    object.text("category", segment.category);
    object.text("label", segment.label);
    object.end();
}

}  // namespace tutela
