#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "report/numbers.hpp"
#include "report/text.hpp"
#include "report/writer.hpp"

namespace tutela {

namespace {

// Outcomes up to this one have a line in every report, the others only when there are such files.
constexpr auto kUsualOutcomes = static_cast<std::uint32_t>(Outcome::limit);

// Where the name of a file stands in its line.
constexpr std::size_t kNameColumn = 13;

void append_padded(std::string& out, std::string_view text, std::size_t width) {
    out += text;
    out.append(width - std::min(width, text.size()), ' ');
}

void append_sum(std::string& out, std::string_view name, std::string_view value) {
    append_padded(out, name, 16);
    out += value;
    out += '\n';
}

void append_count(std::string& out, std::string_view name, std::uint64_t value) {
    const std::string digits = grouped(value);
    append_sum(out, name, std::string(15 - std::min<std::size_t>(15, digits.size()), ' ') + digits);
}

// What the second opinion says, and whether it lies beyond what the run took for agreement.
void append_confirm(std::string& out, const MatchFact& match, const RunFacts& facts) {
    if (!match.confirm) return;
    out += ", confirm: phash distance " + std::to_string(*match.confirm);
    if (facts.confirm_phash_radius && *match.confirm > *facts.confirm_phash_radius) {
        out += " (over " + std::to_string(*facts.confirm_phash_radius) + ')';
    }
}

void append_nearest(std::string& out, const std::vector<MatchFact>& matches, const RunFacts& facts) {
    const MatchFact& nearest = matches.front();
    out += ": entry ";
    append_visible(out, nearest.entry_id);
    out += ", distance " + std::to_string(nearest.distance_bits);
    if (nearest.variant != "plain") {
        out += ", variant ";
        append_visible(out, nearest.variant);
    }
    if (nearest.pts_us) {
        out += ", at " + seconds(*nearest.pts_us);
    } else if (nearest.frame != 0) {
        out += ", frame " + std::to_string(nearest.frame);
    }
    append_confirm(out, nearest, facts);
    if (!nearest.category.empty()) {
        out += ", category ";
        append_visible(out, nearest.category);
    }
    if (!nearest.label.empty()) {
        out += ", label ";
        append_visible(out, nearest.label);
    }
    if (nearest.quarantined) out += ", quarantined";
    if (matches.size() > 1) out += ", and " + grouped(matches.size() - 1) + " more";
}

void append_segment(std::string& out, const MatchSegment& segment) {
    append_padded(out, "", kNameColumn);
    out += clock_time(segment.start_us) + ".." + clock_time(segment.end_us) + " equals entry ";
    append_visible(out, segment.entry_id);
    out += ' ' + clock_time(segment.known_start_us) + ".." + clock_time(segment.known_end_us);
    out += ", nearest distance " + std::to_string(segment.distance_bits);
    if (segment.variant != "plain") {
        out += ", variant ";
        append_visible(out, segment.variant);
    }
    out += '\n';
}

void append_floods(std::string& out, const RunTotals& totals) {
    if (totals.quarantined > 0) append_count(out, "  quarantined", totals.quarantined);
    for (const Flood& flood : totals.floods) {
        out += "FLOOD: entry ";
        append_visible(out, flood.entry_id);
        out += " matches " + grouped(flood.files) + " different files";
        out += flood.quarantined ? ", and was quarantined from the row on that showed it\n" : ": look at the entry\n";
    }
}

class TextWriter final : public RenderingWriter {
public:
    using RenderingWriter::RenderingWriter;

private:
    void render_begin(std::string&) const override {}

    void render_row(const FileRow& row, std::string& out) const override {
        if (row.outcome == Outcome::clean && !row.damaged) return;
        append_padded(out, outcome_name(row.outcome), kNameColumn);
        append_visible(out, row.path);
        if (!row.inner.empty()) {
            out += "!/";
            append_visible(out, row.inner);
        }
        if (!row.matches.empty()) append_nearest(out, row.matches, facts());
        if (!row.reason.empty()) {
            out += ": ";
            append_visible(out, row.reason);
        }
        if (row.damaged) {
            out += " [damaged: ";
            append_visible(out, row.damage_reason);
            out += ']';
        }
        if (facts().show_hashes && row.hash) out += " [hash " + to_hex(*row.hash) + ']';
        out += '\n';
        for (const MatchSegment& segment : row.segments)
            append_segment(out, segment);
    }

    void render_end(const RunTotals& totals, std::string& out) const override {
        out += '\n';
        append_count(out, "files", totals.files);
        for (std::uint32_t i = 1; i <= kOutcomes; ++i) {
            const auto outcome = static_cast<Outcome>(i);
            if (i > kUsualOutcomes && totals.count(outcome) == 0) continue;
            append_count(out, "  " + std::string(outcome_name(outcome)), totals.count(outcome));
        }
        append_count(out, "damaged", totals.damaged);
        append_count(out, "duplicates", totals.duplicates);
        append_count(out, "entries hit", totals.entries_hit);
        const std::string human = human_bytes(totals.bytes);
        append_sum(out, "read", std::string(15 - std::min<std::size_t>(15, human.size()), ' ') + human);
        append_floods(out, totals);
        out += '\n';
        append_sum(out, "list", facts().list_digest);
        append_sum(out, "entries", grouped(facts().list_entries));
        if (!facts().filter.empty()) {
            std::string filter;
            append_visible(filter, facts().filter);
            append_sum(out, "only", filter);
        }
        append_sum(out, "searched",
                   facts().hash_algorithm + ", decode " + facts().decode + ", sampling " + facts().sampling +
                       ", profile " + facts().profile + ", radius " + std::to_string(facts().radius) +
                       ", minimum quality " + std::to_string(facts().min_quality) +
                       (facts().confirm_phash_radius
                            ? ", confirmed by phash within " + std::to_string(*facts().confirm_phash_radius)
                            : ""));
        if (!facts().engines.empty()) {
            std::string engines;
            append_visible(engines, facts().engines);
            append_sum(out, "carried", engines);
        }
        append_sum(out, "decoded", facts().isolation == "sandboxed" ? "in a sandbox" : "in the process, unconfined");
        append_sum(out, "tutela", facts().tool_version);
        if (totals.interrupted) out += "INTERRUPTED: stopped before the last file; the rows above are complete\n";
    }
};

}  // namespace

std::unique_ptr<ReportWriter> make_text_writer(ByteSink sink) {
    return std::make_unique<TextWriter>(std::move(sink));
}

}  // namespace tutela
