#include "api/curl.h"

/* In single quotes nothing means anything but their end (POSIX shell, 2.2.2). */
static void
add_quoted(struct buf *out, struct str text)
{
    buf_add_char(out, '\'');
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == '\'')
            buf_add_text(out, "'\\''");
        else
            buf_add_char(out, text.p[i]);
    }
    buf_add_char(out, '\'');
}

static void
add_header(struct buf *out, const char *name, struct str value)
{
    struct buf line;
    buf_init(&line, 64 * 1024);
    buf_printf(&line, "%s: %.*s", name, STR_ARG(value));
    buf_add_text(out, " -H ");
    add_quoted(out, buf_str(&line));
    buf_fini(&line);
}

void
curl_write(const struct curl_line *line, struct buf *out)
{
    const struct encode_request *r = line->request;
    struct buf address;
    buf_init(&address, 128 * 1024);
    buf_add_str(&address, line->url);
    buf_add_str(&address, r->target);
    buf_printf(out, "curl -X %s ", method_name(r->method));
    if (line->unix_socket.n) {
        buf_add_text(out, "--unix-socket ");
        add_quoted(out, line->unix_socket);
        buf_add_char(out, ' ');
    }
    add_quoted(out, buf_str(&address));
    buf_fini(&address);
    if (line->token)
        buf_add_text(out, " -H \"Authorization: Bearer $TOKEN\"");
    for (size_t i = 0; i < r->n_headers; i++)
        add_header(out, r->headers[i].name, r->headers[i].value);
    if (!str_given(r->body))
        return;
    add_header(out, "Content-Type", STR("application/json"));
    buf_add_text(out, " --data-binary ");
    add_quoted(out, r->body);
}
