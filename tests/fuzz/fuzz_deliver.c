/*
 * What strangers say to delivery: answers of providers, addresses, texts that become headers and
 * bodies. The first byte chooses.
 */
#include "base/mem.h"
#include "deliver/mime.h"
#include "deliver/provider.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ARENA_MAX_BYTES = 1 << 20, TEXT_MAX = 1 << 22 };

/* Printable ASCII, or a fold. */
static void
check_header(struct str text)
{
    for (size_t i = 0; i < text.n; i++) {
        unsigned char c = (unsigned char)text.p[i];
        if (c == '\r') {
            ASSERT(i + 2 < text.n && text.p[i + 1] == '\n' && text.p[i + 2] == ' ');
            i += 2;
            continue;
        }
        ASSERT(c >= 0x20 && c < 0x7f);
    }
}

static void
check_body(struct str text)
{
    struct str line;
    ASSERT(str_ends(text, STR("\r\n")));
    while (str_next(&text, '\n', &line)) {
        ASSERT(line.n <= 77);
        ASSERT(!str_starts(line, STR(".")));
    }
}

static void
try_texts(struct str input)
{
    struct buf out;
    buf_init(&out, TEXT_MAX);
    mime_write_text(&out, input);
    check_header(buf_str(&out));
    buf_reset(&out);
    mime_write_quoted_printable(&out, input);
    check_body(buf_str(&out));
    buf_reset(&out);
    struct mailbox person = {.name = input, .spec = STR("a@b.c")};
    mime_write_mailbox(&out, &person);
    check_header(buf_str(&out));
    buf_fini(&out);
}

static void
try_addresses(struct str input)
{
    struct arena a;
    arena_init(&a, ARENA_MAX_BYTES);
    struct mailbox m;
    struct str phone;
    if (mailbox_parse(input, &a, &m, NULL) == ERR_OK) {
        struct mailbox again;
        check_header(m.spec);
        ASSERT(!memchr(m.spec.p, '<', m.spec.n) && !memchr(m.spec.p, '>', m.spec.n));
        ASSERT(mailbox_parse_address(m.spec, &a, &again, NULL) == ERR_OK);
        ASSERT(str_eq(again.spec, m.spec));
    }
    if (mailbox_parse_phone(input, &a, &phone, NULL) == ERR_OK)
        ASSERT(phone.n >= 7 && phone.n <= 16 && phone.p[0] == '+');
    (void)!provider_check_url(input, NULL);
    arena_fini(&a);
}

/* Made once: guarded memory for their secrets is slow to come by. */
static struct provider *
provider_of(enum provider_kind kind)
{
    static struct provider *made[PROVIDER_KINDS];
    const struct provider_settings s = {
        .kind = kind,
        .secret = STR("arn:x"),
        .id = STR("AC1"),
        .domain = STR("mg.example"),
        .region = kind == PROVIDER_MAILGUN ? STR("eu") : STR("us-east-1"),
        .service = STR("MG1"),
        .url = kind == PROVIDER_SMTP ? STR("smtp://mail.example") : STR(""),
        .aws_id = STR("AKIA"),
        .aws_secret = STR("x")};
    if (!made[kind])
        ASSERT(provider_new(&made[kind], &s, NULL) == ERR_OK);
    return made[kind];
}

static void
try_answer(enum provider_kind kind, uint8_t status, struct str body)
{
    static const int statuses[] = {200, 201, 202, 204, 301, 400, 401, 403, 404, 408, 429, 500, 503};
    struct provider *p = provider_of(kind);
    struct request r;
    request_init(&r);
    r.preliminary = kind == PROVIDER_SES_ROLE && status % 2;
    struct answer a = {.status = statuses[status % COUNT_OF(statuses)],
                       .body = body,
                       .header_id = str_sub(body, 0, 40)};
    struct outcome o = {.owner = NULL};
    provider_read(p, &r, &a, 1700000000000, &o);
    ASSERT(memchr(o.why, '\0', sizeof o.why) && memchr(o.ref, '\0', sizeof o.ref));
    ASSERT(o.verdict == VERDICT_SENT || o.verdict == VERDICT_AGAIN || o.why[0]);
    check_header(str_of(o.ref));
    request_fini(&r);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    struct str rest = {(const char *)data + 2, size - 2};
    uint8_t choice = data[0] % (PROVIDER_KINDS + 2);
    if (choice < PROVIDER_KINDS)
        try_answer((enum provider_kind)choice, data[1], rest);
    else if (choice == PROVIDER_KINDS)
        try_addresses(rest);
    else
        try_texts(rest);
    return 0;
}
