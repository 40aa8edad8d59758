#include "hash/pdq_fused.hpp"

#include "hash/pdq_luma.hpp"

namespace tutela::pdq {

void FusedSampler::sample(const Picture& picture, Samples<double>& samples, const kernels::PdqKernels& kernels) {
    const FrameView& frame = picture.frame;
    const LumaWeights luma = luma_weights(frame.format);
    vertical_.prepare(picture.full_height, picture.denominator);
    horizontal_.prepare(picture.full_width, picture.denominator);
    columns_.prepare(horizontal_, picture.full_width, picture.denominator, frame.format);

    // Past the end of the row are weights of 0, and so must be numbers.
    const std::size_t width = std::size_t{frame.width} * luma.channels;
    const std::size_t room = (width / kernels::kPdqGroup + 1) * kernels::kPdqGroup + columns_.length();
    if (row_.size() < room) row_.resize(room);

    for (std::size_t k = 0; k < kSamples; ++k) {
        const kernels::PdqRows rows = {
            frame.row(vertical_.first(k)), frame.stride_bytes, vertical_.count(k), width, luma.floor, luma.range};
        double* out = samples.at.data() + k * kSamples;
        if (vertical_.is_tent(k)) {
            kernels.tent_rows(rows, vertical_.tent(), row_.data());
        } else {
            kernels.weigh_rows(rows, vertical_.weights(k), row_.data());
        }
        kernels.weigh_columns(row_.data(), columns_.first(), columns_.weights(), columns_.length(), out);
        if (!vertical_.is_tent(k)) continue;
        for (std::size_t j = 0; j < kSamples; ++j)
            out[j] *= vertical_.tent_unit();
    }
}

}  // namespace tutela::pdq
