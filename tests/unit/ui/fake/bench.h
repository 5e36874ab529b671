#ifndef FAKE_BENCH_H
#define FAKE_BENCH_H
/*
 * A console on a bench: app, fake client, canvas, pinned clock. Keys are given by name, the screen
 * is read as text.
 */
#include "tests/unit/ui/fake/fakeclient.h"
#include "ui/app.h"

struct bench {
    struct app app;
    struct app_host host;
    struct client *client;
    struct canvas canvas;
    struct buf screen;
    char copied[4096];
    char theme[64];
};

struct bench_setup {
    int rows, cols; /* 0: 24 x 80 */
    const char *tenant;
    bool read_only, production;
    int idle_lock_min;
    const char *client_id, *secret_file;
};

void bench_open(struct bench *b, const struct bench_setup *setup);
void bench_close(struct bench *b);
/* Opens the first pane; call after the answers are scripted. */
void bench_attach(struct bench *b);
/* Keys by name, separated by spaces: "Down Down Enter". Calls are answered in between. */
void bench_keys(struct bench *b, const char *keys);
/* The same without answering. */
void bench_keys_only(struct bench *b, const char *keys);
void bench_type(struct bench *b, const char *text);
/* ":line" and Enter. */
void bench_line(struct bench *b, const char *line);
/* So many minutes later; what was due by then is done. */
void bench_minutes(struct bench *b, int minutes);
/* The frame as text, with `roles` also the map of roles and which pane has the keys. */
struct str bench_screen(struct bench *b, bool roles);
/* Fails the test, with the screen, unless the frame holds the text. */
void bench_shows(struct bench *b, const char *text);
void bench_hides(struct bench *b, const char *text);
/* Fails unless the log of calls holds the text. */
void bench_sent(struct bench *b, const char *text);
void bench_not_sent(struct bench *b, const char *text);

/* Scripts: users (n of them, paged), tenants, roles, permissions. */
void bench_users(struct bench *b, size_t n);
void bench_standard(struct bench *b);
/* The member of a query as a number. */
int64_t bench_number(const struct values *values, const char *name, int64_t otherwise);
#endif
