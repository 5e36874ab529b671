#include "base/rand.h"

#include "tests/support/unit.h"
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

static void
draws_differ(void **state)
{
    (void)state;
    static const size_t sizes[] = {8, 16, 64, 65, 511, 512, 5000};
    unsigned char a[5000], b[5000];
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        rand_bytes(a, sizes[i]);
        rand_bytes(b, sizes[i]);
        assert_memory_not_equal(a, b, sizes[i]);
    }
    memset(a, 7, sizeof a);
    rand_bytes(a, 0);
    assert_int_equal(a[0], 7);
}

static void
small_draws_fill_every_bit(void **state)
{
    (void)state;
    unsigned char ones[3] = {0}, zeros[3] = {0xff, 0xff, 0xff};
    for (int i = 0; i < 2000; i++) {
        unsigned char b[3];
        rand_bytes(b, sizeof b);
        for (size_t k = 0; k < sizeof b; k++) {
            ones[k] |= b[k];
            zeros[k] &= b[k];
        }
    }
    assert_memory_equal(ones, "\xff\xff\xff", 3);
    assert_memory_equal(zeros, "\0\0\0", 3);
}

static void
below_is_within_and_reaches_all(void **state)
{
    (void)state;
    unsigned seen[7] = {0};
    for (int i = 0; i < 2000; i++) {
        uint32_t v = rand_below(7);
        assert_true(v < 7);
        seen[v]++;
    }
    for (size_t i = 0; i < 7; i++)
        assert_true(seen[i] > 150);
    assert_int_equal(rand_below(1), 0);
    for (int i = 0; i < 100; i++)
        assert_true(rand_below(UINT32_MAX) < UINT32_MAX);
}

static void
below_nothing(void *arg)
{
    (void)arg;
    (void)rand_below(0);
}

static void
below_zero_aborts(void **state)
{
    (void)state;
    assert_aborts(below_nothing, NULL);
}

static void
uuids_have_their_form(void **state)
{
    (void)state;
    char a[RAND_UUID_SIZE], b[RAND_UUID_SIZE];
    for (int i = 0; i < 100; i++) {
        assert_ptr_equal(rand_uuid(a), a);
        assert_int_equal(strlen(a), 36);
        for (size_t k = 0; k < 36; k++) {
            if (k == 8 || k == 13 || k == 18 || k == 23)
                assert_int_equal(a[k], '-');
            else
                assert_non_null(strchr("0123456789abcdef", a[k]));
        }
        assert_int_equal(a[14], '4');
        assert_non_null(strchr("89ab", a[19]));
        assert_string_not_equal(a, rand_uuid(b));
    }
    struct arena arena;
    arena_init(&arena, 1000);
    assert_int_equal(rand_uuid_str(&arena).n, 36);
    struct str hex = rand_hex(&arena, 20);
    assert_int_equal(hex.n, 40);
    assert_int_equal(strspn(hex.p, "0123456789abcdef"), 40);
    assert_str(rand_hex(&arena, 0), "");
    arena_fini(&arena);
}

static void
a_seed_fixes_the_sequence(void **state)
{
    (void)state;
    char first[RAND_UUID_SIZE], second[RAND_UUID_SIZE], again[RAND_UUID_SIZE];
    rand_pin(42);
    (void)rand_uuid(first);
    (void)rand_uuid(second);
    assert_string_not_equal(first, second);
    rand_pin(42);
    assert_string_equal(rand_uuid(again), first);
    /* Hash seeds and file names do not disturb the sequence. */
    unsigned char other[16];
    rand_bytes_system(other, sizeof other);
    (void)str_hash(STR("x"));
    assert_string_equal(rand_uuid(again), second);
    rand_pin(43);
    assert_string_not_equal(rand_uuid(again), first);
    rand_pin(0);
    (void)rand_uuid(first);
    rand_pin(0);
    assert_string_not_equal(rand_uuid(again), first);
}

/* Both sides of a fork must not draw from the same pool. */
static void
a_fork_does_not_repeat(void **state)
{
    (void)state;
    char ours[RAND_UUID_SIZE], theirs[RAND_UUID_SIZE] = "";
    (void)rand_uuid(ours);
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        ssize_t n = write(ends[1], rand_uuid(theirs), RAND_UUID_SIZE);
        _exit(n == RAND_UUID_SIZE ? 0 : 1);
    }
    (void)rand_uuid(ours);
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_int_equal(read(ends[0], theirs, sizeof theirs), RAND_UUID_SIZE);
    assert_string_not_equal(ours, theirs);
    close(ends[0]);
    close(ends[1]);
}

static void *
draw(void *arg)
{
    return rand_uuid(arg);
}

static void
threads_do_not_repeat(void **state)
{
    (void)state;
    char ours[RAND_UUID_SIZE], theirs[RAND_UUID_SIZE];
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, draw, theirs), 0);
    (void)rand_uuid(ours);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_string_not_equal(ours, theirs);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(draws_differ),
        cmocka_unit_test(small_draws_fill_every_bit),
        cmocka_unit_test(below_is_within_and_reaches_all),
        cmocka_unit_test(below_zero_aborts),
        cmocka_unit_test(uuids_have_their_form),
        cmocka_unit_test(a_seed_fixes_the_sequence),
        cmocka_unit_test(a_fork_does_not_repeat),
        cmocka_unit_test(threads_do_not_repeat),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
