#ifndef CRYPTO_FIDO_API_H
#define CRYPTO_FIDO_API_H
/*
 * libfido2, loaded when the first security key is enrolled or used: linked, it and what it needs for
 * talking to devices (libudev, libcbor, zlib) would be mapped by every server at every start. Only
 * the functions named here are used, by webauthn.c, through this record; none of them looks for a
 * device. Any thread.
 */
#include "base/err.h"
#include <fido.h>
#include <fido/eddsa.h>
#include <fido/es256.h>
#include <fido/rs256.h>

/* FIDO_FUNCTION(member, symbol) */
#define FIDO_FUNCTIONS                                                                             \
    FIDO_FUNCTION(init, fido_init)                                                                 \
    FIDO_FUNCTION(cred_new, fido_cred_new)                                                         \
    FIDO_FUNCTION(cred_free, fido_cred_free)                                                       \
    FIDO_FUNCTION(cred_set_type, fido_cred_set_type)                                               \
    FIDO_FUNCTION(cred_set_rp, fido_cred_set_rp)                                                   \
    FIDO_FUNCTION(cred_set_clientdata_hash, fido_cred_set_clientdata_hash)                         \
    FIDO_FUNCTION(cred_set_authdata_raw, fido_cred_set_authdata_raw)                               \
    FIDO_FUNCTION(cred_set_fmt, fido_cred_set_fmt)                                                 \
    FIDO_FUNCTION(cred_set_attstmt, fido_cred_set_attstmt)                                         \
    FIDO_FUNCTION(cred_verify, fido_cred_verify)                                                   \
    FIDO_FUNCTION(cred_verify_self, fido_cred_verify_self)                                         \
    FIDO_FUNCTION(assert_new, fido_assert_new)                                                     \
    FIDO_FUNCTION(assert_free, fido_assert_free)                                                   \
    FIDO_FUNCTION(assert_set_rp, fido_assert_set_rp)                                               \
    FIDO_FUNCTION(assert_set_clientdata_hash, fido_assert_set_clientdata_hash)                     \
    FIDO_FUNCTION(assert_set_count, fido_assert_set_count)                                         \
    FIDO_FUNCTION(assert_set_authdata_raw, fido_assert_set_authdata_raw)                           \
    FIDO_FUNCTION(assert_set_sig, fido_assert_set_sig)                                             \
    FIDO_FUNCTION(assert_verify, fido_assert_verify)                                               \
    FIDO_FUNCTION(es256_new, es256_pk_new)                                                         \
    FIDO_FUNCTION(es256_free, es256_pk_free)                                                       \
    FIDO_FUNCTION(es256_from_ptr, es256_pk_from_ptr)                                               \
    FIDO_FUNCTION(eddsa_new, eddsa_pk_new)                                                         \
    FIDO_FUNCTION(eddsa_free, eddsa_pk_free)                                                       \
    FIDO_FUNCTION(eddsa_from_ptr, eddsa_pk_from_ptr)                                               \
    FIDO_FUNCTION(rs256_new, rs256_pk_new)                                                         \
    FIDO_FUNCTION(rs256_free, rs256_pk_free)                                                       \
    FIDO_FUNCTION(rs256_from_ptr, rs256_pk_from_ptr)

struct fido_api {
#define FIDO_FUNCTION(member, symbol) __typeof__(symbol) *member;
    FIDO_FUNCTIONS
#undef FIDO_FUNCTION
};

/* Cheap once the library is there. ERR_UNIMPLEMENTED if it is not. */
enum err_code fido_api_load(struct fido_api *out, struct err *err) MUST_USE;
#endif
