// Report writers, for the C interface.
#include "tutela/report.hpp"

#include "capi/handles.hpp"
#include "capi/row.hpp"
#include "capi/translate.hpp"

struct tutela_report_writer {
    std::unique_ptr<tutela::ReportWriter> writer;
};

namespace {

using tutela::ReportFormat;
using tutela::Status;
using tutela::StatusCode;
using tutela::capi::guarded;
using tutela::capi::require;

static_assert(TUTELA_REPORT_TEXT == static_cast<int>(ReportFormat::text));
static_assert(TUTELA_REPORT_JSONL == static_cast<int>(ReportFormat::jsonl));
static_assert(TUTELA_REPORT_CSV == static_cast<int>(ReportFormat::csv));
static_assert(TUTELA_REPORT_HTML == static_cast<int>(ReportFormat::html));

tutela::ByteSink to_cpp(tutela_sink sink, void* context) {
    return [sink, context](std::string_view bytes) {
        const tutela_status answer = sink(bytes.data(), bytes.size(), context);
        if (answer == TUTELA_OK) return Status();
        return Status(static_cast<StatusCode>(answer), "the sink did not take the report");
    };
}

}  // namespace

tutela_status tutela_report_writer_create(std::uint32_t format, tutela_sink sink, void* context,
                                          tutela_report_writer** writer, tutela_error* error) {
    return guarded(error, [&]() -> Status {
        if (sink == nullptr) return Status(StatusCode::invalid_argument, "sink is NULL");
        TUTELA_TRY(require(writer, "writer"));
        TUTELA_ASSIGN(auto made, tutela::make_report_writer(static_cast<ReportFormat>(format), to_cpp(sink, context)));
        *writer = new tutela_report_writer{std::move(made)};
        return {};
    });
}

void tutela_report_writer_destroy(tutela_report_writer* writer) {
    delete writer;
}

tutela_status tutela_report_writer_begin(tutela_report_writer* writer, const tutela_scanner* scanner, bool show_hashes,
                                         tutela_error* error) {
    return guarded(error, [&]() -> Status {
        TUTELA_TRY(require(writer, "writer"));
        TUTELA_TRY(require(scanner, "scanner"));
        tutela::RunFacts facts = scanner->current().facts();
        facts.show_hashes = show_hashes;
        return writer->writer->begin(facts);
    });
}

tutela_status tutela_report_writer_row(tutela_report_writer* writer, const tutela_row* row, tutela_error* error) {
    return guarded(error, [&]() -> Status {
        TUTELA_TRY(require(writer, "writer"));
        TUTELA_TRY(require(row, "row"));
        TUTELA_ASSIGN(const tutela::FileRow copy, tutela::capi::read_row(row));
        return writer->writer->row(copy);
    });
}

tutela_status tutela_report_writer_end(tutela_report_writer* writer, const tutela_totals* totals, tutela_error* error) {
    return guarded(error, [&]() -> Status {
        TUTELA_TRY(require(writer, "writer"));
        TUTELA_TRY(require(totals, "totals"));
        TUTELA_ASSIGN(const tutela::RunTotals copy, tutela::capi::read_totals(totals));
        return writer->writer->end(copy);
    });
}
