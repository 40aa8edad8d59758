#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "report/json_object.hpp"
#include "report/writer.hpp"

namespace tutela {

namespace {

void append_match(std::string& out, const MatchFact& match) {
    JsonObject object(out);
    object.text("entry_id", match.entry_id);
    object.number("distance", match.distance_bits);
    object.text("variant", match.variant);
    object.number("frame", match.frame);
    object.optional("pts_us", match.pts_us);
    object.optional("known_us", match.known_us);
    if (match.confirm) {
        object.begin("confirm");
        JsonObject confirm(out);
        confirm.number("phash", *match.confirm);
        confirm.end();
    } else {
        object.null("confirm");
    }
    object.text("category", match.category);
    object.text("label", match.label);
    if (match.quarantined) object.boolean("quarantined", true);
    object.end();
}

void append_flood(std::string& out, const Flood& flood) {
    JsonObject object(out);
    object.text("entry_id", flood.entry_id);
    object.number("files", flood.files);
    object.boolean("quarantined", flood.quarantined);
    object.end();
}

void append_point(std::string& out, const TimelinePoint& point) {
    const bool matched = point.match != kNoMatch;
    out += '[' + std::to_string(point.pts_us) + ',';
    out += (matched ? std::to_string(point.distance_bits) : "null") + ',';
    out += std::to_string(point.quality) + ',';
    out += (matched ? std::to_string(point.match) : "null") + ']';
}

template <typename Item>
void append_array(JsonObject& object, std::string& out, std::string_view key, const std::vector<Item>& items,
                  void (*append)(std::string&, const Item&)) {
    object.begin(key);
    out += '[';
    for (std::size_t i = 0; i < items.size(); ++i) {
        if (i != 0) out += ',';
        append(out, items[i]);
    }
    out += ']';
}

class JsonlWriter final : public RenderingWriter {
public:
    using RenderingWriter::RenderingWriter;

private:
    void render_begin(std::string& out) const override {
        JsonObject line(out);
        line.begin("run");
        JsonObject run(out);
        run.text("tool", "tutela");
        run.text("version", facts().tool_version);
        run.text("list_digest", facts().list_digest);
        run.number("list_entries", facts().list_entries);
        run.text("hash_algorithm", facts().hash_algorithm);
        run.number("radius", facts().radius);
        run.number("min_quality", facts().min_quality);
        run.text("decode", facts().decode);
        run.text("sampling", facts().sampling);
        run.text("profile", facts().profile);
        if (facts().confirm_phash_radius) {
            run.number("confirm_phash_radius", *facts().confirm_phash_radius);
        } else {
            run.null("confirm_phash_radius");
        }
        run.text("isolation", facts().isolation);
        run.boolean("show_hashes", facts().show_hashes);
        if (!facts().filter.empty()) run.text("filter", facts().filter);
        if (!facts().engines.empty()) run.text("engines", facts().engines);
        run.end();
        line.end();
        out += '\n';
    }

    void render_end(const RunTotals& totals, std::string& out) const override {
        JsonObject line(out);
        line.begin("end");
        JsonObject end(out);
        end.number("files", totals.files);
        end.begin("outcomes");
        JsonObject outcomes(out);
        for (std::uint32_t i = 1; i <= kOutcomes; ++i)
            outcomes.number(outcome_name(static_cast<Outcome>(i)), totals.count(static_cast<Outcome>(i)));
        outcomes.end();
        end.number("damaged", totals.damaged);
        end.number("duplicates", totals.duplicates);
        end.number("bytes", totals.bytes);
        end.number("entries_hit", totals.entries_hit);
        end.boolean("interrupted", totals.interrupted);
        if (!totals.floods.empty()) {
            end.number("quarantined", totals.quarantined);
            append_array(end, out, "floods", totals.floods, append_flood);
        }
        end.end();
        line.end();
        out += '\n';
    }

    void render_row(const FileRow& row, std::string& out) const override {
        JsonObject object(out);
        append_file(object, row);
        append_picture(object, row);
        append_array(object, out, "matches", row.matches, append_match);
        append_array(object, out, "segments", row.segments, append_json_segment);
        append_array(object, out, "timeline", row.timeline, append_point);
        object.number("radius", facts().radius);
        object.number("min_quality", facts().min_quality);
        object.text("list_digest", facts().list_digest);
        if (facts().show_hashes) object.text_or_null("hash", row.hash ? to_hex(*row.hash) : std::string());
        object.end();
        out += '\n';
    }

    static void append_file(JsonObject& object, const FileRow& row) {
        object.text("path", row.path);
        object.hex_unless_text("path_hex", row.path);
        object.text_or_null("inner", row.inner);
        object.hex_unless_text("inner_hex", row.inner);
        object.number("size", row.size_bytes);
        object.text_or_null("sha256", row.sha256.value_or(std::string()));
        object.text("outcome", outcome_name(row.outcome));
        object.text_or_null("reason", row.reason);
        object.boolean("damaged", row.damaged);
        object.text_or_null("damage_reason", row.damage_reason);
        object.optional("decoded_percent", row.decoded_percent);
    }

    void append_picture(JsonObject& object, const FileRow& row) const {
        object.text_or_null("format", row.format);
        object.number_or_null("width", row.width);
        object.number_or_null("height", row.height);
        object.number_or_null("orientation", row.orientation);
        object.number_or_null("frames", row.frames);
        object.text_or_null("decode", row.decode);
        object.text("hash_algorithm", facts().hash_algorithm);
        object.optional("quality", row.quality);
    }
};

}  // namespace

std::unique_ptr<ReportWriter> make_jsonl_writer(ByteSink sink) {
    return std::make_unique<JsonlWriter>(std::move(sink));
}

}  // namespace tutela
