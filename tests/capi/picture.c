#include "picture.h"

#include <png.h>
#include <string.h>

void picture_blocks(uint8_t pixels[PICTURE_BYTES]) {
    for (uint32_t y = 0; y < PICTURE_SIDE; ++y) {
        for (uint32_t x = 0; x < PICTURE_SIDE; ++x) {
            const uint32_t cx = 16 * x / PICTURE_SIDE;
            const uint32_t cy = 16 * y / PICTURE_SIDE;
            const uint32_t mixed = (((cx + 1) * 73856093U) ^ ((cy + 1) * 19349663U)) * 2654435761U;
            pixels[y * PICTURE_SIDE + x] = (uint8_t)(mixed >> 24);
        }
    }
}

void picture_lcg(uint8_t pixels[PICTURE_BYTES]) {
    uint32_t state = 1;
    for (size_t i = 0; i < PICTURE_BYTES; ++i) {
        state = state * 1664525U + 1013904223U;
        pixels[i] = (uint8_t)(state >> 24);
    }
}

size_t picture_png(const uint8_t* pixels, uint32_t width, uint32_t height, uint8_t png[PNG_CAPACITY]) {
    png_image image;
    memset(&image, 0, sizeof image);
    image.version = PNG_IMAGE_VERSION;
    image.width = width;
    image.height = height;
    image.format = PNG_FORMAT_GRAY;
    png_alloc_size_t size = PNG_CAPACITY;
    return png_image_write_to_memory(&image, png, &size, 0, pixels, 0, NULL) ? size : 0;
}
