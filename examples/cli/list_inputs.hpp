// What `tutela list build` puts into a list: files of every format that the library reads.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "tutela/import.hpp"
#include "tutela/list.hpp"
#include "tutela/list_key.hpp"
#include "usage.hpp"

namespace tutela::cli {

struct InputSettings {
    bool strict = false;  // a bad line or record is an error
    std::string video_category;
    std::optional<ListKey> key;  // of encrypted ones
    ImportOptions import;
};

void add_input_options(Options& options);
// Throws UsageError.
InputSettings input_settings(const Options& options);

// Adds inputs to the list in the making and says what they held.
class Inputs {
public:
    explicit Inputs(InputSettings settings);

    // False when it cannot be used, which is said.
    bool add(const std::string& path);
    [[nodiscard]] Result<HashList> build();
    // After that: what feeds among them have taken back.
    [[nodiscard]] std::span<const RemovedRecord> removed() const noexcept { return importer_.removed(); }

private:
    Status add_any(const std::string& path);
    Status add_video(const std::string& path);
    Status add_text(const std::string& path);
    Status add_with_source(ListBuilder& read);
    Status add_foreign(const std::string& path);

    InputSettings settings_;
    ListBuilder builder_;
    ListImporter importer_;
};

}  // namespace tutela::cli
