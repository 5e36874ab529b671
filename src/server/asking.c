#include "server/asking.h"

enum { TEXT_MAX = 64 * 1024 };

void
asking_begin(struct asking *a, struct call *c)
{
    *a = (struct asking){.c = c, .answer_max = ASKING_ANSWER_MAX};
    buf_init(&a->body, TEXT_MAX);
    jw_init(&a->out, &a->body);
}

void
asking_end(struct asking *a)
{
    json_free(a->json);
    buf_fini(&a->body);
}

void
asking_header(struct asking *a, const char *name, struct str value)
{
    a->headers[a->n_headers++] = (struct outbound_header){name, value};
}

void
asking_bearer(struct asking *a, struct str token)
{
    asking_header(a, "Authorization", arena_printf(a->c->arena, "Bearer %.*s", STR_ARG(token)));
}

void
asking_form(struct asking *a, const char *name, struct str value)
{
    if (!a->body.n)
        asking_header(a, "Content-Type", STR("application/x-www-form-urlencoded"));
    buf_printf(&a->body, "%s%s=", a->body.n ? "&" : "", name);
    buf_add_urlencoded(&a->body, value);
}

enum err_code
asking_send(struct asking *a, struct str url, struct err *err)
{
    struct outbound_answer answer = {.status = 0};
    asking_header(a, "Accept", STR("application/json"));
    struct outbound_request r = {.url = url,
                                 .headers = a->headers,
                                 .n_headers = a->n_headers,
                                 .answer_max = a->answer_max,
                                 .timeout_ms = a->timeout_ms};
    if (a->body.n)
        r.body = buf_str(&a->body);
    enum err_code rc = a->body.failed ? err_set(err, ERR_INVALID, "the request is too large")
                                      : outward_send(a->c, &r, &answer, err);
    if (rc)
        return rc;
    a->status = answer.status;
    a->answer_n = answer.body.n;
    a->json = json_parse(answer.body, a->answer_max, NULL);
    if (answer.status >= 500 || answer.status == 429)
        return err_set(err, ERR_NETWORK, "it answers with %d", answer.status);
    return ERR_OK;
}

bool
asking_denies_client(const struct asking *a)
{
    struct str error = json_str(json_get(a->json, "error"));
    return a->status == 404 || str_eq(error, STR("invalid_client")) ||
           str_eq(error, STR("unauthorized_client"));
}
