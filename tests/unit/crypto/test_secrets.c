/* Random tokens, password hashes and sealed values. */
#include "crypto/password.h"
#include "crypto/seal.h"
#include "crypto/token.h"

#include "base/file.h"
#include "tests/support/unit.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/stat.h>

static struct arena arena;

static int
setup(void **state)
{
    (void)state;
    arena_init(&arena, 1 << 22);
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    arena_fini(&arena);
    return 0;
}

/* -- tokens -- */

static void
tokens_are_long_and_all_different(void **state)
{
    (void)state;
    struct str a = token_new(&arena), b = token_new(&arena);
    assert_int_equal(a.n, 43);
    assert_false(str_eq(a, b));
}

/* FIPS 180-4, the one-block example and the empty message. */
static void
fingerprints_are_sha256(void **state)
{
    (void)state;
    assert_str(token_hash_hex(&arena, STR("abc")),
               "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_str(token_hash_hex(&arena, STR_ABSENT),
               "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

static void
only_the_whole_token_matches(void **state)
{
    (void)state;
    struct str token = token_new(&arena), hex = token_hash_hex(&arena, token);
    assert_true(token_matches(token, hex));
    assert_false(token_matches(token, str_sub(hex, 0, 63)));
    assert_false(token_matches(token, STR_ABSENT));
    for (size_t n = 0; n < token.n; n++)
        assert_false(token_matches(str_sub(token, 0, n), hex));
    char copy[43];
    for (size_t i = 0; i < sizeof copy; i++)
        for (int bit = 0; bit < 8; bit++) {
            memcpy(copy, token.p, sizeof copy);
            copy[i] = (char)(copy[i] ^ (1 << bit));
            assert_false(token_matches((struct str){copy, sizeof copy}, hex));
        }
}

/* -- passwords -- */

static bool
matches(struct password_gate *g, struct str password, struct str hash)
{
    bool match = true;
    assert_int_equal(password_verify(g, password, hash, &match, NULL), ERR_OK);
    return match;
}

static void
a_password_matches_its_hash_alone(void **state)
{
    (void)state;
    struct password_gate *g = password_gate_new(2, 4);
    struct str hash, again;
    assert_int_equal(password_hash(g, STR("correct horse"), &arena, &hash, NULL), ERR_OK);
    assert_int_equal(password_hash(g, STR("correct horse"), &arena, &again, NULL), ERR_OK);
    assert_true(str_starts(hash, STR("$argon2id$v=19$m=19456,t=2,p=1$")));
    assert_false(str_eq(hash, again));
    assert_true(matches(g, STR("correct horse"), hash));
    assert_false(matches(g, STR("correct horsf"), hash));
    assert_false(matches(g, STR("correct horse "), hash));
    assert_false(matches(g, STR(""), hash));
    assert_false(matches(g, STR("correct horse"), STR_ABSENT));
    password_gate_free(g);
}

static void
long_passwords_count_to_the_last_byte(void **state)
{
    (void)state;
    struct password_gate *g = password_gate_new(2, 4);
    char text[PASSWORD_MAX + 1];
    memset(text, 'x', sizeof text);
    struct str hash, all = {text, PASSWORD_MAX};
    assert_int_equal(password_hash(g, all, &arena, &hash, NULL), ERR_OK);
    assert_true(matches(g, all, hash));
    text[73] = 'y';
    assert_false(matches(g, all, hash));
    assert_int_equal(password_hash(g, (struct str){text, PASSWORD_MAX + 1}, &arena, &hash, NULL),
                     ERR_INVALID);
    password_gate_free(g);
}

/* Made with libsodium, which has an implementation of its own. */
#define SMALLER                                                                                    \
    "$argon2id$v=19$m=8192,t=3,p=1$aJjORrknxG92xHC6YYBckg$zUpcNfOSXDigZ/9UATndbGetmuEs+OcaZs/"     \
    "4Cw6zfJY"
static void
foreign_argon2_hashes_verify(void **state)
{
    (void)state;
    static const char *const hashes[] = {
        SMALLER,
        "$argon2i$v=19$m=8192,t=3,p=1$g+QU+h5t/Z2nn0y+VJDxVg$NUiK89N02yOtQEmSKVfyp0x5uf/FfHE/bL3v/"
        "rNqyvA"};
    struct password_gate *g = password_gate_new(2, 4);
    for (size_t i = 0; i < sizeof hashes / sizeof *hashes; i++) {
        assert_true(matches(g, STR("password"), str_of(hashes[i])));
        assert_false(matches(g, STR("Password"), str_of(hashes[i])));
    }
    password_gate_free(g);
}

static void
costly_and_broken_hashes_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "$argon2id$v=19$m=4194304,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwuA9U1bMCHGUY",
        "$argon2id$v=19$m=256,t=4294967295,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwuA9U1bMC",
        "$argon2id$v=19$m=256,t=2,p=4294967295$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwuA9U1bMC",
        "$argon2id$v=19$m=256,t=0,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwuA9U1bMCHGUY",
        "$argon2id$v=19$m=-1,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwuA9U1bMCHGUY",
        "$argon2d$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwuA9U1bMCHGUY",
        "$2y$10$abcdefghijklmnopqrstuv",
        "argon2id",
        "$",
        "",
        "plain text"};
    struct password_gate *g = password_gate_new(2, 4);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_false(password_hash_ok(str_of(bad[i])));
        assert_false(matches(g, STR("password"), str_of(bad[i])));
    }
    password_gate_free(g);
}

/* -- memory that goes from one to the next -- */

struct turn {
    struct password_gate *g;
    struct str hash;
    int right;
    pthread_t thread;
};

static void *
take_turns(void *arg)
{
    struct turn *t = arg;
    for (int i = 0; i < 4; i++) {
        bool match = false;
        enum err_code rc =
            password_verify(t->g, i % 2 ? STR("password") : STR("Password"), t->hash, &match, NULL);
        t->right += rc == ERR_OK && match == (i % 2 != 0);
    }
    return NULL;
}

static void
those_who_wait_use_the_same_memory(void **state)
{
    (void)state;
    struct turn turns[6];
    struct str own;
    struct password_gate *g = password_gate_new(2, 6);
    assert_int_equal(password_hash(g, STR("password"), &arena, &own, NULL), ERR_OK);
    for (int i = 0; i < 6; i++) {
        /* Of two sizes, so that some find less than they need. */
        turns[i] = (struct turn){.g = g, .hash = i % 2 ? own : str_of(SMALLER)};
        assert_int_equal(pthread_create(&turns[i].thread, NULL, take_turns, &turns[i]), 0);
    }
    for (int i = 0; i < 6; i++) {
        pthread_join(turns[i].thread, NULL);
        assert_int_equal(turns[i].right, 4);
    }
    password_gate_free(g);
}

struct crowd {
    struct password_gate *g;
    atomic_int done, busy;
};

static void *
hash_once(void *arg)
{
    struct crowd *c = arg;
    bool match;
    enum err_code rc = password_verify(c->g, STR("x"), STR_ABSENT, &match, NULL);
    atomic_fetch_add(rc == ERR_BUSY ? &c->busy : &c->done, 1);
    return NULL;
}

/* One place, one waiting: of eight at once some are turned away, and nobody is lost. */
static void
a_crowd_is_turned_away(void **state)
{
    (void)state;
    struct crowd c = {.g = password_gate_new(1, 1)};
    pthread_t threads[8];
    for (size_t i = 0; i < 8; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, hash_once, &c), 0);
    for (size_t i = 0; i < 8; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(atomic_load(&c.done) + atomic_load(&c.busy), 8);
    assert_true(atomic_load(&c.done) >= 2);
    password_gate_free(c.g);
}

/* -- sealing -- */

static void
sealed_values_open_in_their_place_alone(void **state)
{
    (void)state;
    struct seal *s = NULL, *stranger = NULL;
    assert_int_equal(seal_open(&s, NULL, NULL), ERR_OK);
    assert_int_equal(seal_open(&stranger, NULL, NULL), ERR_OK);
    struct buf sealed, plain;
    buf_init(&sealed, 4096);
    buf_init(&plain, 4096);
    assert_int_equal(seal_encrypt(s, STR("seed"), STR("users.mfa.1"), &sealed, NULL), ERR_OK);
    assert_int_equal(str_find(buf_str(&sealed), STR("seed")), -1);
    assert_int_equal(seal_decrypt(s, buf_str(&sealed), STR("users.mfa.1"), &plain, NULL), ERR_OK);
    assert_str(buf_str(&plain), "seed");
    assert_int_equal(seal_decrypt(s, buf_str(&sealed), STR("users.mfa.2"), &plain, NULL),
                     ERR_CORRUPT);
    assert_int_equal(seal_decrypt(stranger, buf_str(&sealed), STR("users.mfa.1"), &plain, NULL),
                     ERR_CORRUPT);
    for (size_t i = 0; i < sealed.n; i++) {
        sealed.p[i] = (char)(sealed.p[i] ^ 1);
        assert_int_equal(seal_decrypt(s, buf_str(&sealed), STR("users.mfa.1"), &plain, NULL),
                         ERR_CORRUPT);
        sealed.p[i] = (char)(sealed.p[i] ^ 1);
        assert_int_equal(
            seal_decrypt(s, str_sub(buf_str(&sealed), 0, i), STR("users.mfa.1"), &plain, NULL),
            ERR_CORRUPT);
    }
    buf_fini(&sealed);
    buf_fini(&plain);
    seal_close(s);
    seal_close(stranger);
}

static void
the_storage_key_is_kept_and_private(void **state)
{
    (void)state;
    const char *path = arena_text(&arena, unit_tmp_path("storage.key")).p;
    struct seal *s = NULL;
    struct buf sealed, plain;
    buf_init(&sealed, 4096);
    buf_init(&plain, 4096);
    assert_int_equal(seal_open(&s, path, NULL), ERR_OK);
    assert_int_equal(seal_encrypt(s, STR("seed"), STR("a"), &sealed, NULL), ERR_OK);
    seal_close(s);
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(seal_open(&s, path, NULL), ERR_OK);
    assert_int_equal(seal_decrypt(s, buf_str(&sealed), STR("a"), &plain, NULL), ERR_OK);
    seal_close(s);
    assert_int_equal(file_write(path, STR("not a key\n"), 0600, NULL), ERR_OK);
    struct err err = {.code = ERR_OK};
    assert_int_not_equal(seal_open(&s, path, &err), ERR_OK);
    assert_true(err.msg[0] != '\0');
    assert_null(s);
    buf_fini(&sealed);
    buf_fini(&plain);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tokens_are_long_and_all_different),
        cmocka_unit_test(fingerprints_are_sha256),
        cmocka_unit_test(only_the_whole_token_matches),
        cmocka_unit_test(a_password_matches_its_hash_alone),
        cmocka_unit_test(long_passwords_count_to_the_last_byte),
        cmocka_unit_test(those_who_wait_use_the_same_memory),
        cmocka_unit_test(foreign_argon2_hashes_verify),
        cmocka_unit_test(costly_and_broken_hashes_are_refused),
        cmocka_unit_test(a_crowd_is_turned_away),
        cmocka_unit_test(sealed_values_open_in_their_place_alone),
        cmocka_unit_test(the_storage_key_is_kept_and_private),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
