#include "core/try.hpp"
#include "hash/variant_maker.hpp"
#include "tutela/variants.hpp"

namespace tutela {

struct VariantHasher::Impl {
    PdqHasher plain;
    variants::Maker maker;
};

VariantHasher::VariantHasher() : impl_(std::make_unique<Impl>()) {}
VariantHasher::VariantHasher(VariantHasher&&) noexcept = default;
VariantHasher& VariantHasher::operator=(VariantHasher&&) noexcept = default;
VariantHasher::~VariantHasher() = default;

Status VariantHasher::hash(const FrameView& frame, std::uint32_t orientation, Profile profile,
                           std::vector<VariantHash>& out) {
    TUTELA_ASSIGN(const FrameHash plain, impl_->plain.hash(frame));
    return hash(frame, plain, orientation, profile, out);
}

Status VariantHasher::hash(const FrameView& frame, const FrameHash& plain, std::uint32_t orientation, Profile profile,
                           std::vector<VariantHash>& out) {
    if (profile != Profile::plain && profile != Profile::standard && profile != Profile::thorough) {
        return Status(StatusCode::invalid_argument, "there is no such profile");
    }
    TUTELA_TRY(check(frame));
    out.assign(1, {{}, plain.hash, plain.quality});
    if (profile == Profile::plain || std::min(frame.width, frame.height) < kPdqMinSide) return {};
    impl_->maker.make(frame, orientation, profile, out);
    return {};
}

}  // namespace tutela
