#include <string>
#include <string_view>
#include <utility>

#include "report/text.hpp"
#include "report/writer.hpp"

namespace tutela {

namespace {

constexpr std::string_view kLineEnd = "\r\n";  // RFC 4180

void append_text(std::string& line, std::string_view text) {
    append_csv_cell(line, text);
    line += ',';
}

// Numbers here are never negative: no formula can start with one.
void append_number(std::string& line, std::uint64_t value) {
    line += std::to_string(value);
    line += ',';
}

void append_known(std::string& line, std::uint32_t value) {
    if (value != 0) line += std::to_string(value);
    line += ',';
}

class CsvWriter final : public RenderingWriter {
public:
    using RenderingWriter::RenderingWriter;

private:
    void render_begin(std::string& out) const override {
        out +=
            "path,inner,size,sha256,outcome,reason,damaged,damage_reason,decoded_percent,format,width,height,"
            "orientation,frames,decode,hash_algorithm,quality,match_count,segment_count,entry_id,distance,variant,"
            "frame,pts_us,known_us,confirm,start_us,end_us,known_start_us,known_end_us,segment_frames,speed,"
            "query_percent,compared_percent,category,label,radius,min_quality,sampling,list_digest";
        if (!facts().filter.empty()) out += ",filter";
        if (facts().show_hashes) out += ",hash";
        out += kLineEnd;
    }
    void render_end(const RunTotals&, std::string&) const override {}

    void render_row(const FileRow& row, std::string& out) const override {
        const std::string file = file_cells(row);
        const std::string run = run_cells(row);
        if (row.matches.empty() && row.segments.empty()) {
            out += file + std::string(kHitCells, ',') + run;
            return;
        }
        for (const MatchFact& match : row.matches) {
            out += file;
            append_match(out, match);
            out += run;
        }
        for (const MatchSegment& segment : row.segments) {
            out += file;
            append_segment(out, segment);
            out += run;
        }
    }

    // entry_id .. label
    static constexpr std::size_t kHitCells = 17;
    static constexpr std::size_t kMatchCells = 4;    // frame .. confirm
    static constexpr std::size_t kSegmentCells = 8;  // start_us .. compared_percent

    static void append_match(std::string& out, const MatchFact& match) {
        append_text(out, match.entry_id);
        append_number(out, match.distance_bits);
        append_text(out, match.variant);
        append_number(out, match.frame);
        append_text(out, match.pts_us ? std::to_string(*match.pts_us) : std::string());
        append_text(out, match.known_us ? std::to_string(*match.known_us) : std::string());
        append_text(out, match.confirm ? "phash " + std::to_string(*match.confirm) : std::string());
        out.append(kSegmentCells, ',');
        append_text(out, match.category);
        append_text(out, match.label);
    }

    static void append_segment(std::string& out, const MatchSegment& segment) {
        append_text(out, segment.entry_id);
        append_number(out, segment.distance_bits);
        append_text(out, segment.variant);
        out.append(kMatchCells, ',');
        for (const std::int64_t time : {segment.start_us, segment.end_us, segment.known_start_us, segment.known_end_us})
            append_text(out, std::to_string(time));
        append_number(out, segment.frames);
        std::string speed;
        append_json_number(speed, segment.speed);
        append_text(out, speed);
        append_number(out, segment.query_percent);
        append_number(out, segment.compared_percent);
        append_text(out, segment.category);
        append_text(out, segment.label);
    }

    // path .. segment_count
    [[nodiscard]] std::string file_cells(const FileRow& row) const {
        std::string line;
        append_text(line, row.path);
        append_text(line, row.inner);
        append_number(line, row.size_bytes);
        append_text(line, row.sha256.value_or(std::string()));
        append_text(line, outcome_name(row.outcome));
        append_text(line, row.reason);
        append_text(line, row.damaged ? "true" : "false");
        append_text(line, row.damage_reason);
        append_text(line, row.decoded_percent ? std::to_string(*row.decoded_percent) : std::string());
        append_text(line, row.format);
        append_known(line, row.width);
        append_known(line, row.height);
        append_known(line, row.orientation);
        append_known(line, row.frames);
        append_text(line, row.decode);
        append_text(line, facts().hash_algorithm);
        append_text(line, row.quality ? std::to_string(*row.quality) : std::string());
        append_number(line, row.matches.size());
        append_number(line, row.segments.size());
        return line;
    }

    // radius .. the end of the line
    [[nodiscard]] std::string run_cells(const FileRow& row) const {
        std::string line;
        append_number(line, facts().radius);
        append_text(line, std::to_string(facts().min_quality));
        append_text(line, facts().sampling);
        append_csv_cell(line, facts().list_digest);
        if (!facts().filter.empty()) {
            line += ',';
            append_csv_cell(line, facts().filter);
        }
        if (facts().show_hashes) {
            line += ',';
            if (row.hash) line += to_hex(*row.hash);
        }
        line += kLineEnd;
        return line;
    }
};

}  // namespace

std::unique_ptr<ReportWriter> make_csv_writer(ByteSink sink) {
    return std::make_unique<CsvWriter>(std::move(sink));
}

}  // namespace tutela
