#include "tutela/import.hpp"

#include <algorithm>

#include "core/file.hpp"
#include "core/mapping.hpp"
#include "core/try.hpp"
#include "list/importers/list_parser.hpp"
#include "list/importers/sqlite_lists.hpp"

namespace tutela {

namespace {

constexpr std::size_t kChunkBytes = std::size_t{1} << 20;

constexpr std::pair<ListFormat, std::string_view> kFormats[] = {
    {ListFormat::automatic, "auto"},
    {ListFormat::vics, "vics"},
    {ListFormat::hash_lines, "hash-lines"},
    {ListFormat::hashdeep, "hashdeep"},
    {ListFormat::nsrl_text, "nsrl-text"},
    {ListFormat::threatexchange_lines, "threatexchange-lines"},
    {ListFormat::threatexchange_csv, "threatexchange-csv"},
    {ListFormat::threatexchange_cache, "threatexchange-cache"},
    {ListFormat::threatexchange_json, "threatexchange-json"},
    {ListFormat::ncmec_xml, "ncmec-xml"},
    {ListFormat::stopncii_json, "stopncii-json"},
    {ListFormat::icse_csv, "icse-csv"},
    {ListFormat::iped_csv, "iped-csv"},
    {ListFormat::csv, "csv"},
    {ListFormat::jsonl, "jsonl"},
    {ListFormat::iped_sqlite, "iped-sqlite"},
    {ListFormat::nsrl_sqlite, "nsrl-sqlite"},
    {ListFormat::sleuthkit_sqlite, "sleuthkit-sqlite"},
};

constexpr std::string_view kCarriedNames[kCarriedHashes] = {"photodna",    "tmk",   "sha512", "edonkey", "netclean",
                                                            "videntifier", "safer", "text",   "url",     "other"};

std::unique_ptr<ListParser> make_parser(ListFormat format, ImportTarget& target) {
    switch (format) {
        case ListFormat::vics: return make_vics_parser(target);
        case ListFormat::hash_lines: return make_hash_lines_parser(target);
        case ListFormat::hashdeep: return make_hashdeep_parser(target);
        case ListFormat::threatexchange_lines: return make_signal_lines_parser(target);
        case ListFormat::threatexchange_cache: return make_signal_cache_parser(target);
        case ListFormat::threatexchange_json: return make_descriptor_parser(target);
        case ListFormat::stopncii_json: return make_stopncii_parser(target);
        case ListFormat::jsonl: return make_jsonl_parser(target);
        case ListFormat::ncmec_xml: return make_ncmec_parser(target);
        case ListFormat::nsrl_text:
        case ListFormat::threatexchange_csv:
        case ListFormat::icse_csv:
        case ListFormat::iped_csv:
        case ListFormat::csv: return make_csv_list_parser(target, format);
        default: return nullptr;
    }
}

bool is_sqlite(ListFormat format) noexcept {
    return format == ListFormat::iped_sqlite || format == ListFormat::nsrl_sqlite ||
           format == ListFormat::sleuthkit_sqlite;
}

// The format that is wanted, or else the one that the first bytes tell.
Status find_format(std::string_view first, const ImportOptions& options, ImportReport& report) {
    if (first.empty()) return Status(StatusCode::corrupt, "the file is empty");
    report.format = options.format == ListFormat::automatic ? sniff_list_format(first) : options.format;
    if (report.format == ListFormat::automatic)
        return Status(StatusCode::unsupported, "it is no list of a known format");
    return list_format_name(report.format) == "unknown" ? Status(StatusCode::invalid_argument, "no such list format")
                                                        : Status();
}

std::string_view text_of(std::span<const std::uint8_t> bytes) noexcept {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

std::string_view list_format_name(ListFormat format) noexcept {
    for (const auto& [known, name] : kFormats) {
        if (known == format) return name;
    }
    return "unknown";
}

std::optional<ListFormat> list_format_of_name(std::string_view name) noexcept {
    for (const auto& [format, known] : kFormats) {
        if (known == name) return format;
    }
    return std::nullopt;
}

std::span<const std::pair<ListFormat, std::string_view>> list_formats() noexcept {
    return kFormats;
}

std::string_view carried_hash_name(CarriedHash hash) noexcept {
    const auto number = static_cast<std::size_t>(hash);
    return number < kCarriedHashes ? kCarriedNames[number] : "unknown";
}

struct ListImporter::Impl {
    explicit Impl(ListBuilder& list) : builder(list) {}

    ListBuilder& builder;
    LatestRecords latest;
    std::vector<RemovedRecord> removed;
};

ListImporter::ListImporter(ListBuilder& builder) : impl_(std::make_unique<Impl>(builder)) {}
ListImporter::~ListImporter() = default;

Status ListImporter::add_file(const std::filesystem::path& path, const ImportOptions& options, ImportReport& report) {
    report = {};
    TUTELA_ASSIGN(const InputFile file, InputFile::open(path));
    Mapping buffer = Mapping::of_zeroes(kChunkBytes);
    TUTELA_ASSIGN(std::size_t got, file.read_at(0, buffer.writable()));
    TUTELA_TRY(find_format(text_of(buffer.bytes().first(got)), options, report));
    impl_->latest.begin_file();
    ImportTarget target(impl_->builder, impl_->latest, options, report);
    if (is_sqlite(report.format)) return import_sqlite(path, report.format, target);
    const std::unique_ptr<ListParser> parser = make_parser(report.format, target);
    for (std::uint64_t offset = 0; got > 0;) {
        TUTELA_TRY(parser->feed(text_of(buffer.bytes().first(got))));
        offset += got;
        TUTELA_ASSIGN(got, file.read_at(offset, buffer.writable()));
    }
    return parser->finish();
}

Status ListImporter::add_bytes(std::string_view bytes, const ImportOptions& options, ImportReport& report) {
    report = {};
    TUTELA_TRY(find_format(bytes, options, report));
    impl_->latest.begin_file();
    ImportTarget target(impl_->builder, impl_->latest, options, report);
    if (is_sqlite(report.format)) {
        return import_sqlite({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}, report.format,
                             target);
    }
    const std::unique_ptr<ListParser> parser = make_parser(report.format, target);
    TUTELA_TRY(parser->feed(bytes));
    return parser->finish();
}

Status ListImporter::finish() {
    for (LatestRecords::Record& record : impl_->latest.records()) {
        if (is_kept(record.fate, record.draft)) TUTELA_TRY(impl_->builder.add(item_of(record.draft)));
        if (record.fate == Fate::deleted && !record.draft.id.empty())
            impl_->removed.push_back({record.draft.source, record.draft.id});
    }
    impl_->latest.clear();
    return {};
}

std::span<const RemovedRecord> ListImporter::removed() const noexcept {
    return impl_->removed;
}

Status import_list(const std::filesystem::path& path, ListBuilder& builder, const ImportOptions& options,
                   ImportReport& report) {
    ListImporter importer(builder);
    Status read = importer.add_file(path, options, report);
    Status finished = importer.finish();  // also what came before an error
    return read.ok() ? finished : read;
}

Status import_list_bytes(std::string_view bytes, ListBuilder& builder, const ImportOptions& options,
                         ImportReport& report) {
    ListImporter importer(builder);
    Status read = importer.add_bytes(bytes, options, report);
    Status finished = importer.finish();  // also what came before an error
    return read.ok() ? finished : read;
}

}  // namespace tutela
