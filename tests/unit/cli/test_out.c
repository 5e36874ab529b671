#include "cli/out.h"
#include "cli/rows.h"
#include "tests/support/unit.h"
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

static struct out out;

static int
set_up(void **state)
{
    (void)state;
    out_init(&out, -1);
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    out_fini(&out);
    return 0;
}

static struct str
as_json(struct str text, bool pretty)
{
    struct err err;
    struct json *j = json_parse(text, 1 << 20, &err);
    if (!j)
        fail_msg("%s", err.msg);
    buf_reset(&out.buf);
    out_json(&out, j, pretty);
    json_free(j);
    return buf_str(&out.buf);
}

static void
json_stays_json_and_harms_no_terminal(void **state)
{
    (void)state;
    assert_str(as_json(STR("{\"a\":\"\\u001b]52;c;x\\u0007\"}"), false),
               "{\"a\":\"\\u001b]52;c;x\\u0007\"}");
    assert_str(as_json(STR("[\"\xc2\x9b"
                           "31m\"]"),
                       false),
               "[\"\\u009b31m\"]");
    assert_str(as_json(STR("[\"\x7f\"]"), false), "[\"\\u007f\"]");
    assert_str(as_json(STR("[\"\xe2\x80\xae\xe2\x80\x8b\"]"), false), "[\"\\u202e\\u200b\"]");
    assert_str(as_json(STR("[\"\xf3\xa0\x81\x81\"]"), false), "[\"\\udb40\\udc41\"]");
    assert_str(as_json(STR("[\"Z\xc3\xbcrich \xe6\x9d\xb1\xe4\xba\xac\"]"), false),
               "[\"Z\xc3\xbcrich \xe6\x9d\xb1\xe4\xba\xac\"]");
}

static void
a_thousand_marks_round_trip_as_escapes(void **state)
{
    (void)state;
    struct buf text;
    struct err err;
    buf_init(&text, 1 << 20);
    buf_add_text(&text, "[\"e");
    for (int i = 0; i < 1000; i++)
        buf_add_text(&text, "\xcc\x81");
    buf_add_text(&text, "\"]");
    struct str written = as_json(buf_str(&text), false);
    for (size_t i = 0; i < written.n; i++)
        assert_true((unsigned char)written.p[i] < 0x80);
    struct json *before = json_parse(buf_str(&text), 1 << 20, &err);
    struct json *after = json_parse(written, 1 << 20, &err);
    assert_true(json_equal(before, after));
    json_free(before);
    json_free(after);
    buf_fini(&text);
}

static struct str
table(struct str rows_text, struct str columns, enum cli_format format, int screen)
{
    struct err err;
    struct json *list = json_parse(rows_text, 1 << 20, &err);
    struct rows rows = {.out = &out, .format = format, .screen = screen};
    buf_reset(&out.buf);
    assert_true(rows_columns(&rows, columns, NULL));
    rows_write(&rows, list, SIZE_MAX);
    rows_end(&rows);
    json_free(list);
    return buf_str(&out.buf);
}

static void
tables_line_up(void **state)
{
    (void)state;
    assert_str(table(STR("[{\"id\":\"1\",\"n\":\"\xe6\x9d\xb1\",\"x\":true},{\"id\":\"22\"}]"),
                     STR("id,n,x"), CLI_TABLE, 0),
               "id  n   x\n1   \xe6\x9d\xb1  true\n22      \n");
    assert_str(table(STR("[]"), STR("id,n"), CLI_TABLE, 0), "id  n\n");
    assert_str(table(STR("[{\"a\":\"x\\u001b[2Jy\\r\"}]"), STR("a"), CLI_TABLE, 0),
               "a\nx\\e[2Jy\\r\n");
}

static void
tables_fit_the_screen(void **state)
{
    (void)state;
    struct str rows = STR("[{\"id\":\"1234567890123456789012345\",\"description\":\"short\"}]");
    assert_str(table(rows, STR("id,description"), CLI_TABLE, 30),
               "id                 description\n1234567890123456\xe2\x80\xa6  short\n");
    assert_str(table(rows, STR("id,description"), CLI_TABLE, 5),
               "id        descript\n1234567\xe2\x80\xa6  short\n");
}

static void
every_format_frames_an_empty_list(void **state)
{
    (void)state;
    assert_str(table(STR("[]"), STR("a"), CLI_JSON, 0), "[]\n");
    assert_int_equal(table(STR("[]"), STR("a"), CLI_NDJSON, 0).n, 0);
    assert_str(table(STR("[]"), STR("a,b"), CLI_CSV, 0), "a,b\r\n");
}

static void
fields_are_found_by_dotted_names(void **state)
{
    (void)state;
    struct str rows = STR("[{\"t\":[{\"id\":\"A\",\"r\":[{\"key\":\"k1\"},{\"key\":\"k2\"}]}],"
                          "\"a.b\":1,\"o\":{\"z\":[1,2]}}]");
    assert_str(table(rows, STR("t.0.id,t.0.r,a.b,o.z,o,t.7.id,none"), CLI_CSV, 0),
               "t.0.id,t.0.r,a.b,o.z,o,t.7.id,none\r\nA,k1 k2,1,1 2,\"{\"\"z\"\":[1,2]}\",,\r\n");
}

static void
json_lists_stream_in_pieces(void **state)
{
    (void)state;
    struct err err;
    struct json *list = json_parse(STR("[{\"a\":1},{\"a\":2}]"), 100, &err);
    struct rows rows = {.out = &out, .format = CLI_JSON};
    buf_reset(&out.buf);
    rows_write(&rows, list, 2);
    rows_write(&rows, list, 1);
    rows_end(&rows);
    struct json *all = json_parse(buf_str(&out.buf), 1000, &err);
    assert_int_equal(json_len(all), 3);
    json_free(all);
    json_free(list);
}

static void
a_full_disk_is_noticed(void **state)
{
    (void)state;
    struct out full;
    int fd = open("/dev/full", O_WRONLY);
    if (fd < 0)
        skip();
    out_init(&full, fd);
    out_text(&full, "x");
    assert_false(out_flush(&full));
    assert_int_equal(full.error, ENOSPC);
    out_fini(&full);
    close(fd);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json_stays_json_and_harms_no_terminal),
        cmocka_unit_test(a_thousand_marks_round_trip_as_escapes),
        cmocka_unit_test(tables_line_up),
        cmocka_unit_test(tables_fit_the_screen),
        cmocka_unit_test(every_format_frames_an_empty_list),
        cmocka_unit_test(fields_are_found_by_dotted_names),
        cmocka_unit_test(json_lists_stream_in_pieces),
        cmocka_unit_test(a_full_disk_is_noticed),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
