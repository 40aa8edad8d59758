#include <array>

#include "hash/variant_tables.hpp"
#include "tutela/variants.hpp"

namespace tutela {

namespace {

constexpr std::array<std::string_view, 8> kTurnNames = {"",     "rotate90", "rotate180", "rotate270",
                                                        "flip", "mirror",   "transpose", "transverse"};

std::string_view turn_name(Dihedral turn) noexcept {
    const auto at = static_cast<std::size_t>(turn);
    return at < kTurnNames.size() ? kTurnNames[at] : std::string_view();
}

std::string base_name(VariantId id) {
    const std::string number = std::to_string(id.step + 1);
    switch (id.kind) {
        case VariantKind::plain: return "plain";
        case VariantKind::exif: return "exif";
        case VariantKind::mirror:
        case VariantKind::rotate90s: return std::string(turn_name(id.turn));
        case VariantKind::rescale: return "rescale";
        case VariantKind::trim: return "trim_" + number;
        case VariantKind::regions: return "region_" + number;
        case VariantKind::caption: return "caption_" + number;
        case VariantKind::pad: return variants::pad_name(id.step);
        case VariantKind::rotate: return variants::turn_name(id.step);
        case VariantKind::negative: return "negative";
    }
    return {};
}

bool turned(VariantId id) noexcept {
    return id.turn != Dihedral::original && id.kind != VariantKind::exif && id.kind != VariantKind::mirror &&
           id.kind != VariantKind::rotate90s;
}

}  // namespace

std::string_view profile_name(Profile profile) noexcept {
    switch (profile) {
        case Profile::plain: return "plain";
        case Profile::standard: return "standard";
        case Profile::thorough: return "thorough";
    }
    return "unknown";
}

Result<Profile> profile_from_name(std::string_view name) {
    for (const Profile profile : {Profile::plain, Profile::standard, Profile::thorough}) {
        if (name == profile_name(profile)) return profile;
    }
    return Status(StatusCode::invalid_argument, "a profile is plain, standard or thorough");
}

std::string variant_name(VariantId id) {
    std::string name = base_name(id);
    if (name.empty()) return "unknown";
    if (turned(id)) {
        const std::string_view turn = turn_name(id.turn);
        if (turn.empty()) return "unknown";
        name += "+";
        name += turn;
    }
    return name;
}

}  // namespace tutela
