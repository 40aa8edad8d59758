// ExportFormat::csv and ExportFormat::threatexchange.
#include <algorithm>

#include "core/base64.hpp"
#include "core/digest.hpp"
#include "list/exporters/export_item.hpp"
#include "list/exporters/export_text.hpp"

namespace tutela {

namespace {

constexpr std::string_view kLineEnd = "\r\n";  // RFC 4180

class CsvWriter final : public ItemWriter {
public:
    void begin(std::string& out) override { out.append(kCsvHeader).append(kLineEnd); }

    Written item(const ExportItem& item, std::string& out) override {
        const bool hashes = item.pdq || item.file != FileHashes{} || !item.carried.empty();
        if (!hashes) return Written::nothing;
        field(item.pdq ? to_hex(*item.pdq) : "", out);
        field(item.phash ? to_hex(*item.phash) : "", out);
        field(item.file.md5 ? bytes_to_hex(*item.file.md5) : "", out);
        field(item.file.sha1 ? bytes_to_hex(*item.file.sha1) : "", out);
        field(item.file.sha256 ? bytes_to_hex(*item.file.sha256) : "", out);
        for (const std::string_view text :
             {item.id, item.category, item.label, item.origin.source, item.origin.scheme, item.origin.region})
            field(escaped_cell(text), out);
        field(item.harmless ? "yes" : "", out);
        field(item.updated_us ? record_time_text(*item.updated_us) : "", out);
        append_csv_field(out, carried_of(item.carried));
        out += kLineEnd;
        return item.video != nullptr ? Written::reduced : Written::all;
    }

private:
    static void field(std::string_view text, std::string& out) {
        append_csv_field(out, text);
        out += ',';
    }

    static std::string carried_of(const CarriedHashes& carried) {
        std::string text;
        for (std::size_t i = 0; i < carried.size(); ++i) {
            if (i > 0) text += ' ';
            text.append(carried[i].kind) += carried[i].binary ? '=' : ':';
            text += base64_of(carried[i].value);
        }
        return text;
    }
};

class SignalCsvWriter final : public ItemWriter {
public:
    void begin(std::string& out) override {
        out.append("signal_type,signal_str,collab,category,tags").append(kLineEnd);
    }

    Written item(const ExportItem& item, std::string& out) override {
        const std::size_t before = out.size();
        bool reduced = item.phash || item.video != nullptr || item.file.sha1 || item.file.sha256;
        if (item.pdq) line("pdq", to_hex(*item.pdq), item, out);
        if (item.file.md5) line("video_md5", bytes_to_hex(*item.file.md5), item, out);
        for (std::size_t i = 0; i < item.carried.size(); ++i) {
            const CarriedHashView hash = item.carried[i];
            if (hash.binary) {
                reduced = true;
            } else {
                line(hash.kind, plain(hash.value), item, out);
            }
        }
        if (out.size() == before) return Written::nothing;
        return reduced ? Written::reduced : Written::all;
    }

private:
    // In one line, and no formula.
    static std::string plain(std::string_view text) {
        std::string line(text);
        std::replace_if(
            line.begin(), line.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
        return starts_formula(line) ? "'" + line : line;
    }

    static std::string_view category_of(const ExportItem& item) noexcept {
        if (item.harmless) return "NEGATIVE_CLASS";
        for (const std::string_view own : {"POSITIVE_CLASS", "INVESTIGATION_SEED", "DISPUTED"}) {
            if (item.category == own) return own;
        }
        return "POSITIVE_CLASS";
    }

    static void line(std::string_view type, std::string_view signal, const ExportItem& item, std::string& out) {
        for (const std::string_view text : {type, signal}) {
            append_csv_field(out, text);
            out += ',';
        }
        append_csv_field(out, plain(item.origin.source));
        out.append(",").append(category_of(item)) += ',';
        append_csv_field(out, plain(item.label));
        out += kLineEnd;
    }
};

}  // namespace

std::unique_ptr<ItemWriter> make_csv_writer() {
    return std::make_unique<CsvWriter>();
}

std::unique_ptr<ItemWriter> make_signal_csv_writer() {
    return std::make_unique<SignalCsvWriter>();
}

}  // namespace tutela
