#include "net/http.h"
#include "base/mem.h"
#include "base/secret.h"

enum { BODY_CAP = 16 * 1024 * 1024, DEFAULT_TIMEOUT_MS = 30000 };

struct http_job *
http_job_new(void)
{
    struct http_job *job = mem_new(1, sizeof *job);
    list_init(&job->node);
    job->timeout_ms = DEFAULT_TIMEOUT_MS;
    job->max_bytes = BODY_CAP;
    job->retry_after_ms = -1;
    buf_init(&job->body, BODY_CAP);
    buf_init(&job->text, BODY_CAP);
    return job;
}

static void
fini_buf(const struct http_job *job, struct buf *b)
{
    if (job->redact)
        secret_buf_fini(b);
    else
        buf_fini(b);
}

void
http_job_free(struct http_job *take)
{
    if (!take)
        return;
    mem_free(take->url);
    mem_free(take->unix_socket);
    http_job_clear_headers(take);
    fini_buf(take, &take->body);
    fini_buf(take, &take->text);
    json_free(take->json);
    mem_free(take);
}

void
http_job_clear_headers(struct http_job *job)
{
    for (size_t i = 0; job->headers && job->headers[i]; i++) {
        secret_wipe(job->headers[i], strlen(job->headers[i]));
        mem_free(job->headers[i]);
    }
    mem_free(job->headers);
    job->headers = NULL;
    job->n_headers = 0;
}

void
http_job_add_header(struct http_job *job, struct str name, struct str value)
{
    job->headers = mem_resize(job->headers, job->n_headers + 2, sizeof *job->headers);
    size_t size = name.n + 2 + value.n + 1;
    char *line = mem_new(size, 1);
    memcpy(line, name.p, name.n);
    memcpy(line + name.n, ": ", 2);
    if (value.n)
        memcpy(line + name.n + 2, value.p, value.n);
    job->headers[job->n_headers++] = line;
    job->headers[job->n_headers] = NULL;
}

void
http_job_remove_header(struct http_job *job, struct str name)
{
    size_t kept = 0;
    for (size_t i = 0; i < job->n_headers; i++) {
        struct str line = str_of(job->headers[i]);
        bool same = line.n > name.n && line.p[name.n] == ':' &&
                    str_eq_nocase(str_sub(line, 0, name.n), name);
        if (same) {
            secret_wipe(job->headers[i], line.n);
            mem_free(job->headers[i]);
        } else {
            job->headers[kept++] = job->headers[i];
        }
    }
    job->n_headers = kept;
    if (job->headers)
        job->headers[kept] = NULL;
}

void
http_job_rewind(struct http_job *job)
{
    json_free(job->json);
    job->json = NULL;
    fini_buf(job, &job->text);
    buf_init(&job->text, BODY_CAP);
    job->err = (struct err){.code = ERR_OK};
    job->sent = false;
    job->status = 0;
    job->trace_id[0] = job->content_type[0] = job->location[0] = '\0';
    job->retry_after_ms = -1;
    job->server_date_ms = job->took_us = 0;
    job->bytes_in = 0;
}

const char *
http_method_name(enum http_method m)
{
    static const char *const names[] = {"GET", "POST", "PUT", "PATCH", "DELETE"};
    return names[m];
}
