// How far the reference's float32 arithmetic can stray from real numbers: the certificate of the fused pass.
//
// The fused pass gives coefficients in (practically) real numbers. The reference rounds at every step, and its hash is
// by definition made of what it rounds to. If no rounding whatever could carry a coefficient across the median, the
// hash is the reference's; if one could, the picture is computed again in the reference's order (pdq_exact.hpp). Bounds
// hold for every picture: nothing is assumed about how rounding errors are distributed.
//
// Let u = 2^-24: a float32 operation is wrong by at most u times the magnitude of its result, and by at most h(k) =
// 2^(k - 25) when that is under 2^k. Let p and q be the windows along the rows and columns.
//
// 1. Luma of colours: three products and two sums of parts of L, together wrong by at most 3 u L; limited luma by u L.
//
// 2. A pass of the box filter. Values are below 256 (255, and errors below 1 in all: checked). A running sum over a
// window
//    of w holds at most w + 1 values, so every addition and subtraction is wrong by at most h = 2^(ceil(log2(w + 1)) -
//    17). The error stays in the sum: at place n it is the sum of those of all n' <= n, ops(n) operations, at most
//    ops(n) h. The mean is wrong by that, over the number of values inside, and by u times itself for the division. The
//    sums are exact where all values are whole numbers: in the first pass over gray8, and further while the windows are
//    1.
//
// 3. Down to a coefficient (i, j). Later passes take means, so they enlarge no error. Take a pass along the columns;
// the
//    errors d(1), d(2), ... of its running sum down one column reach the samples k whose places come after them:
//      sum over k of D(i,k) f(k) sum over t <= ops(k) of d(t) = sum over t of d(t) tail(t),
//      tail(t) = sum over the k with ops(k) >= t of D(i,k) f(k),
//    D the cosines, f(k) one over the number of values inside. This is at most h times the sum of |tail(t)|, called
//    `at_places`. If another pass along the columns follows, it takes the mean of some places n; then f(k) is the mean
//    of their 1/inside, sample k receives d(t) in full after the last of the places and in part at some of them, and as
//    the windows of different k do not overlap (or are of one place), |tail| is at most the larger of its values before
//    and after: `in_windows`. Across the columns, errors add up with |D(j,.)|, whose sum is `norm`. So
//      |error(i,j)| <= norm(j) (h1 in_windows(i) + h3 at_places(i)) + norm(i) (h0 in_windows(j) + h2 at_places(j))
//    for the passes 0 and 2 along the rows, 1 and 3 along the columns.
//
// 4. Relative errors (luma, divisions): r of them, each at most u times a field of values whose means are the samples,
// add
//    at most r u norm(i) norm(j) (greatest sample + 1).
//
// 5. The transform in float32 adds at most u times the magnitudes of all its products and partial sums, the first ones
//    multiplied by |D(j,.)|. These are measured on our samples; on the reference's, which differ by at most e, they are
//    larger by at most 64 * 60 e + 512 * 8 e < 2^13 e, and by a part in 2^10 for second-order terms (taken as 1 in 64).
//
// 6. Our own samples are wrong by kFusedError, norm(i) norm(j) times that in a coefficient.
//
// The bound grows with the windows, since errors of a running sum of w values are w times as coarse, and it assumes
// that all errors of a side conspire: 0.06 in a coefficient at 1920x1080 where the true errors are 0.001. Coefficients
// lie about 0.1 to 1 apart around the median, so the proof fails for half of all photographs of a megapixel and for
// nearly all above four. No tighter bound can hold for all pictures without following the rounding of each pixel, which
// is the second computation itself.
//
// PdqRounding::likely takes errors for independent, evenly spread and without bias instead: along a side they add up as
// the square root of their number, and the means of later passes even them out over the other side's window. Eight
// standard deviations of that are allowed for. The errors of points 4 and 5 can be alike in areas of one colour, so a
// quarter of their bound is kept. In the pictures of the tests, the worst error of a coefficient was 0.55 of this bound
// where the picture was none that is computed again anyway. Sides under 128 pixels keep the proof: there it is cheap.
#pragma once

#include <array>
#include <cstdint>

#include "hash/pdq_samples.hpp"
#include "tutela/frame.hpp"
#include "tutela/hasher.hpp"

namespace tutela::pdq {

// What one side adds to the bounds, for each frequency.
struct Tails {
    std::array<double, kFrequencies> at_places{};   // in a coefficient, in units of h, of a last pass
    std::array<double, kFrequencies> in_windows{};  // of a pass before it
    std::array<double, kFrequencies> norm{};        // of an error that differs from sample to sample
    double in_sample = 0;                           // in a sample, in units of h
};

// Sums over one side, of the cosines' tails (see above).
class AxisRounding {
public:
    void prepare(std::uint32_t side);

    [[nodiscard]] std::uint32_t window() const noexcept { return window_; }
    [[nodiscard]] const Tails& proven() const noexcept { return proven_; }
    [[nodiscard]] const Tails& likely() const noexcept { return likely_; }
    // The largest error of a mean at any place, in units of h.
    [[nodiscard]] double most() const noexcept { return most_; }

private:
    std::uint32_t side_ = 0;
    std::uint32_t window_ = 0;
    double most_ = 0;
    Tails proven_;
    Tails likely_;
};

struct Rounding {
    bool bounded = false;     // false: the picture is too large for any bound
    double sample = 0;        // of the reference's samples
    Coefficients<double> of;  // of each of its coefficients
};

class RoundingBounds {
public:
    // Of the reference's result for a frame, filtered or taken as it stands. `greatest` is the largest of our samples;
    // `magnitudes` are those of the transform (kernels::PdqTransformMeasured).
    void bound(const FrameView& frame, bool filtered, double greatest, const Coefficients<double>& magnitudes,
               PdqRounding how, Rounding& rounding);

private:
    AxisRounding rows_;     // along the rows
    AxisRounding columns_;  // along the columns
};

}  // namespace tutela::pdq
