#include <boost/json/basic_parser_impl.hpp>

#include "core/try.hpp"
#include "list/importers/vpdq_parser.hpp"
#include "list/importers/vpdq_row.hpp"

namespace tutela {

namespace {

// What the parser tells, turned into rows: each element of the outermost array is one. Its names are Boost's.
class VpdqHandler {
public:
    static constexpr std::size_t max_object_size = SIZE_MAX;
    static constexpr std::size_t max_array_size = SIZE_MAX;
    static constexpr std::size_t max_key_size = SIZE_MAX;
    static constexpr std::size_t max_string_size = SIZE_MAX;

    using Error = boost::json::error_code;

    explicit VpdqHandler(VpdqRows& rows) noexcept : rows_(rows) {}

    [[nodiscard]] const Status& status() const noexcept { return status_; }

    bool on_document_begin(Error&) { return true; }
    bool on_document_end(Error&) { return true; }
    bool on_array_begin(Error& error) {
        ++depth_;
        return depth_ != 2 || no_frame(error);
    }
    bool on_array_end(std::size_t, Error&) {
        --depth_;
        return true;
    }
    bool on_object_begin(Error& error) {
        if (depth_ == 0) return not_an_array(error);
        ++depth_;
        return depth_ != 2 || no_frame(error);
    }
    bool on_object_end(std::size_t, Error&) {
        --depth_;
        return true;
    }
    bool on_string_part(std::string_view part, std::size_t, Error& error) { return keep(part, error); }
    bool on_string(std::string_view part, std::size_t, Error& error) {
        if (!keep(part, error)) return false;
        if (depth_ > 1) return true;
        const bool too_long = kept_.size() > kMaxVpdqRowBytes;
        const bool going_on = add(too_long ? Status(StatusCode::invalid_argument, "the text is longer than 1 KiB")
                                           : parse_vpdq_element(kept_),
                                  error);
        kept_.clear();
        return going_on;
    }
    bool on_key_part(std::string_view, std::size_t, Error&) { return true; }
    bool on_key(std::string_view, std::size_t, Error&) { return true; }
    bool on_number_part(std::string_view, Error& error) { return depth_ > 0 || not_an_array(error); }
    bool on_int64(std::int64_t, std::string_view, Error& error) { return scalar(error); }
    bool on_uint64(std::uint64_t, std::string_view, Error& error) { return scalar(error); }
    bool on_double(double, std::string_view, Error& error) { return scalar(error); }
    bool on_bool(bool, Error& error) { return scalar(error); }
    bool on_null(Error& error) { return scalar(error); }
    bool on_comment_part(std::string_view, Error&) { return true; }
    bool on_comment(std::string_view, Error&) { return true; }

private:
    bool stop(Status status, Error& error) {
        status_ = std::move(status);
        error = boost::json::make_error_code(boost::json::error::syntax);
        return false;
    }
    bool not_an_array(Error& error) {
        return stop(Status(StatusCode::unsupported, "the JSON is no array of vPDQ frames"), error);
    }
    bool add(const Result<FrameHash>& row, Error& error) {
        Status status = rows_.add(row, ++element_);
        return status.ok() || stop(std::move(status), error);
    }
    bool no_frame(Error& error) { return add(Status(StatusCode::invalid_argument, "the element is no text"), error); }
    bool scalar(Error& error) {
        if (depth_ == 0) return not_an_array(error);
        return depth_ > 1 || no_frame(error);
    }
    bool keep(std::string_view part, Error& error) {
        if (depth_ == 0) return not_an_array(error);
        // One byte over the limit tells that the row is too long.
        if (depth_ == 1) kept_.append(part.substr(0, kMaxVpdqRowBytes + 1 - kept_.size()));
        return true;
    }

    VpdqRows& rows_;
    Status status_;
    std::string kept_;
    std::size_t depth_ = 0;
    std::uint64_t element_ = 0;
};

class JsonParser final : public VpdqParser {
public:
    explicit JsonParser(VpdqRows& rows) : parser_({}, rows) { rows.import().format = VpdqFormat::json; }

    Status feed(std::string_view chunk) override { return write(true, chunk); }
    Status finish() override { return write(false, {}); }

private:
    Status write(bool more, std::string_view chunk) {
        boost::json::error_code error;
        std::size_t used = 0;
        if (!parser_.done()) used = parser_.write_some(more, chunk.data(), chunk.size(), error);
        if (!parser_.handler().status().ok()) return parser_.handler().status();
        if (!error && chunk.find_first_not_of(" \t\r\n", used) != std::string_view::npos)
            error = boost::json::make_error_code(boost::json::error::extra_data);
        if (error) {
            return Status(StatusCode::corrupt,
                          "the JSON is damaged at byte " + std::to_string(read_ + used) + " (" + error.message() + ")");
        }
        read_ += chunk.size();
        return {};
    }

    boost::json::basic_parser<VpdqHandler> parser_;
    std::uint64_t read_ = 0;
};

}  // namespace

std::unique_ptr<VpdqParser> make_vpdq_json_parser(VpdqRows& rows) {
    return std::make_unique<JsonParser>(rows);
}

}  // namespace tutela
