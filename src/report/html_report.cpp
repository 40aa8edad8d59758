#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "core/base64.hpp"
#include "core/digest.hpp"
#include "report/html_plot.hpp"
#include "report/html_text.hpp"
#include "report/numbers.hpp"
#include "report/writer.hpp"

namespace tutela {

namespace {

// All that the page loads or runs; its hash is in the page's policy.
constexpr std::string_view kStyle =
    "body{font:14px/1.4 sans-serif;margin:2em;color:#222;background:#fff}"
    "table{border-collapse:collapse;margin:.5em 0}"
    "th,td{text-align:left;vertical-align:top;padding:.15em .8em .15em 0;overflow-wrap:anywhere}"
    "th{font-weight:normal;color:#666;white-space:nowrap}"
    ".segments td:nth-child(1),.segments td:nth-child(3){white-space:nowrap}"
    "section{border-top:1px solid #ccc;margin-top:1em}"
    "h2{font-size:1em;overflow-wrap:anywhere}"
    "h2 b{padding:.1em .4em;background:#ddd}"
    "h2 b.matched{background:#a22;color:#fff}"
    "svg{width:100%;max-width:60em;display:block}"
    "svg text{font:10px sans-serif;fill:#666}"
    ".frame{fill:none;stroke:#ccc}"
    ".quality{fill:none;stroke:#bbb}"
    ".m0{fill:#a22}.m1{fill:#26a}.m2{fill:#282}.m3{fill:#a60}.m4{fill:#72a}.m5{fill:#088}"
    ".alarm{color:#a22}"
    "@media(prefers-color-scheme:dark){"
    "body{color:#ddd;background:#181818}th{color:#aaa}svg text{fill:#aaa}section{border-color:#444}"
    "h2 b{background:#444}.frame{stroke:#555}.quality{stroke:#777}.alarm{color:#f77}"
    ".m0{fill:#e66}.m1{fill:#6ae}.m2{fill:#6c6}.m3{fill:#ea5}.m4{fill:#b8f}.m5{fill:#5cc}}"
    "@media print{body{margin:0}h2,svg{break-after:avoid}h2 b,svg{print-color-adjust:exact}}";

std::string style_hash() {
    return base64_of(sha256(std::span(reinterpret_cast<const std::uint8_t*>(kStyle.data()), kStyle.size())));
}

// A line of a table of two columns.
void append_fact(std::string& out, std::string_view name, std::string_view value) {
    out += "<tr><th>";
    append_html(out, name);
    out += "</th><td>";
    append_html(out, value);
    out += "</td></tr>\n";
}

void append_head(std::string& out, std::string_view kind, std::initializer_list<std::string_view> names) {
    out += "<table class=\"" + std::string(kind) + "\"><tr>";
    for (const std::string_view name : names) {
        out += "<th>";
        out += name;
        out += "</th>";
    }
    out += "</tr>\n";
}

void append_line(std::string& out, std::initializer_list<std::string_view> cells) {
    out += "<tr>";
    for (const std::string_view cell : cells) {
        out += "<td>";
        append_html(out, cell);
        out += "</td>";
    }
    out += "</tr>\n";
}

void append_rest(std::string& out, std::size_t count) {
    out += "</table>\n";
    if (count > kMaxHtmlItems) out += "<p>and " + grouped(count - kMaxHtmlItems) + " more</p>\n";
}

void append_matches(std::string& out, const std::vector<MatchFact>& matches) {
    if (matches.empty()) return;
    append_head(
        out, "matches",
        {"entry", "distance", "variant", "frame", "at", "in the known video at", "confirm", "category", "label"});
    for (std::size_t i = 0; i < std::min(matches.size(), kMaxHtmlItems); ++i) {
        const MatchFact& match = matches[i];
        append_line(out, {match.entry_id, std::to_string(match.distance_bits), match.variant,
                          std::to_string(match.frame), match.pts_us ? seconds(*match.pts_us) : std::string(),
                          match.known_us ? seconds(*match.known_us) : std::string(),
                          match.confirm ? "phash " + std::to_string(*match.confirm) : std::string(), match.category,
                          match.label});
    }
    append_rest(out, matches.size());
}

void append_segments(std::string& out, const std::vector<MatchSegment>& segments) {
    if (segments.empty()) return;
    append_head(out, "segments",
                {"in the file", "equals entry", "in the known video", "frames", "nearest distance", "speed", "variant",
                 "of the file", "of the known video", "category", "label"});
    for (std::size_t i = 0; i < std::min(segments.size(), kMaxHtmlItems); ++i) {
        const MatchSegment& segment = segments[i];
        std::string speed;
        append_json_number(speed, segment.speed);
        append_line(out, {clock_time(segment.start_us) + ".." + clock_time(segment.end_us), segment.entry_id,
                          clock_time(segment.known_start_us) + ".." + clock_time(segment.known_end_us),
                          std::to_string(segment.frames), std::to_string(segment.distance_bits), speed, segment.variant,
                          std::to_string(segment.query_percent) + "%", std::to_string(segment.compared_percent) + "%",
                          segment.category, segment.label});
    }
    append_rest(out, segments.size());
}

class HtmlWriter final : public RenderingWriter {
public:
    using RenderingWriter::RenderingWriter;

private:
    void render_begin(std::string& out) const override {
        out +=
            "<!DOCTYPE html>\n<html lang=\"en\"><head><meta "
            "charset=\"utf-8\"/>\n"
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-" +
            style_hash() +
            "'; base-uri 'none'; form-action 'none'\"/>\n"
            "<meta name=\"referrer\" content=\"no-referrer\"/>\n<title>Tutela report</title><style>";
        out += kStyle;
        out += "</style></head><body>\n<h1>Tutela report</h1>\n<table>";
        append_fact(out, "tutela", facts().tool_version);
        append_fact(out, "list", facts().list_digest);
        append_fact(out, "entries", grouped(facts().list_entries));
        if (!facts().filter.empty()) append_fact(out, "only entries of", facts().filter);
        append_fact(out, "hash", facts().hash_algorithm);
        append_fact(out, "radius", std::to_string(facts().radius));
        append_fact(out, "minimum quality", std::to_string(facts().min_quality));
        append_fact(out, "decode", facts().decode);
        append_fact(out, "sampling of videos", facts().sampling);
        append_fact(out, "profile", facts().profile);
        if (facts().confirm_phash_radius)
            append_fact(out, "confirmed by phash within", std::to_string(*facts().confirm_phash_radius));
        if (!facts().engines.empty()) append_fact(out, "carried hashes", facts().engines);
        append_fact(out, "decoded", facts().isolation);
        out +=
            "</table>\n<p>Files that are clean and whole are counted at the end, and not shown. A report without sums "
            "at its end is cut off. In plots, dots are distances (0 at the top), the line is the quality (100 at the "
            "top), and bars are segments.</p>\n";
    }

    void render_row(const FileRow& row, std::string& out) const override {
        if (row.outcome == Outcome::clean && !row.damaged) return;
        const std::string outcome(outcome_name(row.outcome));
        out += "<section><h2><b class=\"" + outcome + "\">" + outcome + "</b> ";
        append_html(out, row.path);
        if (!row.inner.empty()) {
            out += "!/";
            append_html(out, row.inner);
        }
        out += "</h2>\n<table>";
        append_facts_of(out, row);
        out += "</table>\n";
        append_plot(out, row, facts());
        append_segments(out, row.segments);
        append_matches(out, row.matches);
        out += "</section>\n";
    }

    void append_facts_of(std::string& out, const FileRow& row) const {
        if (!row.reason.empty()) append_fact(out, "reason", row.reason);
        if (row.damaged) append_fact(out, "damaged", row.damage_reason);
        append_fact(out, "size", human_bytes(row.size_bytes));
        if (row.sha256) append_fact(out, "SHA-256", *row.sha256);
        if (!row.format.empty()) append_fact(out, "format", row.format);
        if (row.width != 0) append_fact(out, "pixels", std::to_string(row.width) + " x " + std::to_string(row.height));
        if (row.frames > 1) append_fact(out, "frames", grouped(row.frames));
        if (row.quality) append_fact(out, "quality", std::to_string(*row.quality));
        if (facts().show_hashes && row.hash) append_fact(out, "hash", to_hex(*row.hash));
    }

    void render_end(const RunTotals& totals, std::string& out) const override {
        out += "<section><h2>Sums</h2>\n<table>";
        append_fact(out, "files", grouped(totals.files));
        for (std::uint32_t i = 1; i <= kOutcomes; ++i) {
            const auto outcome = static_cast<Outcome>(i);
            if (totals.count(outcome) != 0) append_fact(out, outcome_name(outcome), grouped(totals.count(outcome)));
        }
        append_fact(out, "damaged", grouped(totals.damaged));
        append_fact(out, "duplicates", grouped(totals.duplicates));
        append_fact(out, "entries hit", grouped(totals.entries_hit));
        append_fact(out, "read", human_bytes(totals.bytes));
        if (totals.quarantined > 0) append_fact(out, "quarantined", grouped(totals.quarantined));
        for (const Flood& flood : totals.floods)
            append_fact(out, flood.quarantined ? "flood, quarantined" : "flood",
                        flood.entry_id + ", " + grouped(flood.files) + " different files");
        out += "</table>\n";
        if (totals.interrupted) {
            out += "<p class=\"alarm\">INTERRUPTED: stopped before the last file; the rows above are complete</p>\n";
        }
        out += "</section>\n</body></html>\n";
    }
};

}  // namespace

std::unique_ptr<ReportWriter> make_html_writer(ByteSink sink) {
    return std::make_unique<HtmlWriter>(std::move(sink));
}

}  // namespace tutela
