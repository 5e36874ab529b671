/*
 * A name look-up that hangs. This program brings its own getaddrinfo, which the dynamic linker
 * prefers to the C library's.
 */
#include "base/clock.h"
#include "tests/support/jobs.h"
#include "tests/support/unit.h"
#include <netdb.h>
#include <poll.h>
#include <stdatomic.h>

static atomic_int asked, release;

int
getaddrinfo(const char *restrict node, const char *restrict service,
            const struct addrinfo *restrict hints, struct addrinfo **restrict out)
{
    (void)node;
    (void)service;
    (void)hints;
    *out = NULL;
    atomic_store(&asked, 1);
    while (!atomic_load(&release))
        poll(NULL, 0, 5);
    return EAI_NONAME;
}

static void
a_stuck_look_up_holds_nobody(void **state)
{
    (void)state;
    struct worker *w = jobs_start(0);
    uint64_t id = worker_submit(w, jobs_new(HTTP_GET, "http://stuck.example", "/", 20000));
    for (int i = 0; i < 4000 && !atomic_load(&asked); i++)
        poll(NULL, 0, 5);
    assert_true(atomic_load(&asked)); /* else this test tests nothing */
    int64_t began = clock_mono_ms();
    worker_cancel(w, id);
    struct http_job *job = jobs_take(w);
    assert_int_equal(job->err.code, ERR_CANCELLED);
    assert_false(job->sent);
    http_job_free(job);
    job = jobs_run(w, jobs_new(HTTP_POST, "http://stuck.example", "/", 100));
    assert_int_equal(job->err.code, ERR_TIMEOUT);
    assert_false(job->sent);
    http_job_free(job);
    worker_submit(w, jobs_new(HTTP_GET, "http://stuck.example", "/", 20000));
    worker_stop(w);
    assert_true(clock_mono_ms() - began < 2000);
    atomic_store(&release, 1);
    poll(NULL, 0, 50); /* the abandoned threads of libcurl end now, not during exit */
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stuck_look_up_holds_nobody),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
