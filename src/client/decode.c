/* What an answer means: the service's error shape, HTTP statuses, and answers that are no JSON. */
#include "base/mem.h"
#include "base/utf8.h"
#include "client/client_priv.h"

enum { ERRORS_MAX = 64, MESSAGE_MAX = 1024 };

enum err_code
decode_status(int status)
{
    static const struct {
        int status;
        enum err_code code;
    } known[] = {
        {400, ERR_INVALID},   {401, ERR_UNAUTHENTICATED},
        {403, ERR_FORBIDDEN}, {404, ERR_NOT_FOUND},
        {405, ERR_METHOD},    {409, ERR_CONFLICT},
        {410, ERR_GONE},      {413, ERR_TOO_LARGE},
        {415, ERR_MEDIA},     {423, ERR_LOCKED},
        {429, ERR_RATE},      {501, ERR_UNIMPLEMENTED},
        {503, ERR_BUSY},      {504, ERR_TIMEOUT},
    };
    for (size_t i = 0; i < COUNT_OF(known); i++) {
        if (known[i].status == status)
            return known[i].code;
    }
    if (status >= 200 && status < 300)
        return ERR_OK;
    if (status >= 300 && status < 400)
        return ERR_NETWORK;
    return status < 500 ? ERR_INVALID : ERR_INTERNAL;
}

static void
add_error(struct result *r, struct str message)
{
    if (str_given(message) && message.n && r->n_errors < ERRORS_MAX)
        r->errors[r->n_errors++] = arena_str(&r->arena, str_sub(message, 0, MESSAGE_MAX));
}

/* An entry is a text, or in old clients' tests an object with a message. */
static void
add_errors(struct result *r, const struct json *list)
{
    if (json_type(list) != JSON_ARRAY) {
        add_error(r, json_str(list));
        return;
    }
    for (const struct json *j = json_first(list); j; j = json_next(j))
        add_error(r, json_type(j) == JSON_OBJECT ? json_str(json_get(j, "message")) : json_str(j));
}

static void
read_code(struct result *r, struct str code)
{
    if (!str_starts(code, STR("ER-")) || code.n >= sizeof r->error_code)
        return;
    memcpy(r->error_code, code.p, code.n);
    r->error_code[code.n] = '\0';
}

void
decode_errors(struct result *r, const struct json *body)
{
    r->errors = ARENA_ARRAY(&r->arena, ERRORS_MAX, struct str);
    add_errors(r, json_get(body, "errors"));
    if (!r->n_errors)
        add_errors(r, json_get(body, "message"));
    read_code(r, json_str(json_get(body, "errorCode")));
    if (!r->error_code[0])
        read_code(r, json_str(json_first(json_get(body, "errorCodes"))));
}

static bool
says(const struct result *r, struct str words)
{
    for (size_t i = 0; i < r->n_errors; i++) {
        if (str_find(r->errors[i], words) >= 0)
            return true;
    }
    return false;
}

static void
join_errors(const struct result *r, struct buf *out)
{
    for (size_t i = 0; i < r->n_errors; i++) {
        if (i)
            buf_add_text(out, "; ");
        buf_add_str(out, r->errors[i]);
    }
}

/* One sentence of at most the size of err.msg, cut between characters. */
static void
set_message(struct result *r, enum err_code code, struct str text)
{
    enum { ROOM = sizeof((struct err *)NULL)->msg - 1 };
    if (text.n > ROOM) {
        text.n = ROOM;
        while (text.n && ((unsigned char)text.p[text.n] & 0xc0) == 0x80)
            text.n--;
    }
    err_set_ref(&r->err, code, r->error_code, "%.*s", STR_ARG(text));
    r->err.native = r->status;
}

/* For answers without a message of the service. */
static void
describe_status(const struct result *r, const struct http_job *job, struct buf *text)
{
    enum err_code code = decode_status(r->status);
    if (r->status >= 300 && r->status < 400) {
        buf_add_text(text, "the server redirects, which is not followed, to ");
        utf8_make_safe(text, str_of(job->location[0] ? job->location : "nowhere"));
        return;
    }
    buf_printf(text, "the server answered with status %d (%s)", r->status,
               code == ERR_INVALID ? "refused" : err_text(code));
    if (!r->json && job->text.n)
        buf_printf(text, " and %s instead of JSON",
                   job->content_type[0] ? job->content_type : "text");
}

static void
describe_failure(struct result *r, const struct http_job *job)
{
    enum { TEXT_CAP = 80 * 1024 };
    enum err_code code = decode_status(r->status);
    if (code == ERR_INVALID && says(r, STR("already exist")))
        code = ERR_CONFLICT;
    struct buf text;
    buf_init(&text, TEXT_CAP);
    if (r->n_errors)
        join_errors(r, &text);
    else
        describe_status(r, job, &text);
    if ((code == ERR_RATE || r->status == 503) && job->retry_after_ms >= 0)
        buf_printf(&text, "; try again in %lld s", (long long)(job->retry_after_ms + 999) / 1000);
    set_message(r, code, buf_str(&text));
    buf_fini(&text);
}

void
decode_answer(struct result *r, const struct http_job *job, bool want_text)
{
    if (r->status >= 200 && r->status < 300) {
        if (!r->json && job->text.n && !want_text)
            err_set(&r->err, ERR_PARSE, "the server answered with %s instead of JSON",
                    job->content_type[0] ? job->content_type : "text");
        return;
    }
    decode_errors(r, r->json);
    describe_failure(r, job);
}
