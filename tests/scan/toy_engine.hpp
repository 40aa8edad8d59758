// An engine of carried hashes for tests: the means of 12 x 12 blocks. It is no PhotoDNA and finds no altered picture.
#pragma once

#include <cstdlib>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "tutela/carried_engine.hpp"

namespace tutela::test {

class ToyEngine final : public CarriedEngine {
public:
    static constexpr std::uint32_t kSide = 12;
    using Value = std::vector<std::uint8_t>;

    explicit ToyEngine(std::uint32_t threshold = 0, std::string kind = "toy", std::function<Status()> failure = {})
        : threshold_(threshold), kind_(std::move(kind)), failure_(std::move(failure)) {}

    [[nodiscard]] std::string_view kind() const noexcept override { return kind_; }
    [[nodiscard]] std::string_view name() const noexcept override { return "block means"; }
    [[nodiscard]] std::uint32_t threshold() const noexcept override { return threshold_; }

    [[nodiscard]] Result<Value> compute(const FrameView& frame) const override {
        if (failure_) {
            if (Status status = failure_(); !status.ok()) return status;
        }
        return value_of(frame);
    }
    // The sum of the differences.
    [[nodiscard]] std::optional<std::uint32_t> distance(std::span<const std::uint8_t> computed,
                                                        const CarriedHashView& known) const noexcept override {
        if (!known.binary || known.value.size() != computed.size()) return std::nullopt;
        std::uint32_t sum = 0;
        for (std::size_t i = 0; i < computed.size(); ++i)
            sum +=
                static_cast<std::uint32_t>(std::abs(int{computed[i]} - int{static_cast<std::uint8_t>(known.value[i])}));
        return sum;
    }

    // Empty for a picture with less than a pixel a block.
    static Value value_of(const FrameView& frame) {
        if (frame.width < kSide || frame.height < kSide) return {};
        const std::uint32_t pixel = bytes_per_pixel(frame.format);
        Value value;
        for (std::uint32_t block = 0; block < kSide * kSide; ++block) {
            const std::uint32_t top = block / kSide * frame.height / kSide;
            const std::uint32_t bottom = (block / kSide + 1) * frame.height / kSide;
            const std::uint32_t left = block % kSide * frame.width / kSide * pixel;
            const std::uint32_t right = (block % kSide + 1) * frame.width / kSide * pixel;
            std::uint64_t sum = 0;
            for (std::uint32_t y = top; y < bottom; ++y)
                for (std::uint32_t x = left; x < right; ++x)
                    sum += frame.row(y)[x];
            value.push_back(static_cast<std::uint8_t>(sum / ((bottom - top) * (right - left))));
        }
        return value;
    }

private:
    std::uint32_t threshold_;
    std::string kind_;
    std::function<Status()> failure_;
};

// A carried hash over a value that must outlive it.
inline CarriedHashView carried_of(const ToyEngine::Value& value, std::string_view kind = "toy") {
    return {kind, {reinterpret_cast<const char*>(value.data()), value.size()}, true};
}

}  // namespace tutela::test
