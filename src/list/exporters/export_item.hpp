// What an exporter is given: things of a list, one after the other.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "tutela/list.hpp"
#include "tutela/list_export.hpp"

namespace tutela {

// Views into the list.
struct ExportItem {
    std::optional<Hash256> pdq{};
    std::optional<Hash64> phash{};
    const VideoView* video = nullptr;
    FileHashes file{};
    std::string_view id{};
    std::string_view category{};
    std::string_view label{};
    OriginView origin{};
    bool harmless = false;
    std::optional<std::int64_t> updated_us{};
    CarriedHashes carried{};
};

// How much of a thing was written.
enum class Written : std::uint8_t { all, reduced, nothing };

class ItemWriter {
public:
    virtual ~ItemWriter() = default;
    ItemWriter(const ItemWriter&) = delete;
    ItemWriter& operator=(const ItemWriter&) = delete;

    virtual void begin(std::string& out) = 0;
    [[nodiscard]] virtual Written item(const ExportItem& item, std::string& out) = 0;
    virtual void end(std::string&) {}

protected:
    ItemWriter() = default;
};

[[nodiscard]] std::unique_ptr<ItemWriter> make_vics_writer(std::string region);
[[nodiscard]] std::unique_ptr<ItemWriter> make_csv_writer();
[[nodiscard]] std::unique_ptr<ItemWriter> make_jsonl_writer();
[[nodiscard]] std::unique_ptr<ItemWriter> make_signal_csv_writer();

}  // namespace tutela
