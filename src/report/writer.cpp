#include "report/writer.hpp"

#include <utility>

#include "core/try.hpp"

namespace tutela {

ReportWriter::~ReportWriter() = default;

Status RenderingWriter::begin(const RunFacts& facts) {
    TUTELA_TRY(expect(State::fresh));
    facts_ = facts;
    state_ = State::open;
    buffer_.clear();
    render_begin(buffer_);
    return flush();
}

Status RenderingWriter::row(const FileRow& row) {
    TUTELA_TRY(expect(State::open));
    buffer_.clear();
    render_row(row, buffer_);
    return flush();
}

Status RenderingWriter::end(const RunTotals& totals) {
    TUTELA_TRY(expect(State::open));
    state_ = State::ended;
    buffer_.clear();
    render_end(totals, buffer_);
    return flush();
}

Status RenderingWriter::expect(State state) const {
    if (!failure_.ok()) return failure_;
    if (state_ == state) return {};
    return Status(StatusCode::invalid_argument, "a report is written by begin() once, row() for each row, end() once");
}

Status RenderingWriter::flush() {
    if (!buffer_.empty()) failure_ = sink_(buffer_);
    return failure_;
}

Result<std::unique_ptr<ReportWriter>> make_report_writer(ReportFormat format, ByteSink sink) {
    if (!sink) return Status(StatusCode::invalid_argument, "a report needs a sink");
    switch (format) {
        case ReportFormat::text: return make_text_writer(std::move(sink));
        case ReportFormat::jsonl: return make_jsonl_writer(std::move(sink));
        case ReportFormat::csv: return make_csv_writer(std::move(sink));
        case ReportFormat::html: return make_html_writer(std::move(sink));
    }
    return Status(StatusCode::invalid_argument, "unknown report format");
}

}  // namespace tutela
