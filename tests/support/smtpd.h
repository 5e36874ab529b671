#ifndef TESTS_SUPPORT_SMTPD_H
#define TESTS_SUPPORT_SMTPD_H
/*
 * A small mail server that misbehaves on demand. It keeps what it took. One thread a connection,
 * loopback only. The test's function sees each command and may answer it in its own way; it runs on
 * those threads, so it may only touch what the test guards.
 */
#include "base/str.h"

struct smtpd;
struct smtpd_mail {
    char from[400], to[400]; /* as sent, with brackets */
    char login[200];         /* decoded: "\0user\0password" with NUL as '|' */
    char *data;              /* headers and body, unstuffed, CRLF line ends, NUL-terminated */
    size_t n;
    unsigned connection; /* counts from 1 */
};
/* Answers to a command line, "(connect)" or "." for the end of a message: NULL for what is usual, */
#define SMTPD_HANG "hang"   /* says nothing until the client goes away */
#define SMTPD_CLOSE "close" /* ends the connection */
typedef const char *smtpd_fn(void *ctx, const char *line, const struct smtpd_mail *mail);

/* port 0: a free one. fn may be NULL. */
struct smtpd *smtpd_start(int port, smtpd_fn *fn, void *ctx);
void smtpd_stop(struct smtpd *take);
/* "smtp://127.0.0.1:PORT" */
const char *smtpd_url(const struct smtpd *s);
int smtpd_port(const struct smtpd *s);
/* So many mails were taken; waits for at most ten seconds until there are n. */
unsigned smtpd_wait(struct smtpd *s, unsigned n);
/* The ith (from 0), kept until smtpd_stop. */
const struct smtpd_mail *smtpd_mail(struct smtpd *s, unsigned i);
unsigned smtpd_connections(struct smtpd *s);
#endif
