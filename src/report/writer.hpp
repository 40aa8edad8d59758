// What the report writers share: the order of the calls, the buffer, the sink and its errors.
#pragma once

#include <string>

#include "tutela/report.hpp"

namespace tutela {

// A format renders into a string; everything else is done here.
class RenderingWriter : public ReportWriter {
public:
    explicit RenderingWriter(ByteSink sink) : sink_(std::move(sink)) {}

    Status begin(const RunFacts& facts) final;
    Status row(const FileRow& row) final;
    Status end(const RunTotals& totals) final;

protected:
    // Each appends to `out`, which is empty.
    virtual void render_begin(std::string& out) const = 0;
    virtual void render_row(const FileRow& row, std::string& out) const = 0;
    virtual void render_end(const RunTotals& totals, std::string& out) const = 0;

    [[nodiscard]] const RunFacts& facts() const noexcept { return facts_; }

private:
    enum class State { fresh, open, ended };

    Status expect(State state) const;
    Status flush();

    ByteSink sink_;
    RunFacts facts_;
    State state_ = State::fresh;
    Status failure_;      // of the sink; final, as what follows a gap would not be a report
    std::string buffer_;  // kept from row to row for its capacity
};

[[nodiscard]] std::unique_ptr<ReportWriter> make_text_writer(ByteSink sink);
[[nodiscard]] std::unique_ptr<ReportWriter> make_jsonl_writer(ByteSink sink);
[[nodiscard]] std::unique_ptr<ReportWriter> make_csv_writer(ByteSink sink);
[[nodiscard]] std::unique_ptr<ReportWriter> make_html_writer(ByteSink sink);

}  // namespace tutela
