// PDQ for any processor; 64-bit processors have vectors of 16 bytes, and elsewhere the compiler does without.
#include "kernels/pdq_loops.hpp"

namespace tutela::kernels {

namespace {

struct Machine {
    static constexpr std::size_t kBytes = 16;
};

}  // namespace

const PdqKernels kPdqPortable = {
    .tent_rows = tent_rows_loop<Machine>,
    .weigh_rows = weigh_rows_loop<Machine>,
    .weigh_columns = weigh_columns_loop<Machine>,
    .transform = transform_loop<Machine, double>,
    .transform_float = transform_loop<Machine, float>,
};

}  // namespace tutela::kernels
