#ifndef FAKE_GOLDEN_H
#define FAKE_GOLDEN_H
/*
 * Screens kept as files: a table of scenes, each played on a bench and compared with
 * tests/golden/NAME-COLSxROWS.txt. With GATEHOUSE_GOLDEN_UPDATE in the environment the files are
 * written instead. `make doc` makes doc/screens.md of them.
 */
#include "tests/support/unit.h"
#include "tests/unit/ui/fake/bench.h"

struct golden_scene {
    const char *name;
    void (*script)(struct bench *b); /* answers other than the standard ones; may be NULL */
    const char *keys[6];             /* by turns: keys, then text typed, then keys ... */
    bool pending;                    /* leave calls unanswered */
    bool sizes;                      /* also small and large */
};

/* Runs one test for each scene, and these; a result of main. */
int golden_main(const struct golden_scene *scenes, size_t n, const struct CMUnitTest *more,
                size_t n_more);
/* Compares the text with tests/golden/NAME.txt. */
void golden_compare(struct str got, const char *name);
#endif
