#include <algorithm>
#include <utility>

#include "core/digest.hpp"
#include "core/try.hpp"
#include "index/planner.hpp"
#include "index/stored_forest.hpp"
#include "list/encrypted_file.hpp"
#include "list/layered_index.hpp"
#include "list/list_access.hpp"
#include "list/list_store.hpp"

namespace tutela {

struct HashList::Impl {
    std::shared_ptr<const ListLayers> layers;
};

namespace {

using Layer = std::shared_ptr<const ListLayer>;

Result<Layer> read_layer(Mapping memory, Check check) {
    TUTELA_ASSIGN(const Snapshot snapshot, read_snapshot(memory.bytes(), check));
    return Layer(std::make_shared<const ListLayer>(ListLayer{std::move(memory), snapshot}));
}

// The layout of a delta promises nothing about its numbers, so those are looked at here in any case: they are few.
Status check_delta_numbers(const Snapshot& base, const Snapshot& delta) {
    const auto rises_below = [](std::span<const std::uint32_t> numbers, std::size_t end) {
        return std::is_sorted(numbers.begin(), numbers.end()) && (numbers.empty() || numbers.back() < end);
    };
    if (rises_below(delta.withdrawn, base.hashes.size()) &&
        rises_below(delta.withdrawn_files, base.file_entries.size()))
        return {};
    return Status(StatusCode::corrupt, "the delta withdraws what its list does not have");
}

}  // namespace

Result<HashList> ListAccess::adopt(Mapping memory, Check check) {
    TUTELA_ASSIGN(Layer layer, read_layer(std::move(memory), check));
    if (!layer->snapshot.base.empty())
        return Status(StatusCode::invalid_argument, "it is the delta of a list; name the list itself");
    auto layers = std::make_shared<const ListLayers>(std::move(layer), nullptr);
    return HashList(std::make_shared<HashList::Impl>(HashList::Impl{std::move(layers)}));
}

Result<HashList> ListAccess::apply(const HashList& base, Mapping delta, Check check) {
    const ListLayers& below = *layers(base);
    TUTELA_ASSIGN(Layer layer, read_layer(std::move(delta), check));
    const Snapshot& snapshot = layer->snapshot;
    if (snapshot.base.empty()) return Status(StatusCode::corrupt, "it is no delta");
    if (snapshot.base.front().digest != below.base().digest)
        return Status(StatusCode::corrupt, "it is a delta of another list");
    TUTELA_TRY(check_delta_numbers(below.base(), snapshot));
    if (snapshot.hashes.size() > kMaxEntries - below.base().hashes.size())
        return Status(StatusCode::limit, "the list and its delta have more than 2^32 - 1 entries");
    auto layers = std::make_shared<const ListLayers>(below.base_layer(), std::move(layer));
    return HashList(std::make_shared<HashList::Impl>(HashList::Impl{std::move(layers)}));
}

HashList ListAccess::base_of(const HashList& list) {
    if (!list.has_delta()) return list;
    auto below = std::make_shared<const ListLayers>(layers(list)->base_layer(), nullptr);
    return HashList(std::make_shared<HashList::Impl>(HashList::Impl{std::move(below)}));
}

Result<Mapping> ListAccess::replacing(const HashList& list, const Sha256& delta) {
    std::vector<SectionContent> sections = sections_of(list.bytes());
    std::erase_if(sections, [](const SectionContent& section) { return section.type == SectionType::replaced_delta; });
    if (!sections.empty() && sections.back().type > SectionType::replaced_delta)
        return Status(StatusCode::unsupported, "the list is newer than this build and cannot take a delta's place");
    sections.push_back({SectionType::replaced_delta, kSectionDerived, sizeof(Sha256), delta});
    return write_snapshot(list.size(), sections);
}

Result<HashList> ListAccess::change(const HashList& list, const HashList& added,
                                    std::span<const std::uint32_t> withdrawn,
                                    std::span<const std::uint32_t> withdrawn_files) {
    const ListLayers& before = *layers(list);
    BaseRecord base{before.base().digest, 1};
    if (before.delta() != nullptr) base.changes = before.delta()->base.front().changes + 1;
    std::vector<SectionContent> sections = sections_of(added.bytes());
    const auto append = [&]<typename T>(SectionType type, std::span<const T> records) {
        if (records.empty()) return;
        const auto* data = reinterpret_cast<const std::uint8_t*>(records.data());
        sections.push_back({type, kSectionRequired, sizeof(T), {data, records.size_bytes()}});
    };
    append(SectionType::base, std::span<const BaseRecord>(&base, 1));
    append(SectionType::withdrawn_entries, withdrawn);
    append(SectionType::withdrawn_files, withdrawn_files);
    TUTELA_ASSIGN(Mapping memory, write_snapshot(added.size(), sections));
    return apply(list, std::move(memory), Check::nothing);
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

const std::shared_ptr<const ListLayers>& ListAccess::layers(const HashList& list) noexcept {
    return list.impl_->layers;
}

HashList::HashList(std::shared_ptr<const Impl> impl) noexcept : impl_(std::move(impl)) {}

Result<HashList> HashList::load(const std::filesystem::path& path, LoadCheck check) {
    TUTELA_ASSIGN(StoredList stored, open_stored(path, {.check = check}));
    return std::move(stored.list);
}

Status HashList::verify() const {
    const ListLayers& layers = *impl_->layers;
    TUTELA_TRY(read_snapshot(layers.base_layer()->memory.bytes(), Check::everything).status());
    return layers.delta() == nullptr ? Status() : read_snapshot(bytes(), Check::everything).status();
}

Result<HashList> HashList::from_bytes(std::span<const std::uint8_t> snapshot, LoadCheck check) {
    if (snapshot.size() > kMaxSnapshotBytes) return Status(StatusCode::limit, "the snapshot is larger than 1 TiB");
    Mapping memory = Mapping::of_zeroes(snapshot.size());
    std::copy(snapshot.begin(), snapshot.end(), memory.writable().begin());
    memory.seal();
    return ListAccess::adopt_foreign(std::move(memory), check);
}

std::size_t HashList::size() const noexcept {
    return impl_->layers->entries();
}

std::span<const Hash256> HashList::hashes() const {
    return impl_->layers->hashes();
}

EntryView HashList::entry(std::size_t position) const noexcept {
    const auto [snapshot, i, first, _] = impl_->layers->entry(position);
    return {snapshot.hashes[i],
            snapshot.text(snapshot.ids[i]),
            snapshot.text(snapshot.categories[i]),
            snapshot.text(snapshot.labels[i]),
            snapshot.phash(i),
            snapshot.entry_origins.empty() ? OriginView() : snapshot.origin(snapshot.entry_origins[i]),
            snapshot.entry_time(i),
            snapshot.carried_of_entry(i)};
}

std::string HashList::entry_name(std::size_t position) const {
    const auto [snapshot, i, first, _] = impl_->layers->entry(position);
    const std::string_view id = snapshot.text(snapshot.ids[i]);
    if (!id.empty()) return std::string(id);
    const VideoRecord* video = snapshot.video_of(i);
    return std::to_string(first + (video != nullptr ? video->position : i));
}

EntryState HashList::entry_state(std::size_t position) const noexcept {
    return impl_->layers->entry_state(position);
}

EntryState HashList::file_entry_state(std::size_t number) const noexcept {
    return impl_->layers->file_state(number);
}

std::size_t HashList::inactive_count() const noexcept {
    const ListLayers& layers = *impl_->layers;
    const Snapshot& base = layers.base();
    if (layers.delta() == nullptr) return base.disabled.size();
    // What is disabled may be withdrawn too.
    const std::span<const std::uint32_t> withdrawn = layers.delta()->withdrawn;
    const auto only_disabled = std::count_if(base.disabled.begin(), base.disabled.end(), [&](std::uint32_t position) {
        return !std::binary_search(withdrawn.begin(), withdrawn.end(), position);
    });
    return withdrawn.size() + static_cast<std::size_t>(only_disabled) + layers.delta()->disabled.size();
}

bool HashList::has_delta() const noexcept {
    return impl_->layers->delta() != nullptr;
}

std::size_t HashList::known_count() const noexcept {
    const ListLayers& layers = *impl_->layers;
    const auto known = [](const Snapshot& snapshot) {
        return snapshot.hashes.size() - snapshot.frame_times.size() + snapshot.videos.size();
    };
    std::size_t count = known(layers.base()) + (layers.delta() != nullptr ? known(*layers.delta()) : 0);
    const auto subtract = [&](std::span<const std::uint32_t> positions, std::size_t first, bool also_withdrawn) {
        for (const std::uint32_t number : positions) {
            const std::size_t position = first + number;
            if (!also_withdrawn && layers.entry_state(position) == EntryState::withdrawn) continue;
            const std::optional<FramePlace> place = frame_at(position);
            if (!place || place->frame == 0) --count;
        }
    };
    subtract(layers.base().disabled, 0, false);
    if (layers.delta() == nullptr) return count;
    subtract(layers.delta()->withdrawn, 0, true);
    subtract(layers.delta()->disabled, layers.base().hashes.size(), false);
    return count;
}

std::size_t HashList::video_count() const noexcept {
    return impl_->layers->videos();
}

VideoView HashList::video(std::size_t number) const noexcept {
    const auto [snapshot, i, first, _] = impl_->layers->video(number);
    const VideoRecord& record = snapshot.videos[i];
    VideoView view;
    if (!snapshot.holds(record) || record.frames == 0) return view;
    view.first_position = first + record.position;
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
    const auto [snapshot, i, _, first_video] = impl_->layers->entry(position);
    const VideoRecord* video = snapshot.video_of(i);
    if (video == nullptr) return std::nullopt;
    const std::size_t frame = i - video->position;
    return FramePlace{first_video + static_cast<std::size_t>(video - snapshot.videos.data()), frame,
                      snapshot.frame_times[video->first + frame], snapshot.frame_qualities[video->first + frame]};
}

std::string HashList::digest_hex() const {
    return bytes_to_hex(impl_->layers->top().snapshot.digest);
}

std::span<const std::uint8_t> HashList::bytes() const noexcept {
    return impl_->layers->top().memory.bytes();
}

bool HashList::has_index() const noexcept {
    return impl_->layers->base().index.has_value();
}

Result<HashList> HashList::with_index(Executor& executor) const {
    if (has_delta()) return Status(StatusCode::unsupported, "a list with a delta has no index; compact it first");
    // New checksums must not vouch for what nobody has looked at.
    if (!impl_->layers->base().checked) TUTELA_TRY(verify());
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

namespace {

using Opened = std::unique_ptr<const Index<256>>;

// The index that the base stores, or one that is built of its hashes.
Result<Opened> open_base(const std::shared_ptr<const ListLayer>& layer, const IndexOptions& options) {
    const std::span<const Hash256> hashes = layer->snapshot.hashes;
    const std::optional<StoredForest>& stored = layer->snapshot.index;
    if (stored && (options.engine == Engine::automatic || options.engine == Engine::bk_forest)) {
        TUTELA_ASSIGN(auto forest, open_forest(hashes, *stored, layer, "it is stored in the list"));
        return Opened(std::move(forest));
    }
    Plan plan = plan_engine(options.engine, Hash256::kBits, hashes.size(), options.radius);
    if (plan.engine != Engine::bk_forest) return build_index<256>(hashes, options);
    InlineExecutor here;
    Executor& executor = options.executor != nullptr ? *options.executor : here;
    return Opened(std::make_unique<BkForest<256>>(hashes, executor, std::move(plan.reason), BandFormChoice::automatic,
                                                  kernels::table(), HashStorage{true, layer}));
}

}  // namespace

Result<std::shared_ptr<const Index<256>>> ListAccess::open_base_index(const HashList& list,
                                                                      const IndexOptions& options) {
    TUTELA_ASSIGN(Opened index, open_base(layers(list)->base_layer(), options));
    return std::shared_ptr<const Index<256>>(std::move(index));
}

Result<Opened> ListAccess::index_over(const HashList& list, std::shared_ptr<const Index<256>> base,
                                      const IndexOptions& options) {
    Opened delta;
    if (const Snapshot* snapshot = layers(list)->delta(); snapshot != nullptr && !snapshot->hashes.empty()) {
        TUTELA_ASSIGN(delta, build_index<256>(snapshot->hashes, options));
    }
    return Opened(std::make_unique<LayeredIndex>(layers(list), std::move(base), std::move(delta)));
}

bool ListAccess::is_index_of(const Index<256>& index, const HashList& list) noexcept {
    if (index.size() != list.size()) return false;
    if (const auto* layered = dynamic_cast<const LayeredIndex*>(&index)) return layered->is_of(*layers(list));
    return is_filtered(index) || (!list.has_delta() && layers(list)->base().disabled.empty());
}

Result<Opened> HashList::open_index(const IndexOptions& options) const {
    const ListLayers& layers = *impl_->layers;
    if (layers.delta() == nullptr && layers.base().disabled.empty()) return open_base(layers.base_layer(), options);
    TUTELA_ASSIGN(std::shared_ptr<const Index<256>> base, ListAccess::open_base_index(*this, options));
    return ListAccess::index_over(*this, std::move(base), options);
}

Status HashList::save(const std::filesystem::path& path) const {
    if (has_delta()) return Status(StatusCode::unsupported, "a list with a delta is two files; compact it first");
    TUTELA_ASSIGN(const ListLock lock, ListLock::take(path));
    return publish_snapshot(path, *this, nullptr);
}

}  // namespace tutela
