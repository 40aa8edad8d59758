#include <mutex>
#include <utility>

#include "core/try.hpp"
#include "list/list_access.hpp"
#include "list/list_store.hpp"
#include "tutela/list_update.hpp"

namespace tutela {

struct ListFollower::Impl {
    std::filesystem::path path;
    FollowOptions options;

    std::mutex refreshing;  // of the next two
    StoredList stored;
    std::shared_ptr<const Index<256>> base_index;

    // Held for the copy of a pointer alone.
    std::mutex looking;
    std::shared_ptr<const Generation> current;
};

namespace {

using IndexPointer = std::shared_ptr<const Index<256>>;

Result<IndexPointer> index_of(const HashList& list, const IndexPointer& base, const IndexOptions& options) {
    const ListLayers& layers = *ListAccess::layers(list);
    if (layers.delta() == nullptr && layers.base().disabled.empty()) return base;
    TUTELA_ASSIGN(std::unique_ptr<const Index<256>> index, ListAccess::index_over(list, base, options));
    return IndexPointer(std::move(index));
}

}  // namespace

ListFollower::ListFollower(std::unique_ptr<Impl> impl) noexcept : impl_(std::move(impl)) {}
ListFollower::ListFollower(ListFollower&&) noexcept = default;
ListFollower& ListFollower::operator=(ListFollower&&) noexcept = default;
ListFollower::~ListFollower() = default;

Result<ListFollower> ListFollower::open(const std::filesystem::path& path, FollowOptions options) {
    std::error_code error;
    const std::filesystem::path absolute = std::filesystem::absolute(path, error);
    TUTELA_ASSIGN(StoredList stored, open_stored(path, options.open));
    TUTELA_ASSIGN(IndexPointer base, ListAccess::open_base_index(stored.list, options.index));
    TUTELA_ASSIGN(IndexPointer index, index_of(stored.list, base, options.index));
    auto current = std::make_shared<const Generation>(Generation{stored.list, std::move(index), 0});
    return ListFollower(std::unique_ptr<Impl>(new Impl{
        error ? path : absolute, std::move(options), {}, std::move(stored), std::move(base), {}, std::move(current)}));
}

std::shared_ptr<const ListFollower::Generation> ListFollower::current() const noexcept {
    const std::lock_guard lock(impl_->looking);
    return impl_->current;
}

Result<bool> ListFollower::refresh() {
    Impl& impl = *impl_;
    const std::lock_guard refreshing(impl.refreshing);
    if (stamp_of(impl.path) == impl.stored.base && stamp_of(delta_path(resolved(impl.path))) == impl.stored.delta)
        return false;
    TUTELA_ASSIGN(StoredList stored, open_stored(impl.path, impl.options.open, &impl.stored));
    IndexPointer base = impl.base_index;
    if (stored.base != impl.stored.base) {
        TUTELA_ASSIGN(base, ListAccess::open_base_index(stored.list, impl.options.index));
    }
    TUTELA_ASSIGN(IndexPointer index, index_of(stored.list, base, impl.options.index));
    const bool is_new = stored.list.digest_hex() != impl.stored.list.digest_hex();
    auto next = std::make_shared<const Generation>(
        Generation{stored.list, std::move(index), impl.current->number + (is_new ? 1 : 0)});
    impl.stored = std::move(stored);
    impl.base_index = std::move(base);
    const std::lock_guard looking(impl.looking);
    impl.current = std::move(next);
    return is_new;
}

}  // namespace tutela
