// Finding by carried hashes, with the engines of the user.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "scan/finding.hpp"
#include "tutela/carried_engine.hpp"
#include "tutela/list.hpp"
#include "tutela/list_filter.hpp"
#include "tutela/report.hpp"
#include "tutela/status.hpp"

namespace tutela {

using CarriedEngines = std::vector<std::shared_ptr<const CarriedEngine>>;

// invalid_argument, with the reason, for a null engine, one whose kind is no name, and two of one kind.
[[nodiscard]] Status check_engines(const CarriedEngines& engines);
// As reports name them; empty for none.
[[nodiscard]] std::string engines_text(const CarriedEngines& engines);

// The values of a list that engines are there for: of active things that the filter admits and that are not harmless.
// Immutable and thread-safe. Views into the list; the engines are kept alive.
class CarriedSearch {
public:
    // Looks at every entry and file entry once, unless there is no engine. Throws std::bad_alloc.
    CarriedSearch(const HashList& list, const ListFilter& filter, const CarriedEngines& engines);

    [[nodiscard]] bool empty() const noexcept { return columns_.empty(); }

private:
    friend class CarriedMatch;
    struct Known {
        CarriedThing thing;
        CarriedHashView hash;
    };
    struct Column {
        std::shared_ptr<const CarriedEngine> engine;
        std::vector<Known> known;
    };

    void add(const CarriedThing& thing, const CarriedHashes& hashes);

    std::vector<Column> columns_;
};

// What is found so of one file. One thread at a time.
class CarriedMatch {
public:
    // `search` may be null: then nothing is found. Another process may be able to write to `shared` frames.
    explicit CarriedMatch(const CarriedSearch* search, bool shared) noexcept : search_(search), shared_(shared) {}

    void begin_file() {
        hits_.clear();
        failure_.reset();
    }
    // The next frame of the file. Throws std::bad_alloc.
    void take(const FrameView& frame, std::uint32_t index);
    [[nodiscard]] bool found() const noexcept { return !hits_.empty(); }
    // Adds what was found to the finding of the file, which it makes one that matched. A file of which an engine failed
    // is not clean.
    void finish(Finding& finding);

private:
    void take(std::size_t engine, const FrameView& frame, std::uint32_t index);
    void fail(const CarriedEngine& engine, const Status& status);

    const CarriedSearch* search_;
    bool shared_;
    std::map<CarriedThing, CarriedHit> hits_;  // of each thing the first engine's nearest
    std::optional<Status> failure_;            // the first one
};

// Adds matches by carried values to a row that has its others, but for things that these are of already: `found` are
// those whose file is known.
void name_carried(const Finding& finding, const std::vector<FileMatch>& found, const HashList& list, FileRow& row);

}  // namespace tutela
