#include "hash/pdq_exact.hpp"

#include <algorithm>

#include "hash/pdq_luma.hpp"

namespace tutela::pdq {

namespace {

kernels::PdqBox box_of(const BoxFilter& filter) noexcept {
    return {filter.side, filter.ahead(), filter.behind()};
}

// Vectors only grow: a smaller picture uses the front of what a larger one needed.
void grow(std::vector<float>& floats, std::size_t size) {
    if (floats.size() < size) floats.resize(size);
}

}  // namespace

void ColumnBox::prepare(const BoxFilter& filter, std::size_t width) {
    constexpr std::size_t kBand = kernels::kPdqBand;
    box_ = box_of(filter);
    width_ = width;
    capacity_ = (filter.window() + 1 + kBand - 1) / kBand * kBand + kBand;
    taken_ = given_ = inside_ = 0;
    grow(ring_, capacity_ * width_);
    grow(sums_, width_);
    std::fill_n(sums_.begin(), width_, 0.0F);
}

bool ColumnBox::push(const kernels::PdqKernels& kernels, float* out) noexcept {
    const float* enter = row(taken_);
    ++taken_;
    ++inside_;
    if (taken_ <= box_.ahead) {
        kernels.slide(sums_.data(), enter, nullptr, inside_, width_, nullptr);
        return false;
    }
    const float* leave = given_ > box_.behind ? row(given_ - box_.behind - 1) : nullptr;
    if (leave != nullptr) --inside_;
    kernels.slide(sums_.data(), enter, leave, inside_, width_, out);
    ++given_;
    return true;
}

bool ColumnBox::drain(const kernels::PdqKernels& kernels, float* out) noexcept {
    if (given_ == box_.side) return false;
    const float* leave = given_ > box_.behind ? row(given_ - box_.behind - 1) : nullptr;
    if (leave != nullptr) --inside_;
    kernels.slide(sums_.data(), nullptr, leave, inside_, width_, out);
    ++given_;
    return true;
}

void ExactSampler::prepare(const FrameView& frame) {
    constexpr std::size_t kBand = kernels::kPdqBand;
    horizontal_ = {frame.width};
    vertical_ = {frame.height};
    row_box_ = box_of(horizontal_);
    for (std::size_t k = 0; k < kSamples; ++k)
        columns_wanted_[k] = horizontal_.place(k);
    width_ = (frame.width + kBand - 1) / kBand * kBand;
    in_band_ = filtered_ = sampled_ = 0;
    first_columns_.prepare(vertical_, width_);
    second_columns_.prepare(vertical_, kSamples);
    grow(luma_, kBand * width_);
    grow(band_, kBand * width_);
    grow(turned_, kBand * width_);
}

void ExactSampler::sample(const FrameView& frame, Samples<float>& samples, const kernels::PdqKernels& kernels) {
    prepare(frame);
    const kernels::PdqPixels pixels = pixels_of(frame.format);
    for (std::uint32_t y = 0; y < frame.height; y += kernels::kPdqBand) {
        const std::uint32_t rows = std::min<std::uint32_t>(kernels::kPdqBand, frame.height - y);
        for (std::uint32_t i = 0; i < rows; ++i)
            kernels.luma(frame.row(y + i), frame.width, pixels, luma_.data() + i * width_);
        kernels.box_rows(luma_.data(), width_, row_box_, turned_.data(), first_columns_.next_band());
        for (std::uint32_t i = 0; i < rows; ++i) {
            if (first_columns_.push(kernels, next_means())) count_row_of_means(samples, kernels);
        }
    }
    while (first_columns_.drain(kernels, next_means()))
        count_row_of_means(samples, kernels);
    pass_band_on(samples, kernels);
    while (second_columns_.drain(kernels, last_.data()))
        keep(samples);
}

void ExactSampler::count_row_of_means(Samples<float>& samples, const kernels::PdqKernels& kernels) noexcept {
    ++in_band_;
    if (in_band_ == kernels::kPdqBand) pass_band_on(samples, kernels);
}

void ExactSampler::pass_band_on(Samples<float>& samples, const kernels::PdqKernels& kernels) noexcept {
    kernels.box_rows_at(band_.data(), width_, row_box_, columns_wanted_.data(), turned_.data(),
                        second_columns_.next_band());
    for (; in_band_ > 0; --in_band_) {
        if (second_columns_.push(kernels, last_.data())) keep(samples);
    }
}

void ExactSampler::keep(Samples<float>& samples) noexcept {
    for (; sampled_ < kSamples && vertical_.place(sampled_) == filtered_; ++sampled_)
        std::copy(last_.begin(), last_.end(), samples.at.begin() + static_cast<std::ptrdiff_t>(sampled_ * kSamples));
    ++filtered_;
}

void ExactSampler::sample_unfiltered(const FrameView& frame, Samples<float>& samples,
                                     const kernels::PdqKernels& kernels) noexcept {
    for (std::uint32_t y = 0; y < kSamples; ++y)
        kernels.luma(frame.row(y), kSamples, pixels_of(frame.format), samples.at.data() + y * kSamples);
}

}  // namespace tutela::pdq
