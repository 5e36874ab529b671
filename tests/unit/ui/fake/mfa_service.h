#ifndef FAKE_MFA_SERVICE_H
#define FAKE_MFA_SERVICE_H
/*
 * Answers about second factors for a console on a bench: people who get enrolled, devices that come
 * and go, policies that can be changed.
 */
#include "tests/unit/ui/fake/bench.h"

enum { MFA_SERVICE_PEOPLE = 200 };

struct mfa_service {
    size_t people; /* user-0001 ... */
    bool enrolled[MFA_SERVICE_PEOPLE + 1];
    size_t starts;                      /* enrolments begun */
    size_t refuse_at;                   /* that one is refused; 0: none */
    bool confirmed;                     /* a code was right: whoever is read next is enrolled */
    bool deaf;                          /* answers 200 and changes nothing */
    bool app, phone;                    /* devices of whoever is looked at */
    char policy[256], environment[256]; /* "": not set */
    bool sms_on;
};

/* Scripts all of it; *s must outlive the bench. */
void mfa_service_script(struct bench *b, struct mfa_service *s);
#endif
