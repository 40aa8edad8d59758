#include <algorithm>
#include <utility>

#include "core/digest.hpp"
#include "core/try.hpp"
#include "index/planner.hpp"
#include "index/stored_forest.hpp"
#include "list/encrypted_file.hpp"
#include "list/list_access.hpp"

namespace tutela {

struct HashList::Impl {
    Mapping memory;
    Snapshot snapshot;  // views into memory
};

Result<HashList> ListAccess::adopt(Mapping memory, Check check) {
    TUTELA_ASSIGN(const Snapshot snapshot, read_snapshot(memory.bytes(), check));
    return HashList(std::make_shared<HashList::Impl>(HashList::Impl{std::move(memory), snapshot}));
}

Result<HashList> ListAccess::adopt_foreign(Mapping memory, LoadCheck check) {
    switch (check) {
        case LoadCheck::everything: return adopt(std::move(memory), Check::everything);
        case LoadCheck::layout: return adopt(std::move(memory), Check::layout);
    }
    return Status(StatusCode::invalid_argument, "no such check of a list");
}

Result<HashList> ListAccess::load(const InputFile& file, LoadCheck check, const ListKey* key) {
    TUTELA_ASSIGN(Mapping memory, map_list_file(file, key));
    return adopt_foreign(std::move(memory), check);
}

const Snapshot& ListAccess::snapshot(const HashList& list) noexcept {
    return list.impl_->snapshot;
}

HashList::HashList(std::shared_ptr<const Impl> impl) noexcept : impl_(std::move(impl)) {}

Result<HashList> HashList::load(const std::filesystem::path& path, LoadCheck check) {
    TUTELA_ASSIGN(const InputFile file, InputFile::open(path));
    return ListAccess::load(file, check);
}

Status HashList::verify() const {
    return read_snapshot(bytes(), Check::everything).status();
}

Result<HashList> HashList::from_bytes(std::span<const std::uint8_t> snapshot, LoadCheck check) {
    if (snapshot.size() > kMaxSnapshotBytes) return Status(StatusCode::limit, "the snapshot is larger than 1 TiB");
    Mapping memory = Mapping::of_zeroes(snapshot.size());
    std::copy(snapshot.begin(), snapshot.end(), memory.writable().begin());
    memory.seal();
    return ListAccess::adopt_foreign(std::move(memory), check);
}

std::size_t HashList::size() const noexcept {
    return impl_->snapshot.hashes.size();
}

std::span<const Hash256> HashList::hashes() const noexcept {
    return impl_->snapshot.hashes;
}

EntryView HashList::entry(std::size_t position) const noexcept {
    const Snapshot& snapshot = impl_->snapshot;
    return {snapshot.hashes[position],
            snapshot.text(snapshot.ids[position]),
            snapshot.text(snapshot.categories[position]),
            snapshot.text(snapshot.labels[position]),
            snapshot.phash(position),
            snapshot.entry_origins.empty() ? OriginView() : snapshot.origin(snapshot.entry_origins[position]),
            snapshot.entry_time(position),
            snapshot.carried_of_entry(position)};
}

std::string HashList::entry_name(std::size_t position) const {
    const std::string_view id = impl_->snapshot.text(impl_->snapshot.ids[position]);
    if (!id.empty()) return std::string(id);
    const VideoRecord* video = impl_->snapshot.video_of(position);
    return std::to_string(video != nullptr ? video->position : position);
}

std::size_t HashList::known_count() const noexcept {
    return size() - impl_->snapshot.frame_times.size() + video_count();
}

std::size_t HashList::video_count() const noexcept {
    return impl_->snapshot.videos.size();
}

VideoView HashList::video(std::size_t number) const noexcept {
    const Snapshot& snapshot = impl_->snapshot;
    const VideoRecord& record = snapshot.videos[number];
    VideoView view;
    if (!snapshot.holds(record) || record.frames == 0) return view;
    view.first_position = record.position;
    view.hashes = snapshot.hashes.subspan(record.position, record.frames);
    view.times_us = snapshot.frame_times.subspan(record.first, record.frames);
    view.qualities = snapshot.frame_qualities.subspan(record.first, record.frames);
    view.id = snapshot.text(snapshot.ids[record.position]);
    view.category = snapshot.text(snapshot.categories[record.position]);
    view.label = snapshot.text(snapshot.labels[record.position]);
    if (!snapshot.entry_origins.empty()) view.origin = snapshot.origin(snapshot.entry_origins[record.position]);
    view.updated_us = snapshot.entry_time(record.position);
    view.carried = snapshot.carried_of_entry(record.position);
    return view;
}

std::optional<FramePlace> HashList::frame_at(std::size_t position) const noexcept {
    const Snapshot& snapshot = impl_->snapshot;
    const VideoRecord* video = snapshot.video_of(position);
    if (video == nullptr) return std::nullopt;
    const std::size_t frame = position - video->position;
    return FramePlace{static_cast<std::size_t>(video - snapshot.videos.data()), frame,
                      snapshot.frame_times[video->first + frame], snapshot.frame_qualities[video->first + frame]};
}

std::string HashList::digest_hex() const {
    return bytes_to_hex(impl_->snapshot.digest);
}

std::span<const std::uint8_t> HashList::bytes() const noexcept {
    return impl_->memory.bytes();
}

bool HashList::has_index() const noexcept {
    return impl_->snapshot.index.has_value();
}

Result<HashList> HashList::with_index(Executor& executor) const {
    // New checksums must not vouch for what nobody has looked at.
    if (!impl_->snapshot.checked) TUTELA_TRY(verify());
    const BkForest<256> forest(hashes(), executor, {}, BandFormChoice::automatic, kernels::table(), {true, impl_});
    std::vector<SectionContent> sections = sections_of(bytes());
    std::erase_if(sections, [](const SectionContent& section) { return (section.flags & kSectionDerived) != 0; });
    if (!sections.empty() && sections.back().type > SectionType::index_directory)
        return Status(StatusCode::unsupported, "the list is newer than this build and has no room for its index");
    const std::vector<std::uint32_t> directory = directory_words(forest);
    const auto append = [&]<typename T>(SectionType type, std::span<const T> records) {
        const auto* data = reinterpret_cast<const std::uint8_t*>(records.data());
        sections.push_back({type, kSectionDerived, sizeof(T), {data, records.size_bytes()}});
    };
    append(SectionType::index_directory, std::span<const std::uint32_t>(directory));
    append(SectionType::index_sketches, forest.sketches());
    append(SectionType::index_positions, forest.positions());
    if (sections.size() > kMaxSections) return Status(StatusCode::limit, "the list has too many sections");
    TUTELA_ASSIGN(Mapping memory, write_snapshot(size(), sections));
    return ListAccess::adopt(std::move(memory), Check::nothing);
}

Result<std::unique_ptr<const Index<256>>> HashList::open_index(const IndexOptions& options) const {
    using Opened = std::unique_ptr<const Index<256>>;
    const bool stored = impl_->snapshot.index.has_value();
    if (stored && (options.engine == Engine::automatic || options.engine == Engine::bk_forest)) {
        TUTELA_ASSIGN(auto forest, open_forest(hashes(), *impl_->snapshot.index, impl_, "it is stored in the list"));
        return Opened(std::move(forest));
    }
    Plan plan = plan_engine(options.engine, Hash256::kBits, size(), options.radius);
    if (plan.engine != Engine::bk_forest) return build_index<256>(hashes(), options);
    InlineExecutor here;
    Executor& executor = options.executor != nullptr ? *options.executor : here;
    return Opened(std::make_unique<BkForest<256>>(hashes(), executor, std::move(plan.reason), BandFormChoice::automatic,
                                                  kernels::table(), HashStorage{true, impl_}));
}

Status HashList::save(const std::filesystem::path& path) const {
    return publish_file(path, bytes());
}

}  // namespace tutela
