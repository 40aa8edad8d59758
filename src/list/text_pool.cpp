#include "list/text_pool.hpp"

#include <xxhash.h>

#include <utility>

#include "list/random_seed.hpp"

namespace tutela {

namespace {

constexpr std::size_t kFirstSlots = 64;

}  // namespace

TextPool::TextPool() : slots_(kFirstSlots), seed_(random_seed()) {
    offsets_.push_back(0);
    offsets_.push_back(0);
}

void TextPool::reserve_more(std::size_t texts, std::size_t size) {
    offsets_.reserve_more(texts);
    bytes_.reserve_more(size);
    while ((interned_ + texts) * 2 > slots_.size())
        grow_slots();
}

std::uint32_t TextPool::append(std::string_view text) noexcept {
    if (text.empty()) return 0;
    const auto number = static_cast<std::uint32_t>(count());
    bytes_.append(text);
    offsets_.push_back(bytes_.size());
    return number;
}

std::uint32_t TextPool::intern(std::string_view text) noexcept {
    if (text.empty()) return 0;
    const std::uint64_t hash = hash_of(text);
    const auto tag = static_cast<std::uint32_t>(hash >> 32);
    std::size_t i = hash & (slots_.size() - 1);
    for (; slots_[i].number != 0; i = (i + 1) & (slots_.size() - 1)) {
        if (slots_[i].hash == tag && this->text(slots_[i].number) == text) return slots_[i].number;
    }
    slots_[i] = {tag, append(text)};
    ++interned_;
    return slots_[i].number;
}

std::string_view TextPool::text(std::uint32_t number) const noexcept {
    const std::uint64_t begin = offsets_[number];
    return {bytes_.data() + begin, static_cast<std::size_t>(offsets_[std::size_t{number} + 1] - begin)};
}

std::uint64_t TextPool::hash_of(std::string_view text) const noexcept {
    return XXH3_64bits_withSeed(text.data(), text.size(), seed_);
}

void TextPool::grow_slots() {
    std::vector<Slot> larger(slots_.size() * 2);
    for (const Slot& slot : slots_) {
        if (slot.number == 0) continue;
        std::size_t i = hash_of(text(slot.number)) & (larger.size() - 1);
        while (larger[i].number != 0)
            i = (i + 1) & (larger.size() - 1);
        larger[i] = slot;
    }
    slots_ = std::move(larger);
}

}  // namespace tutela
