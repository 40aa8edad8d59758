#include "index/engine.hpp"

namespace tutela {

Status check_hash_count(std::uint64_t count) {
    if (count <= kMaxHashes) return {};
    return Status(StatusCode::limit,
                  "an index holds at most " + std::to_string(kMaxHashes) + " hashes, not " + std::to_string(count));
}

Status check_radius(std::uint32_t radius, std::size_t bits) {
    if (radius <= bits) return {};
    return Status(StatusCode::invalid_argument, "the radius " + std::to_string(radius) + " is beyond the " +
                                                    std::to_string(bits) + " bits of a hash");
}

std::string explain_engine(Engine engine, std::size_t count, std::size_t bits, std::string_view reason) {
    std::string line(engine_name(engine));
    line += ": " + std::to_string(count) + (count == 1 ? " hash of " : " hashes of ") + std::to_string(bits) + " bits";
    if (reason.empty()) return line + ", as asked";
    line += ", chosen automatically: ";
    line += reason;
    return line;
}

void sort_answer(std::vector<Neighbor>& answer) {
    std::sort(answer.begin(), answer.end(), [](const Neighbor& a, const Neighbor& b) {
        return (std::uint64_t{a.distance_bits} << 32 | a.position) <
               (std::uint64_t{b.distance_bits} << 32 | b.position);
    });
}

}  // namespace tutela
