#include "list/importers/json_reader.hpp"

#include <algorithm>
#include <boost/json/basic_parser_impl.hpp>
#include <string>

#include "core/try.hpp"
#include "core/utf8.hpp"

namespace tutela {

namespace {

// What Boost's parser tells, with texts put together again. The names are Boost's.
class Handler {
public:
    static constexpr std::size_t max_object_size = SIZE_MAX;
    static constexpr std::size_t max_array_size = SIZE_MAX;
    static constexpr std::size_t max_key_size = SIZE_MAX;
    static constexpr std::size_t max_string_size = SIZE_MAX;

    using Error = boost::json::error_code;

    explicit Handler(JsonVisitor& visitor) noexcept : visitor_(visitor) {}

    [[nodiscard]] const Status& status() const noexcept { return status_; }

    bool on_document_begin(Error&) { return true; }
    bool on_document_end(Error&) { return true; }
    bool on_object_begin(Error& error) { return pass(visitor_.begin(true), error); }
    bool on_object_end(std::size_t, Error& error) { return pass(visitor_.end(true), error); }
    bool on_array_begin(Error& error) { return pass(visitor_.begin(false), error); }
    bool on_array_end(std::size_t, Error& error) { return pass(visitor_.end(false), error); }
    bool on_string_part(std::string_view part, std::size_t, Error&) { return keep(part); }
    bool on_string(std::string_view part, std::size_t, Error& error) {
        Status status = visitor_.scalar(JsonType::text, whole(part));
        kept_.clear();
        return pass(std::move(status), error);
    }
    bool on_key_part(std::string_view part, std::size_t, Error&) { return keep(part); }
    bool on_key(std::string_view part, std::size_t, Error&) {
        visitor_.key(whole(part));
        kept_.clear();
        return true;
    }
    bool on_number_part(std::string_view part, Error&) { return keep(part); }
    bool on_int64(std::int64_t, std::string_view part, Error& error) { return number(part, error); }
    bool on_uint64(std::uint64_t, std::string_view part, Error& error) { return number(part, error); }
    bool on_double(double, std::string_view part, Error& error) { return number(part, error); }
    bool on_bool(bool value, Error& error) {
        return pass(visitor_.scalar(JsonType::boolean, value ? "true" : "false"), error);
    }
    bool on_null(Error& error) { return pass(visitor_.scalar(JsonType::null, "null"), error); }
    bool on_comment_part(std::string_view, Error&) { return true; }
    bool on_comment(std::string_view, Error&) { return true; }

private:
    bool pass(Status status, Error& error) {
        if (status.ok()) return true;
        status_ = std::move(status);
        error = boost::json::make_error_code(boost::json::error::syntax);
        return false;
    }
    bool keep(std::string_view part) {
        kept_.append(part.substr(0, kMaxJsonTextBytes - kept_.size()));
        return true;
    }
    std::string_view whole(std::string_view last) {
        if (kept_.empty()) return last.substr(0, kMaxJsonTextBytes);
        keep(last);
        return kept_;
    }
    bool number(std::string_view part, Error& error) {
        Status status = visitor_.scalar(JsonType::number, whole(part));
        kept_.clear();
        return pass(std::move(status), error);
    }

    JsonVisitor& visitor_;
    Status status_;
    std::string kept_;
};

boost::json::parse_options options_of(std::size_t max_depth) {
    boost::json::parse_options options;
    options.max_depth = max_depth;
    return options;
}

}  // namespace

struct JsonReader::Impl {
    Impl(JsonVisitor& visitor, std::size_t max_depth) : parser(options_of(max_depth), visitor) {}

    // Takes the mark away, which may be cut into chunks; true while it is not known whether there is one.
    bool in_mark(std::string_view& chunk) {
        while (mark < kByteOrderMark.size() && !chunk.empty() && chunk.front() == kByteOrderMark[mark]) {
            chunk.remove_prefix(1);
            ++mark;
            ++read;
        }
        return mark < kByteOrderMark.size() && chunk.empty();
    }

    Status write(bool more, std::string_view chunk) {
        boost::json::error_code error;
        std::size_t used = 0;
        if (!parser.done()) used = parser.write_some(more, chunk.data(), chunk.size(), error);
        if (!parser.handler().status().ok()) return parser.handler().status();
        if (!error && chunk.find_first_not_of(" \t\r\n", used) != std::string_view::npos)
            error = boost::json::make_error_code(boost::json::error::extra_data);
        if (error == boost::json::error::too_deep) return Status(StatusCode::limit, "the JSON is nested too deeply");
        if (error) {
            return Status(StatusCode::corrupt,
                          "the JSON is damaged at byte " + std::to_string(read + used) + " (" + error.message() + ")");
        }
        read += chunk.size();
        return {};
    }

    boost::json::basic_parser<Handler> parser;
    std::uint64_t read = 0;
    std::size_t mark = 0;
};

JsonReader::JsonReader(JsonVisitor& visitor, std::size_t max_depth)
    : impl_(std::make_unique<Impl>(visitor, max_depth)) {}
JsonReader::~JsonReader() = default;

Status JsonReader::feed(std::string_view chunk) {
    if (impl_->mark < kByteOrderMark.size()) {
        if (impl_->in_mark(chunk)) return {};
        const bool part_of_mark = impl_->mark > 0 && impl_->mark < kByteOrderMark.size();
        impl_->mark = kByteOrderMark.size();
        if (part_of_mark) return Status(StatusCode::corrupt, "the JSON is damaged at byte 0 (syntax error)");
    }
    return impl_->write(true, chunk);
}

Status JsonReader::finish() {
    return impl_->write(false, {});
}

}  // namespace tutela
