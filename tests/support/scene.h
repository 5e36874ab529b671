#ifndef TESTS_SUPPORT_SCENE_H
#define TESTS_SUPPORT_SCENE_H
/*
 * Scenarios over real sockets, written as tables of steps. A step is a request, a body, and what is
 * expected of the answer; ' stands for " throughout and $name for a value kept before.
 *
 *   request  "METHOD PATH [@TENANT] [~TOKEN] [+Header:value]..."
 *            @TENANT sends frontegg-tenant-id; ~none sends no token, ~name the one kept as `name`,
 *            nothing the environment's.
 *            "AWAIT METHOD PATH ..." asks again and again until the answer is as expected: for what a
 *            job in the background does. Until one such step the audits of jobs are not counted.
 *            "OUTBOX ADDRESS" waits for the next message to that address or number; its file in the
 *            outbox is the answer, with status 200: "200; code>code; link?". "OUTBOX ADDRESS TYPE"
 *            passes over those of other types.
 *   expect   "STATUS; CLAUSE; CLAUSE": `path=JSON` equal, `path!` absent, `path?` given and not
 *            null, `path#N` so many elements, `path>name` keep, `~text` the body holds it,
 *            `!~text` it does not. A path goes through members and indexes by dots; `*` collects:
 *            items.*.name=['a','b']. An empty path is the whole answer.
 *
 * Besides, every answer is held against the catalogue: a success has exactly the declared members
 * with their kinds, the envelope of pages, or no body at all; a failure has the service's shape;
 * both carry a trace id. A change leaves exactly one audit, everything else none. One scene belongs to one test program, which is one thread.
 */
#include "api/op.h"
#include "tests/support/testserver.h"
#include "tests/support/unit.h"

#include "base/mem.h"
#include "server/ops/ops.h"

enum { SCENE_VALUES_MAX = 128 };

struct step {
    const char *request, *body, *expect;
};

struct scene {
    struct tserver t;
    struct tserver_reply reply; /* of the last step */
    bool answered[OP_COUNT];    /* operations that have succeeded */
    struct {
        struct str name, value;
    } kept[SCENE_VALUES_MAX];
    size_t n_kept;
    int64_t audits; /* so many are expected to be there */
    bool working;   /* a job was started and not yet waited for */
};

void scene_start(struct scene *s);
void scene_start_with(struct scene *s, const struct tserver_options *o);
void scene_stop(struct scene *s);

/* Runs the steps in order; the first that fails fails the test with its request and the answer. */
void scene_run(struct scene *s, const struct step *steps, size_t n);
#define SCENE(s, steps) scene_run((s), (steps), COUNT_OF(steps))

/* After requests that were no steps: from here on audits are counted again. */
void scene_recount(struct scene *s);

void scene_keep(struct scene *s, const char *name, struct str value);
/* A token that the kept user has in the tenant, with every permission. */
void scene_keep_token(struct scene *s, const char *name, const char *user, const char *tenant);
struct str scene_value(const struct scene *s, const char *name); /* fails the test if not kept */
/* The text with $name and ' replaced; lives as long as the scene. */
const char *scene_text(struct scene *s, const char *text);

/* Fails for each bound operation below one of the path prefixes that never succeeded. */
void scene_ledger(const struct scene *s, const char *const *prefixes);
/* For each operation of the modules (a NULL ends them), see server/ops/ops.h. */
void scene_ledger_of(const struct scene *s, const struct op_binding *const *modules);
bool scene_is_bound(const struct scene *s, const struct op *op);
#endif
