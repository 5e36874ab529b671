#include "tests/support/testserver.h"

#include "api/route.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "server/auth.h"
#include "server/machine.h"
#include "server/session_token.h"
#include "server/signin.h"
#include "server/state.h"
#include "tests/support/process.h"
#include "tests/support/published.h"
#include "tests/support/unit.h"

#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ANSWER_MAX = 8 * 1024 * 1024, ARENA_MAX_BYTES = 256 * 1024 * 1024 };

/* Whatever a test configures, no message leaves this machine: services are where nobody listens,
 * or where the test says. */
static void
write_messages_file(struct tserver *t, const struct tserver_options *o)
{
    static const char *const services[] = {"sendgrid", "mailgun", "ses", "sts", "twilio"};
    struct buf text;
    buf_init(&text, 4096);
    for (size_t i = 0; i < COUNT_OF(services); i++)
        buf_printf(&text, "[%s]\nurl = %s\n", services[i],
                   o->services ? o->services : "http://127.0.0.1:1");
    buf_add_text(&text, o->messages ? o->messages : "");
    /* What a dead server had claimed is soon another's. */
    if (peers_wanted() > 1 && !(o->messages && strstr(o->messages, "[delivery]")))
        buf_add_text(&text, "[delivery]\ntimeout = 1s\nlease = 3s\n");
    snprintf(t->messages_file, sizeof t->messages_file, "%s/messages.conf", t->outbox);
    assert_int_equal(file_write(t->messages_file, buf_str(&text), 0600, NULL), ERR_OK);
    buf_fini(&text);
}

void
tserver_start(struct tserver *t)
{
    tserver_start_with(t, &(struct tserver_options){.services = NULL});
}

/* The others have the same options, and the address of this one as theirs. */
static void
start_peers(struct tserver *t, const struct server_options *o)
{
    const char *arguments[] = {"--public-url",
                               server_address(t->server, 0).p,
                               "--outbox",
                               o->outbox,
                               "--messages",
                               o->messages,
                               "--captcha-url",
                               o->captcha_url,
                               "--log-level",
                               "error",
                               o->allow_outbound.n ? "--allow-outbound" : NULL,
                               "127.0.0.1",
                               NULL};
    const char **kept = ARENA_ARRAY(&t->arena, COUNT_OF(arguments), const char *);
    memcpy(kept, arguments, sizeof arguments);
    peers_start(&t->peers, kept);
}

void
tserver_start_with(struct tserver *t, const struct tserver_options *o)
{
    *t = (struct tserver){.server = NULL};
    arena_init(&t->arena, ARENA_MAX_BYTES);
    testdb_open_empty(&t->db, NULL);
    db_close(t->db.db);
    t->db.db = NULL;
    testdb_make_dir(t->outbox);
    write_messages_file(t, o);
    struct str listen = STR("http://127.0.0.1:0");
    struct server_options options = {.listen = &listen,
                                     .n_listen = 1,
                                     .data = peers_wanted() > 1 ? peers_data() : NULL,
                                     .database = t->db.url,
                                     .outbox = t->outbox,
                                     .messages = t->messages_file,
                                     .captcha_url = o->captcha ? o->captcha : "http://127.0.0.1:1",
                                     .threads = 2,
                                     .workers = 4};
    if (o->reaches_loopback)
        assert_true(cidr_parse(STR("127.0.0.1"), &options.allow_outbound.ranges[0]));
    options.allow_outbound.n = o->reaches_loopback;
    struct err err = {.code = ERR_OK};
    if (server_start(&t->server, &options, &err) != ERR_OK)
        fail_msg("server: %s", err.msg);
    struct str url = server_address(t->server, 0);
    int64_t port = 0;
    assert_true(str_to_i64(str_sub(url, sizeof "http://127.0.0.1:" - 1, url.n), &port));
    t->port = (int)port;
    peers_init(&t->peers, t->port);
    start_peers(t, &options);
    t->vendor = server_vendor(t->server);
    t->token = tserver_mint(t, &(struct tserver_grant){.type = "vendor", .sub = t->vendor});
}

struct tserver_tree {
    struct tserver_tree *next;
    struct json *json;
};

static enum err_code
count_done_twice(struct db_conn *conn, void *arg, struct err *err)
{
    return db_query_int(conn,
                        "SELECT COUNT(*) FROM (SELECT 1 FROM audits WHERE trace_id IS NOT NULL AND "
                        "action IN (SELECT kind FROM jobs) GROUP BY trace_id, action, "
                        "resource_id, description HAVING COUNT(*) > 1) AS twice",
                        DB_NO_ARGS, arg, NULL, err);
}

/* Each item of a job leaves one audit, which bears the trace of the request that asked for the job. */
static void
check_jobs(struct tserver *t)
{
    int64_t twice = 0;
    assert_int_equal(store_tx(server_store(t->server), DB_READ, count_done_twice, &twice, NULL),
                     ERR_OK);
    if (twice)
        fail_msg("%lld items of jobs were done twice", (long long)twice);
}

void
tserver_stop(struct tserver *t)
{
    for (struct tserver_tree *tree = t->trees; tree; tree = tree->next)
        json_free(tree->json);
    peers_stop(&t->peers);
    check_jobs(t);
    published_note();
    server_stop(t->server);
    testdb_close(&t->db);
    testdb_remove_dir(t->outbox);
    arena_fini(&t->arena);
}

/* -- a session for a person's token to stand on -- */

struct minting {
    struct tserver *t;
    const struct tserver_grant *grant;
    struct str sub, sid;
    char stamp[RIGHTS_STAMP_SIZE];
};

static enum err_code
add_session(const struct scope *s, const struct minting *m, const struct user *u, struct err *err)
{
    struct session session;
    struct session fresh = {.id = m->sid,
                            .user_seq = u->seq,
                            .tenant_seq = s->tenant_seq,
                            .family_hash = STR("none"),
                            .secret_hash = STR("none"),
                            .methods = SIGNIN_PASSWORD,
                            .expires_at = s->now + INT64_C(30) * 86400 * 1000};
    enum err_code rc = store_session_get(s, m->sid, &session, err);
    return rc == ERR_NOT_FOUND ? store_session_add(s, &fresh, SESSIONS_OF_USER_MAX, NULL, err) : rc;
}

/* Whoever is not there gets a token nevertheless; it will be refused. */
static enum err_code
ensure_session(struct db_conn *conn, void *arg, struct err *err)
{
    struct minting *m = arg;
    struct scope s;
    struct user u;
    struct rights rights;
    enum err_code rc = scope_open(&s, conn, &m->t->arena, m->t->vendor, m->grant->tenant, err);
    s.now = clock_now_ms();
    if (rc || s.tenant_seq <= 0)
        return rc;
    struct scope everywhere = s;
    everywhere.tenant_seq = 0;
    rc = store_user_get(&everywhere, USER_BY_ID, m->grant->sub, &u, err);
    if (rc)
        return rc == ERR_NOT_FOUND ? ERR_OK : rc;
    rc = store_rights_get(conn, s.arena, u.seq, s.tenant_seq, &rights, err);
    if (rc)
        return rc;
    rights_stamp(&rights, u.super_user, m->stamp);
    return add_session(&s, m, &u, err);
}

/* -- a token for a machine's JWT to stand on; one for each name, tenant and kind -- */

static enum err_code
ensure_machine(struct db_conn *conn, void *arg, struct err *err)
{
    struct minting *m = arg;
    struct scope s;
    struct rights rights;
    struct machine_query q = {.vendor = m->t->vendor, .id = m->sub, .now = clock_now_ms()};
    struct machine_token t = {.id = m->sub, .secret_hash = STR("none")}, found;
    assert_true(machine_kind_parse(str_of(m->grant->type), &t.kind));
    t.owner_id = machine_kind_is_user(t.kind) ? m->grant->user : STR_ABSENT;
    enum err_code rc = scope_open(&s, conn, &m->t->arena, m->t->vendor, m->grant->tenant, err);
    s.now = q.now;
    if (rc || s.tenant_seq <= 0)
        return rc;
    rc = store_machine_token_find(conn, s.arena, &q, &found, err);
    if (rc == ERR_NOT_FOUND)
        rc = store_machine_token_add(&s, &t, err);
    else if (!rc)
        t = found;
    if (rc)
        return rc == ERR_NOT_FOUND ? ERR_OK : rc;
    rc = store_machine_token_rights(conn, s.arena, &t, &rights, err);
    if (!rc)
        rights_stamp(&rights, t.owner_is_super, m->stamp);
    return rc;
}

static bool
is_machine(const struct tserver_grant *g)
{
    enum machine_kind kind;
    return machine_kind_parse(str_of(g->type), &kind);
}

static void
write_claims(struct jw *w, void *arg)
{
    struct minting *m = arg;
    const struct tserver_grant *g = m->grant;
    if (m->sid.n)
        jw_kstr(w, "sid", m->sid);
    if (m->stamp[0])
        jw_kstr(w, "jti", arena_printf(&m->t->arena, "%s-1", m->stamp));
    jw_ktext(w, "type", g->type);
    if (str_given(m->sub))
        jw_kstr(w, "sub", m->sub);
    if (strcmp(g->type, "vendor") == 0)
        jw_kstr(w, "vendorId", g->sub);
    if (str_given(g->tenant))
        jw_kstr(w, "tenantId", g->tenant);
    if (str_given(g->user))
        jw_kstr(w, "userId", g->user);
    jw_key(w, "permissions");
    jw_open(w, '[');
    for (size_t i = 0; g->permissions && g->permissions[i]; i++)
        jw_str(w, str_of(g->permissions[i]));
    jw_close(w, ']');
}

struct str
tserver_mint(struct tserver *t, const struct tserver_grant *grant)
{
    struct minting m = {.t = t, .grant = grant, .sub = grant->sub};
    struct buf token;
    if (strcmp(grant->type, "userToken") == 0) {
        m.sid =
            arena_printf(&t->arena, "test-%.*s-%.*s", STR_ARG(grant->sub), STR_ARG(grant->tenant));
        assert_int_equal(store_tx(server_store(t->server), DB_WRITE, ensure_session, &m, NULL),
                         ERR_OK);
    } else if (is_machine(grant)) {
        m.sub = arena_printf(&t->arena, "%.*s-%.*s-%s", STR_ARG(grant->sub), STR_ARG(grant->tenant),
                             grant->type);
        assert_int_equal(store_tx(server_store(t->server), DB_WRITE, ensure_machine, &m, NULL),
                         ERR_OK);
    }
    buf_init(&token, 32 * 1024);
    int64_t lifetime = grant->lifetime_s ? grant->lifetime_s : 3600;
    struct auth_grant g = {.vendor = t->vendor,
                           .issuer = STR("http://localhost"),
                           .now = clock_now_ms() - (lifetime < 0 ? 7200 * 1000 : 0),
                           .lifetime_s = lifetime < 0 ? 7200 + lifetime : lifetime,
                           .claims = write_claims,
                           .arg = &m};
    assert_int_equal(auth_issue(t->server->auth, &g, &token, NULL), ERR_OK);
    struct str out = arena_str(&t->arena, buf_str(&token));
    buf_fini(&token);
    return out;
}

static void
write_request(struct buf *out, const char *method, const char *path, struct str token,
              const char *headers, const char *body)
{
    buf_printf(out, "%s %s HTTP/1.1\r\nHost: 127.0.0.1\r\n", method, path);
    if (str_given(token))
        buf_printf(out, "Authorization: Bearer %.*s\r\n", STR_ARG(token));
    if (headers)
        buf_add_text(out, headers);
    if (body && !(headers && strstr(headers, "Content-Type:")))
        buf_add_text(out, "Content-Type: application/json\r\n");
    if (body)
        buf_printf(out, "Content-Length: %zu\r\n", strlen(body));
    else if (strcmp(method, "GET") != 0)
        buf_add_text(out, "Content-Length: 0\r\n");
    buf_add_text(out, "\r\n");
    if (body)
        buf_add_text(out, body);
}

struct str
tserver_header(const struct tserver_reply *r, const char *name)
{
    struct str rest = r->head, line;
    while (rest.n > 0 && str_next(&rest, '\n', &line)) {
        ptrdiff_t colon = str_find_char(line, ':');
        if (colon > 0 && str_eq_nocase(str_sub(line, 0, (size_t)colon), str_of(name)))
            return str_trim(str_sub(line, (size_t)colon + 1, line.n));
    }
    return STR_ABSENT;
}

/* Length of a whole answer whose head is there; 0 while it is not. */
static size_t
answer_size(struct str got)
{
    ptrdiff_t end = str_find(got, STR("\r\n\r\n"));
    if (end < 0)
        return 0;
    struct tserver_reply r = {.head = str_sub(got, 0, (size_t)end + 2)};
    int64_t n = 0;
    (void)str_to_i64(tserver_header(&r, "content-length"), &n);
    return (size_t)end + 4 + (size_t)n;
}

/* Sends and reads one answer into `answer`; its bytes, 0 if the connection ended before. */
static size_t
exchange(int fd, struct str request, char *answer)
{
    size_t n = 0, need = 0;
    /* Who refuses before all was read may have hung up; the answer is there nevertheless. */
    (void)raw_send(fd, request);
    while (need == 0 || n < need) {
        ssize_t got = recv(fd, answer + n, ANSWER_MAX - n, 0);
        if (got <= 0)
            return 0;
        n += (size_t)got;
        need = need ? need : answer_size((struct str){answer, n});
    }
    return n;
}

/* A kept connection may have been closed meanwhile: then once more on a fresh one. */
static size_t
exchange_kept(struct peer *peer, struct str request, char *answer)
{
    for (;;) {
        bool fresh = peer->fd < 0;
        if (fresh)
            peer->fd = raw_connect(peer->port);
        assert_true(peer->fd >= 0);
        size_t n = exchange(peer->fd, request, answer);
        if (n > 0)
            return n;
        peers_hang_up(peer);
        if (fresh)
            return 0;
    }
}

static void
read_answer(struct tserver *t, struct str answer, struct tserver_reply *r)
{
    int64_t status = -1;
    size_t end = (size_t)str_find(answer, STR("\r\n\r\n"));
    (void)str_to_i64(str_sub(answer, 9, 12), &status);
    r->status = (int)status;
    r->head = str_sub(answer, 0, end + 2);
    r->body = str_sub(answer, end + 4, answer.n);
    r->json = r->body.n ? json_parse(r->body, ANSWER_MAX, NULL) : NULL;
    if (r->json) {
        struct tserver_tree *tree = ARENA_NEW(&t->arena, struct tserver_tree);
        *tree = (struct tserver_tree){.next = t->trees, .json = r->json};
        t->trees = tree;
    }
}

const struct op *
tserver_op(struct tserver *t, const char *method, const char *path)
{
    struct route_match match = {.op = NULL};
    enum method m;
    struct str way = str_of(path);
    ptrdiff_t mark = str_find_char(way, '?');
    if (mark >= 0)
        way = str_sub(way, 0, (size_t)mark);
    if (!method_parse(str_of(method), &m))
        return NULL;
    route_find(t->server->routes, m, way, &t->arena, &match);
    return match.op;
}

static bool
is_success(const struct tserver_reply *r)
{
    return r->status >= 200 && r->status < 300;
}

bool
tserver_settle(struct tserver *t)
{
    return peers_settle(&t->peers);
}

static void
check_published(struct tserver *t, const char *method, const char *path,
                const struct tserver_reply *r)
{
    char fault[4000];
    const struct op *op = is_success(r) ? tserver_op(t, method, path) : NULL;
    if (op && !published_check(op, r->status, r->json, fault, sizeof fault))
        fail_msg("%s %s %s\n%.*s", method, path, fault, STR_ARG(r->body));
}

struct tserver_reply
tserver_request(struct tserver *t, const char *method, const char *path, struct str token,
                const char *headers, const char *body)
{
    struct buf request;
    buf_init(&request, 4 * 1024 * 1024);
    write_request(&request, method, path, token, headers, body);
    assert_false(request.failed);
    char *answer = mem_new(ANSWER_MAX, 1);
    struct tserver_reply r = {.status = -1};
    struct peer *peer = peers_next(&t->peers);
    size_t n = exchange_kept(peer, buf_str(&request), answer);
    if (n > 0)
        read_answer(t, arena_str(&t->arena, (struct str){answer, n}), &r);
    if (str_eq_nocase(tserver_header(&r, "connection"), STR("close")))
        peers_hang_up(peer);
    peers_answered(&t->peers, peer, is_success(&r) && strcmp(method, "GET") != 0);
    mem_free(answer);
    buf_fini(&request);
    check_published(t, method, path, &r);
    return r;
}
