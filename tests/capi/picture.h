// Pictures by formula (tests/data/golden/README.md) and as PNG.
#ifndef TUTELA_TESTS_CAPI_PICTURE_H
#define TUTELA_TESTS_CAPI_PICTURE_H

#include <stddef.h>
#include <stdint.h>

// The golden hash of the pattern "blocks" at 128x128, and of its mirror image.
#define BLOCKS_HASH "a65980db8ba0760b8b9eb109f968c1aad3ccf40d527d1823d6c2e6f3fa1d333c"

enum { PICTURE_SIDE = 128, PICTURE_BYTES = PICTURE_SIDE * PICTURE_SIDE, PNG_CAPACITY = 1 << 16 };

// Gray pixels of "blocks" and of "lcg" at 128x128.
void picture_blocks(uint8_t pixels[PICTURE_BYTES]);
void picture_lcg(uint8_t pixels[PICTURE_BYTES]);

// Encodes width x height packed gray pixels as PNG; the size, 0 when it does not fit.
size_t picture_png(const uint8_t* pixels, uint32_t width, uint32_t height, uint8_t png[PNG_CAPACITY]);

#endif
