// Taking over what another list holds, or a part of it.
#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "core/try.hpp"
#include "list/builder_columns.hpp"
#include "list/list_access.hpp"

namespace tutela {

namespace {

using Take = ListSelection::Take;

Take as_it_is(EntryState state) noexcept {
    switch (state) {
        case EntryState::active: return Take::active;
        case EntryState::disabled: return Take::disabled;
        case EntryState::withdrawn: break;
    }
    return Take::nothing;
}

std::vector<CarriedHashView> copy_of(const CarriedHashes& hashes) {
    std::vector<CarriedHashView> copy(hashes.size());
    for (std::size_t i = 0; i < copy.size(); ++i)
        copy[i] = hashes[i];
    return copy;
}

class Copy {
public:
    Copy(ListBuilder& builder, BuilderColumns& columns, const HashList& list, const ListSelection& selection)
        : builder_(builder), columns_(columns), list_(list), selection_(selection) {}

    Status entries() {
        if (list_.file_entry_count() > 0) places_.assign(list_.size(), kNoPosition);
        for (std::size_t position = selection_.first_entry; position < list_.size();) {
            const std::optional<FramePlace> place = list_.frame_at(position);
            const std::size_t frames = place && place->frame == 0 ? list_.video(place->video).hashes.size() : 1;
            const Take take = selection_.entry ? selection_.entry(position) : as_it_is(list_.entry_state(position));
            if (take != Take::nothing) TUTELA_TRY(add_entry(position, frames, place, take));
            position += frames;
        }
        return {};
    }

    // After the entries.
    Status files() {
        const ListLayers& layers = *ListAccess::layers(list_);
        if (selection_.first_file < std::max<std::size_t>(layers.base().file_entries.size(), 1))
            TUTELA_TRY(files_of(layers.base(), 0));
        return layers.delta() == nullptr ? Status() : files_of(*layers.delta(), layers.base().file_entries.size());
    }

private:
    Status add_entry(std::size_t position, std::size_t frames, const std::optional<FramePlace>& place, Take take) {
        const std::size_t first = builder_.size();
        if (place && place->frame == 0) {
            TUTELA_TRY(add_video(list_.video(place->video)));
        } else {
            const EntryView entry = list_.entry(position);
            const std::vector<CarriedHashView> carried = copy_of(entry.carried);
            TUTELA_TRY(builder_.add(KnownItem{.pdq = entry.hash,
                                              .phash = entry.phash,
                                              .id = entry.id,
                                              .category = entry.category,
                                              .label = entry.label,
                                              .origin = entry.origin,
                                              .updated_us = entry.updated_us,
                                              .carried = carried}));
        }
        for (std::size_t i = 0; i < frames; ++i) {
            if (!places_.empty()) places_[position + i] = static_cast<std::uint32_t>(first + i);
            if (take == Take::disabled) columns_.disabled.push_back(static_cast<std::uint32_t>(first + i));
        }
        return {};
    }

    Status add_video(const VideoView& video) {
        frames_.clear();
        for (std::size_t i = 0; i < video.hashes.size(); ++i)
            frames_.push_back({video.hashes[i], video.qualities[i], video.times_us[i]});
        const std::vector<CarriedHashView> carried = copy_of(video.carried);
        return builder_.add_known_video(frames_.span(), {.id = video.id,
                                                         .category = video.category,
                                                         .label = video.label,
                                                         .origin = video.origin,
                                                         .updated_us = video.updated_us,
                                                         .carried = carried});
    }

    // A file entry goes where its entry goes.
    [[nodiscard]] Take take_of(std::size_t number, const FileEntryView& entry) const {
        const Take take = as_it_is(list_.file_entry_state(number));
        if (!entry.position) return selection_.file ? selection_.file(number) : take;
        const std::uint32_t place = places_[*entry.position];
        if (place == kNoPosition || take == Take::nothing) return Take::nothing;
        const std::span<const std::uint32_t> disabled = columns_.disabled.span();
        const bool entry_disabled = std::binary_search(disabled.begin(), disabled.end(), place);
        return entry_disabled ? Take::disabled : selection_.entry ? Take::active : take;
    }

    Status files_of(const Snapshot& snapshot, std::size_t first_number) {
        std::vector<std::uint32_t> numbers(snapshot.file_entries.size(), kNoPosition);
        for (std::size_t i = 0; i < numbers.size(); ++i) {
            const FileEntryView entry = list_.file_entry(first_number + i);
            const Take take = take_of(first_number + i, entry);
            if (take == Take::nothing) continue;
            TUTELA_TRY(columns_.check_room(1));
            numbers[i] = add_file(entry);
            const std::span<const std::uint32_t> disabled = columns_.disabled_files.span();
            if (take == Take::disabled && (disabled.empty() || disabled.back() < numbers[i]))
                columns_.disabled_files.push_back(numbers[i]);
        }
        const auto wanted = [&](std::size_t number, const FileHashes& hash) {
            return snapshot.file_entries[number].position != kNoPosition ||
                   selection_.file_hash(first_number + number, hash);
        };
        if (selection_.file_hash) {
            columns_.files.add_hashes(snapshot, numbers, wanted);
        } else {
            columns_.files.add_hashes(snapshot, numbers);
        }
        return {};
    }

    std::uint32_t add_file(const FileEntryView& entry) {
        const std::vector<CarriedHashView> carried = copy_of(entry.carried);
        const KnownItem item{.id = entry.id,
                             .category = entry.category,
                             .label = entry.label,
                             .origin = entry.origin,
                             .updated_us = entry.updated_us,
                             .carried = carried};
        columns_.reserve_item(item, 1);
        FileEntryRecord record{.category = columns_.texts.intern(entry.category),
                               .label = columns_.texts.intern(entry.label)};
        if (entry.position) record.position = places_[*entry.position];
        record.id = entry.position ? columns_.ids[record.position] : columns_.texts.append(entry.id);
        record.origin = columns_.files.number(entry.origin, columns_.texts);
        record.flags = (entry.harmless ? kHarmlessFlag : 0) | (entry.unmatchable ? kUnmatchableFlag : 0);
        return columns_.push_file(record, item);
    }

    ListBuilder& builder_;
    BuilderColumns& columns_;
    const HashList& list_;
    const ListSelection& selection_;
    std::vector<std::uint32_t> places_;  // of each entry, its position here; empty when there are no files
    SecretArray<FrameHash> frames_;
};

}  // namespace

Status ListAccess::add_some(ListBuilder& builder, const HashList& list, const ListSelection& selection) {
    Copy copy(builder, builder.impl_->columns, list, selection);
    TUTELA_TRY(copy.entries());
    return copy.files();
}

}  // namespace tutela
