/* Delivery by a whole server, without a provider: the outbox. */
#include "server/deliver.h"

#include "server/server.h"
#include "store/messages.h"
#include "tests/support/outbox.h"
#include "tests/support/scene.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

static struct scene scene;

struct adding {
    struct str vendor;
    struct message message;
    int n;
};

static enum err_code
add(struct db_conn *conn, void *arg, struct err *err)
{
    struct adding *a = arg;
    struct scope s;
    enum err_code rc = scope_open(&s, conn, &scene.t.arena, a->vendor, STR_ABSENT, err);
    s.now = 1700000000000;
    for (int i = 0; i < a->n && rc == ERR_OK; i++)
        rc = store_message_add(&s, &a->message, NULL, err);
    return rc;
}

static void
queue(const char *to, const char *code, int n, bool decoy)
{
    struct adding a = {.vendor = scene.t.vendor,
                       .n = n,
                       .message = {.channel = MESSAGE_EMAIL,
                                   .to = str_of(to),
                                   .text = STR("text"),
                                   .template_type = STR("MFAOTC"),
                                   .code = str_of(code),
                                   .decoy = decoy}};
    struct err err = {.code = ERR_OK};
    if (store_tx(server_store(scene.t.server), DB_WRITE, add, &a, &err) != ERR_OK)
        fail_msg("%s", err.msg);
}

static struct str
metric(const char *name)
{
    struct tserver_reply r = tserver_request(&scene.t, "GET", "/metrics", STR_ABSENT, NULL, NULL);
    struct str start = arena_printf(&scene.t.arena, "\n%s ", name), line;
    ptrdiff_t at = str_find(r.body, start);
    assert_true(at >= 0);
    struct str rest = str_sub(r.body, (size_t)at + start.n, r.body.n);
    assert_true(str_next(&rest, '\n', &line));
    return line;
}

static void
goes_to_the_outbox(void **state)
{
    (void)state;
    queue("ada@example.com", "111111", 1, false);
    static const struct step steps[] = {
        {"OUTBOX ada@example.com", NULL,
         "200; channel='email'; code='111111'; text='text'; template='MFAOTC'; link!; "
         "from='no-reply@localhost';"
         "createdAt='2023-11-14T22:13:20.000Z'"},
    };
    SCENE(&scene, steps);
    queue("ada@example.com", "222222", 1, false);
    static const struct step next[] = {{"OUTBOX ada@example.com", NULL, "200; code='222222'"}};
    SCENE(&scene, next);
}

static void
drops_decoys(void **state)
{
    (void)state;
    size_t before = outbox_count(scene.t.outbox);
    queue("nobody@example.com", "0", 3, true);
    queue("eve@example.com", "333333", 1, false);
    static const struct step steps[] = {{"OUTBOX eve@example.com", NULL, "200; code='333333'"}};
    SCENE(&scene, steps);
    assert_int_equal(outbox_count(scene.t.outbox), before + 1);
}

static void
writes_every_one_once(void **state)
{
    (void)state;
    enum { MANY = 300 };
    size_t before = outbox_count(scene.t.outbox);
    queue("many@example.com", "1", MANY, false);
    int64_t seen = 0;
    for (int i = 0; i < MANY; i++) {
        struct json *j =
            outbox_next(scene.t.outbox, "many@example.com", &seen, &scene.t.arena, NULL);
        if (!j)
            fail_msg("message %d is missing, %zu files, seen %lld", i,
                     outbox_count(scene.t.outbox) - before, (long long)seen);
        json_free(j);
    }
    assert_int_equal(outbox_count(scene.t.outbox), before + MANY);
    /* Its own numbers do not collide with files that others put there. */
    char path[400];
    for (int64_t n = seen + 1; n < seen + 4; n++) {
        snprintf(path, sizeof path, "%s/%08lld-email.json", scene.t.outbox, (long long)n);
        close(open(path, O_CREAT | O_WRONLY, 0600));
    }
    queue("late@example.com", "444444", 2, false);
    int64_t first = 0;
    for (int i = 0; i < 2; i++) {
        struct json *j =
            outbox_next(scene.t.outbox, "late@example.com", &first, &scene.t.arena, NULL);
        assert_non_null(j);
        json_free(j);
    }
    assert_int_equal(first, seen + 5);
}

static void
tells_what_it_did(void **state)
{
    (void)state;
    int64_t n = 0;
    for (int i = 0; i < 1000 && n < 305; i++) { /* recorded a moment after the file is there */
        assert_true(str_to_i64(metric("gatehouse_messages_sent_total{channel=\"email\"}"), &n));
        (void)poll(NULL, 0, 5);
    }
    assert_int_equal(n, 305);
    static const struct step steps[] = {
        {"GET /audits/resources/audits/v2?count=1&offset=0&filter=late%40example.com", NULL,
         "200; total=2; data.0.action='message_sent'; data.0.severity='Info'; ~was sent by outbox;"
         "!~444444"},
        {"GET /audits/resources/audits/v2?count=1&offset=0&filter=nobody%40example.com", NULL,
         "200; total=0"},
    };
    SCENE(&scene, steps);
    assert_true(str_to_i64(metric("gatehouse_messages_queued"), &n));
    assert_int_equal(n, 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(goes_to_the_outbox),
        cmocka_unit_test(drops_decoys),
        cmocka_unit_test(writes_every_one_once),
        cmocka_unit_test(tells_what_it_did),
    };
    scene_start(&scene);
    int failed = cmocka_run_group_tests_name("server/deliver", tests, NULL, NULL);
    scene_stop(&scene);
    return failed;
}
