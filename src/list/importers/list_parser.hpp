// Formats that are read as a stream of chunks.
#pragma once

#include <memory>
#include <string_view>

#include "list/importers/import_target.hpp"
#include "tutela/status.hpp"

namespace tutela {

// One file. The result does not depend on where it is cut into chunks. Not thread-safe.
class ListParser {
public:
    virtual ~ListParser() = default;
    ListParser(const ListParser&) = delete;
    ListParser& operator=(const ListParser&) = delete;

    // An error ends the reading.
    [[nodiscard]] virtual Status feed(std::string_view chunk) = 0;
    // Call once, after the last chunk.
    [[nodiscard]] virtual Status finish() = 0;

protected:
    ListParser() = default;
};

// `target` outlives the parser.
[[nodiscard]] std::unique_ptr<ListParser> make_hash_lines_parser(ImportTarget& target);
[[nodiscard]] std::unique_ptr<ListParser> make_hashdeep_parser(ImportTarget& target);
[[nodiscard]] std::unique_ptr<ListParser> make_signal_lines_parser(ImportTarget& target);
[[nodiscard]] std::unique_ptr<ListParser> make_signal_cache_parser(ImportTarget& target);
// Of nsrl_text, threatexchange_csv, icse_csv, iped_csv and csv.
[[nodiscard]] std::unique_ptr<ListParser> make_csv_list_parser(ImportTarget& target, ListFormat format);
[[nodiscard]] std::unique_ptr<ListParser> make_vics_parser(ImportTarget& target);
[[nodiscard]] std::unique_ptr<ListParser> make_stopncii_parser(ImportTarget& target);
[[nodiscard]] std::unique_ptr<ListParser> make_descriptor_parser(ImportTarget& target);
[[nodiscard]] std::unique_ptr<ListParser> make_jsonl_parser(ImportTarget& target);
[[nodiscard]] std::unique_ptr<ListParser> make_ncmec_parser(ImportTarget& target);

}  // namespace tutela
