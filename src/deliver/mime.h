#ifndef DELIVER_MIME_H
#define DELIVER_MIME_H
/*
 * A letter as an Internet message (RFC 5322, MIME): headers encoded by RFC 2047, text and HTML as
 * alternatives in quoted-printable, lines that end in CRLF and are short. No value can begin a new
 * header: control characters become spaces. The same letter gives the same bytes at every try but
 * for Date. No state; any thread.
 */
#include "base/buf.h"
#include "deliver/letter.h"
#include "deliver/mailbox.h"

enum { MIME_MAX = 8 * 1024 * 1024 };

/* `now` is for Date. Check out->failed. */
void mime_write(struct buf *out, const struct letter *letter, const struct mailbox *from,
                const struct mailbox *to, int64_t now);
/* "Name" <a@b>, or a@b: quoted or encoded as a header needs it. */
void mime_write_mailbox(struct buf *out, const struct mailbox *address);
/* Text as a header may hold it: control characters out, encoded unless it is plain ASCII. */
void mime_write_text(struct buf *out, struct str text);
void mime_write_quoted_printable(struct buf *out, struct str text);
#endif
