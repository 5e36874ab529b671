#ifndef QR_ENROLMENT_H
#define QR_ENROLMENT_H
/*
 * An authenticator app's secret as a service hands it out, ready to be shown: the shortest key URI
 * as a QR code, and the same as text. When the service's picture cannot be read, its modules are all
 * there is: the code can be drawn, the text cannot be shown. Lives in the caller's arena; whoever
 * owns that wipes it. Any thread.
 */
#include "qr/code.h"
#include "qr/otpauth.h"

struct qr_enrolment {
    struct qr_code code;
    bool readable; /* `key` and `uri` are there */
    struct otpauth key;
    struct str uri; /* the shortest form */
};

/* `given`: what the member qrCode of an answer holds. One sentence when it is no good. */
enum err_code qr_enrolment_open(struct qr_enrolment *out, struct arena *a, struct str given,
                                struct err *err) MUST_USE;

/*
 * Why a code was refused: by how many steps of the key's period the clock that made it is off,
 * negative for behind, looking at most QR_DRIFT_STEPS each way. False if it belongs to none of them,
 * or that cannot be told. What the code should have been is never given out.
 */
enum { QR_DRIFT_STEPS = 20 };
bool qr_enrolment_drift(const struct qr_enrolment *e, struct str code, int64_t now_ms, int *steps);
/* Milliseconds until the present code of the key ends. */
int64_t qr_enrolment_left_ms(const struct qr_enrolment *e, int64_t now_ms);
#endif
