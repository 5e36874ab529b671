#ifndef QR_PNG_API_H
#define QR_PNG_API_H
/*
 * libpng, loaded at the first picture: linking it would cost every start of both programs for
 * something that few runs need. Only its simplified interface is used, which reports failures by
 * return value. Loaded once per process; any thread.
 */
#include "base/err.h"

#include <png.h>

/* PNG_ROW(member, symbol) */
#define PNG_FUNCTIONS                                                                              \
    PNG_ROW(begin_read, png_image_begin_read_from_memory)                                          \
    PNG_ROW(finish_read, png_image_finish_read)                                                    \
    PNG_ROW(image_free, png_image_free)                                                            \
    PNG_ROW(write, png_image_write_to_memory)

struct png_api {
#define PNG_ROW(member, symbol) __typeof__(symbol) *member;
    PNG_FUNCTIONS
#undef PNG_ROW
};

/* The functions; NULL with err set if the library cannot be loaded. */
const struct png_api *png_api_load(struct err *err);
#endif
