#include "hash/dct32.hpp"

namespace tutela::hash64 {

namespace {

// The DCT comes from a real Fourier transform of the same length, backwards, in three stages of radix 2, 4 and 4
// (Swarztrauber's FFTPACK). Between the stages lies a spectrum of real samples for each block: r0, r1, i1, r2, i2, …,
// and the last real part when the block's length is even.
struct Complex {
    double re = 0;
    double im = 0;
};

Complex operator+(Complex a, Complex b) noexcept {
    return {a.re + b.re, a.im + b.im};
}
Complex operator-(Complex a, Complex b) noexcept {
    return {a.re - b.re, a.im - b.im};
}
Complex operator*(Complex a, Complex b) noexcept {
    return {a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
}
Complex conjugate(Complex a) noexcept {
    return {a.re, -a.im};
}
Complex times_i(Complex a) noexcept {
    return {-a.im, a.re};
}

// e^(2 pi i k / 32) and cos(pi k / 64), as SciPy has them. Some are a unit of the last place beside the nearest double:
// there they are products of the values of two smaller tables.
constexpr std::array<Complex, 8> kRoots = {{
    {1, 0},
    {0.9807852804032304, 0.19509032201612825},
    {0.9238795325112867, 0.3826834323650898},
    {0.8314696123025452, 0.5555702330196022},
    {0.7071067811865475, 0.7071067811865476},
    {0.5555702330196022, 0.8314696123025452},
    {0.3826834323650898, 0.9238795325112867},
    {0.19509032201612825, 0.9807852804032304},
}};
constexpr std::array<double, kDctSize> kCosines = {
    1,
    0.9987954562051724,
    0.9951847266721969,
    0.989176509964781,
    0.9807852804032304,
    0.970031253194544,
    0.9569403357322088,
    0.9415440651830208,
    0.9238795325112867,
    0.9039892931234433,
    0.881921264348355,
    0.8577286100002721,
    0.8314696123025452,
    0.8032075314806449,
    0.773010453362737,
    0.7409511253549591,
    0.7071067811865475,
    0.6715589548470183,
    0.6343932841636455,
    0.5956993044924332,
    0.5555702330196022,
    0.5141027441932217,
    0.47139673682599753,
    0.42755509343028203,
    0.38268343236508967,
    0.33688985339221994,
    0.2902846772544623,
    0.24298017990326393,
    0.19509032201612825,
    0.14673047445536164,
    0.09801714032956049,
    0.04906767432741799,
};
constexpr double kSquareRootOf2 = 1.4142135623730951;

// A block's spectrum.
template <typename Sample>
class Block {
public:
    Block(Sample* samples, std::size_t size) noexcept : samples_(samples), size_(size) {}

    Sample& first() const noexcept { return samples_[0]; }
    // The real part of the highest frequency, of a block of even length.
    Sample& last() const noexcept { return samples_[size_ - 1]; }
    [[nodiscard]] Complex get(std::size_t m) const noexcept { return {samples_[2 * m - 1], samples_[2 * m]}; }
    // Of the frequency as far from the end as m is from the beginning.
    [[nodiscard]] Complex get_mirrored(std::size_t m) const noexcept { return conjugate(get(size_ / 2 - m)); }
    void set(std::size_t m, Complex value) const noexcept {
        samples_[2 * m - 1] = value.re;
        samples_[2 * m] = value.im;
    }

private:
    Sample* samples_;
    std::size_t size_;
};

// A stage turns `groups` groups of Radix blocks into Radix groups of `groups` blocks.
template <std::size_t Radix>
struct Stage {
    static constexpr std::size_t kRadix = Radix;
    std::size_t groups;
    std::size_t block_size;
    const double* from;
    double* to;

    [[nodiscard]] Block<const double> in(std::size_t group, std::size_t block) const noexcept {
        return {from + block_size * (block + Radix * group), block_size};
    }
    [[nodiscard]] Block<double> out(std::size_t group, std::size_t block) const noexcept {
        return {to + block_size * (group + groups * block), block_size};
    }
    [[nodiscard]] Complex root(std::size_t block, std::size_t m) const noexcept { return kRoots[block * groups * m]; }
    [[nodiscard]] std::size_t inner() const noexcept { return (block_size + 1) / 2; }
};

void radix2(const Stage<2>& stage) noexcept {
    for (std::size_t g = 0; g < stage.groups; ++g) {
        const auto a = stage.in(g, 0);
        const auto b = stage.in(g, 1);
        stage.out(g, 0).first() = a.first() + b.last();
        stage.out(g, 1).first() = a.first() - b.last();
        stage.out(g, 0).last() = 2 * a.last();
        stage.out(g, 1).last() = -2 * b.first();
        for (std::size_t m = 1; m < stage.inner(); ++m) {
            stage.out(g, 0).set(m, a.get(m) + b.get_mirrored(m));
            stage.out(g, 1).set(m, stage.root(1, m) * (a.get(m) - b.get_mirrored(m)));
        }
    }
}

// The lowest and, in a block of even length, the highest frequency: both real.
void radix4_ends(const Stage<4>& stage, std::size_t g) noexcept {
    const auto a = stage.in(g, 0);
    const auto b = stage.in(g, 1);
    const auto c = stage.in(g, 2);
    const auto d = stage.in(g, 3);
    const double sum = a.first() + d.last();
    const double difference = a.first() - d.last();
    stage.out(g, 0).first() = sum + 2 * b.last();
    stage.out(g, 1).first() = difference - 2 * c.first();
    stage.out(g, 2).first() = sum - 2 * b.last();
    stage.out(g, 3).first() = difference + 2 * c.first();
}

void radix4_highest(const Stage<4>& stage, std::size_t g) noexcept {
    const auto a = stage.in(g, 0);
    const auto b = stage.in(g, 1);
    const auto c = stage.in(g, 2);
    const auto d = stage.in(g, 3);
    const double real = a.last() - c.last();
    const double imaginary = d.first() + b.first();
    stage.out(g, 0).last() = 2 * (a.last() + c.last());
    stage.out(g, 1).last() = kSquareRootOf2 * (real - imaginary);
    stage.out(g, 2).last() = 2 * (d.first() - b.first());
    stage.out(g, 3).last() = -kSquareRootOf2 * (real + imaginary);
}

void radix4(const Stage<4>& stage) noexcept {
    for (std::size_t g = 0; g < stage.groups; ++g) {
        radix4_ends(stage, g);
        if (stage.block_size % 2 == 0) radix4_highest(stage, g);
        for (std::size_t m = 1; m < stage.inner(); ++m) {
            const Complex a = stage.in(g, 0).get(m);
            const Complex b = stage.in(g, 1).get_mirrored(m);
            const Complex c = stage.in(g, 2).get(m);
            const Complex d = stage.in(g, 3).get_mirrored(m);
            stage.out(g, 0).set(m, (a + d) + (c + b));
            stage.out(g, 1).set(m, stage.root(1, m) * ((a - d) + times_i(c - b)));
            stage.out(g, 2).set(m, stage.root(2, m) * ((a + d) - (c + b)));
            stage.out(g, 3).set(m, stage.root(3, m) * ((a - d) - times_i(c - b)));
        }
    }
}

}  // namespace

void dct32(DctLine& line) noexcept {
    line.front() *= 2;
    line.back() *= 2;
    for (std::size_t k = 1; k + 1 < kDctSize; k += 2) {
        const double low = line[k];
        const double high = line[k + 1];
        line[k] = high + low;
        line[k + 1] = high - low;
    }
    DctLine other;
    radix2({.groups = 1, .block_size = 16, .from = line.data(), .to = other.data()});
    radix4({.groups = 2, .block_size = 4, .from = other.data(), .to = line.data()});
    radix4({.groups = 8, .block_size = 1, .from = line.data(), .to = other.data()});
    for (std::size_t k = 1; k < kDctSize / 2; ++k) {
        const std::size_t back = kDctSize - k;
        const double sum = kCosines[k] * other[back] + kCosines[back] * other[k];
        const double difference = kCosines[k] * other[k] - kCosines[back] * other[back];
        line[k] = 0.5 * (sum + difference);
        line[back] = 0.5 * (sum - difference);
    }
    line[0] = other[0];
    line[kDctSize / 2] = other[kDctSize / 2] * kCosines[kDctSize / 2];
}

}  // namespace tutela::hash64
