// PDQ for any processor; 64-bit processors have vectors of 16 bytes, and elsewhere the compiler does without.
#include "kernels/pdq_box_loops.hpp"
#include "kernels/pdq_loops.hpp"

namespace tutela::kernels {

namespace {

struct Machine {
    static constexpr std::size_t kBytes = 16;

    template <typename Floats>
    static void divide(const Floats& sums, float count, float /*reciprocal*/, Floats& means) noexcept {
        means = sums / count;
    }
};

}  // namespace

const PdqKernels kPdqPortable = {
    .tent_rows = tent_rows_loop<Machine>,
    .weigh_rows = weigh_rows_loop<Machine>,
    .weigh_columns = weigh_columns_loop<Machine>,
    .transform = transform_loop<Machine, double>,
    .transform_measured = transform_measured_loop<Machine>,
    .transform_float = transform_loop<Machine, float>,
    .count_steps = count_steps_loop<Machine>,
    .luma = luma_loop<Machine>,
    .box_rows = box_rows_loop<Machine>,
    .box_rows_at = box_rows_at_loop<Machine>,
    .slide = slide_loop<Machine>,
};

}  // namespace tutela::kernels
