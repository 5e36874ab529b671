#ifndef QR_ZBAR_API_H
#define QR_ZBAR_API_H
/*
 * libzbar, loaded when a picture has to be read: it drags in X11, D-Bus and video libraries, 22 of
 * them, that no start should pay for. Loaded once per process; any thread.
 */
#include "base/err.h"

#include <zbar.h>

/* ZBAR_ROW(member, symbol) */
#define ZBAR_FUNCTIONS                                                                             \
    ZBAR_ROW(scanner_create, zbar_image_scanner_create)                                            \
    ZBAR_ROW(scanner_destroy, zbar_image_scanner_destroy)                                          \
    ZBAR_ROW(scanner_config, zbar_image_scanner_set_config)                                        \
    ZBAR_ROW(image_create, zbar_image_create)                                                      \
    ZBAR_ROW(image_destroy, zbar_image_destroy)                                                    \
    ZBAR_ROW(image_format, zbar_image_set_format)                                                  \
    ZBAR_ROW(image_size, zbar_image_set_size)                                                      \
    ZBAR_ROW(image_data, zbar_image_set_data)                                                      \
    ZBAR_ROW(scan, zbar_scan_image)                                                                \
    ZBAR_ROW(first, zbar_image_first_symbol)                                                       \
    ZBAR_ROW(next, zbar_symbol_next)                                                               \
    ZBAR_ROW(text, zbar_symbol_get_data)                                                           \
    ZBAR_ROW(text_size, zbar_symbol_get_data_length)

struct zbar_api {
#define ZBAR_ROW(member, symbol) __typeof__(symbol) *member;
    ZBAR_FUNCTIONS
#undef ZBAR_ROW
};

/* The functions; NULL with err set if the library cannot be loaded. */
const struct zbar_api *zbar_api_load(struct err *err);
#endif
