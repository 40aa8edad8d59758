#include "core/try.hpp"
#include "list/importers/vpdq_parser.hpp"
#include "list/importers/vpdq_row.hpp"

namespace tutela {

namespace {

class TextParser final : public VpdqParser {
public:
    explicit TextParser(VpdqRows& rows) noexcept : rows_(rows) { rows_.import().format = VpdqFormat::text; }

    Status feed(std::string_view chunk) override {
        while (!chunk.empty()) {
            const std::size_t end = chunk.find('\n');
            const std::string_view part = chunk.substr(0, end);
            // One byte over the limit tells that the line is too long.
            kept_.append(part.substr(0, kMaxVpdqRowBytes + 1 - kept_.size()));
            if (end == std::string_view::npos) return {};
            TUTELA_TRY(end_line());
            chunk.remove_prefix(end + 1);
        }
        return {};
    }

    Status finish() override { return kept_.empty() ? Status() : end_line(); }

private:
    Status end_line() {
        ++line_;
        const std::string_view text = kept_;
        Status status;
        if (text.size() > kMaxVpdqRowBytes) {
            status = rows_.add(Status(StatusCode::invalid_argument, "the line is longer than 1 KiB"), line_);
        } else if (text.find_first_not_of(" \t\r") != std::string_view::npos) {
            status = rows_.add(parse_vpdq_line(text.substr(0, text.find_last_not_of('\r') + 1)), line_);
        }
        kept_.clear();
        return status;
    }

    VpdqRows& rows_;
    std::string kept_;  // the beginning of a line
    std::uint64_t line_ = 0;
};

}  // namespace

std::unique_ptr<VpdqParser> make_vpdq_text_parser(VpdqRows& rows) {
    return std::make_unique<TextParser>(rows);
}

}  // namespace tutela
