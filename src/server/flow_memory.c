#include "server/flow_memory.h"

#include "store/flows.h"

struct str
flow_remember(struct call *c, const struct flow_member *members, const void *from)
{
    struct buf text;
    struct jw w;
    buf_init(&text, 2 * FLOW_DATA_MAX);
    jw_init(&w, &text);
    jw_open(&w, '{');
    for (const struct flow_member *m = members; m->name; m++) {
        const void *at = (const char *)from + m->offset;
        if (m->kind == FLOW_TEXT)
            jw_kstr(&w, m->name, *(const struct str *)at);
        else if (m->kind == FLOW_BOOL)
            jw_kbool(&w, m->name, *(const bool *)at);
        else
            jw_ki64(&w, m->name, *(const unsigned *)at);
    }
    jw_close(&w, '}');
    struct str out = arena_str(c->arena, buf_str(&text));
    buf_fini(&text);
    return out;
}

enum err_code
flow_recall(struct call *c, const struct flow_member *members, struct str data, void *out,
            struct err *err)
{
    struct json *j = json_parse(data, FLOW_DATA_MAX, NULL);
    if (!j)
        return err_set(err, ERR_CORRUPT, "what a flow remembers cannot be read");
    for (const struct flow_member *m = members; m->name; m++) {
        const struct json *value = json_get(j, m->name);
        void *at = (char *)out + m->offset;
        int64_t number = 0;
        if (m->kind == FLOW_TEXT) {
            *(struct str *)at = arena_str(c->arena, json_str(value));
        } else if (m->kind == FLOW_BOOL) {
            *(bool *)at = false;
            (void)json_to_bool(value, at);
        } else {
            (void)json_to_i64(value, &number);
            *(unsigned *)at = (unsigned)number;
        }
    }
    json_free(j);
    return ERR_OK;
}
