#ifndef UI_LIVE_H
#define UI_LIVE_H
/*
 * Sessions as they come and go: of one person, of the marked ones, of a tenant; by age, idleness,
 * address, client or second factor; counted by person, address or client; ended one by one or many
 * at a time, and read back until that is so.
 *
 * A service with the extension answers for a whole tenant in one call. One without it, which its
 * answer to the first call tells, is asked person by person, slowly, and the pane says how far that
 * is. UI thread only.
 */
#include "base/list.h"
#include "base/map.h"
#include "ui/app.h"
#include "ui/marks.h"

/* `W` on a user, or on the marked users of the list. */
void live_open_user(struct app *app, const struct json *row, struct str tenant);
/* `:sessions`: of the user under the cursor in a list of users with marks, else of the tenant. */
void live_open_here(struct app *app);

/* ---- inside ui/live*.c, and the tests ---- */

enum {
    LIVE_ID = 128,
    LIVE_TEXT = 128,
    LIVE_ROWS_MAX = 10000,
    LIVE_PAGE = 200,
    LIVE_IDS = 100, /* so many ids in one call */
    LIVE_USERS_MAX = 20000,
    LIVE_FRESH_MS = 10000, /* that long new and ended rows are shown as such */
    LIVE_AT_ONCE = 4,      /* people asked at the same time, */
    LIVE_PACE_MS = 50,     /* one after so long */
    LIVE_AGAIN = 12,       /* people asked again in one turn, when all were asked once */
    LIVE_INTERVAL_MS = 2000
};

struct live_row {
    char id[LIVE_ID], user_id[LIVE_ID];
    char email[LIVE_TEXT], ip[48], client[64], agent[LIVE_TEXT];
    int mfa; /* strength, -1: the service does not say */
    bool current, impersonated;
    int64_t created_at, used_at; /* wall; used_at 0: the service does not say */
    int64_t fresh_until;         /* monotonic; new for those who look, until then */
    int64_t ended_until;         /* monotonic; 0: it lives; else it is shown as ended until then */
    bool seen;                   /* in the person's last answer */
};

enum live_order { LIVE_AGE, LIVE_IDLE, LIVE_IP, LIVE_CLIENT, LIVE_MFA, LIVE_ORDERS };
enum live_by { LIVE_ROWS, LIVE_BY_USER, LIVE_BY_IP, LIVE_BY_CLIENT };

/* Sessions by id, and in order. Owns its rows. */
struct live_set {
    struct live_row **at;
    size_t n, size;
    struct map by_id;
    enum live_order order;
    bool descending;
};
void live_set_init(struct live_set *s);
void live_set_fini(struct live_set *s);
void live_set_clear(struct live_set *s);
struct live_row *live_set_get(const struct live_set *s, struct str id);
/* Adds a copy, or brings the one of that id up to date; true if it was not there. Full: false. */
bool live_set_put(struct live_set *s, const struct live_row *row);
/* It ended: shown so for a while. False if it is not there, or ended before. */
bool live_set_end(struct live_set *s, struct str id);
/* Drops what ended long enough ago. True if something changed on the screen. */
bool live_set_tick(struct live_set *s);
void live_set_sort(struct live_set *s, enum live_order order, bool descending);
size_t live_set_living(const struct live_set *s);
/* Negative, 0 or positive in the order of the set. */
int live_set_compare(const struct live_set *s, const struct live_row *a, const struct live_row *b);
/* From an answer of the extension, or of a person's own list (`user`, `email` say whose). */
bool live_row_read(struct live_row *out, const struct json *j);
bool live_row_read_own(struct live_row *out, const struct json *j, const char *user,
                       const char *email);
const char *live_mfa_name(int mfa);

/* Which sessions a pane is about, besides its tenant. */
struct live_scope {
    char (*users)[LIVE_ID]; /* n of them, owned; 0: everybody */
    size_t n;
    char name[LIVE_TEXT]; /* how they are called */
    char ip[48], client[64];
};

struct live_group {
    char key[LIVE_ID], name[LIVE_TEXT];
    int64_t sessions;
};

/* Asking person by person. */
struct live_person {
    char id[LIVE_ID], email[LIVE_TEXT];
    bool read; /* asked at least once */
};
struct live;
struct live_slot {
    struct live *live;
    size_t person;
    bool busy;
};
struct live_fan {
    struct live_person *people;
    size_t n, size;
    int64_t total; /* people there are; -1: not known yet */
    int64_t page;  /* of the list of users, to be read next */
    bool listing, listed;
    size_t next; /* to be asked next */
    size_t read; /* asked at least once */
    size_t failed;
    int64_t ask_at; /* monotonic: not before */
    struct live_slot slots[LIVE_AT_ONCE];
    size_t queue[LIVE_AGAIN], n_queue; /* to be asked again in this turn */
};

enum live_what { LIVE_END_IDS, LIVE_END_USER, LIVE_END_IP, LIVE_END_CLIENT, LIVE_END_ALL };

/* What was asked to end, from the question to its being true. */
struct live_end {
    enum live_what what;
    char key[LIVE_ID]; /* user, address or client */
    char label[LIVE_TEXT];
    char except[LIVE_ID];    /* one's own session, "" for none */
    struct live_person *ids; /* sessions (id) and whose they are (email holds the user's id) */
    size_t n, at;            /* at: how far it is */
    bool active, checking;
    int64_t ended, failed;
    int64_t began_at;     /* wall, by the service's clock: what began later is not meant */
    int64_t tokens_until; /* wall; 0: none is good any more, -1: not known */
    int64_t tokens_s;     /* as long at most, when not known exactly */
    int64_t check_at;     /* monotonic: next time to look */
    unsigned tries;
    size_t left; /* of them still there at the last look */
    char failure[320];
};

struct live {
    struct pane pane;
    struct live_set set;
    struct live_scope scope;
    size_t *view; /* rows of the set that the filter lets through */
    size_t n_view, view_size;
    char filter[LIVE_TEXT];
    size_t cursor, top, range;
    char cursor_id[LIVE_ID];
    int body_rows;
    struct marks marks;
    enum live_by by;
    struct live_group *groups;
    size_t n_groups;
    bool paused, follow;
    int64_t interval_ms, next_at; /* monotonic */
    /* what is known of the service */
    bool fan_out, loaded;
    bool loading, changing; /* calls under way */
    char changes[64];       /* how far the log of changes was read */
    char next[LIVE_ID * 2]; /* place behind the last row; "" when all are here */
    int64_t total;          /* -1: not known */
    bool total_is_more;
    int64_t since;      /* wall, by the service's clock: when it was filled */
    int64_t came, went; /* of those that were seen */
    int64_t read_at;    /* wall, of the last answer */
    char failure[300];
    struct live_fan fan;
    struct live_end end;
};

struct live *live_of(struct pane *p);
/* live.c */
struct live *live_new(const char *tenant);
void live_scope_user(struct live *l, const char *id);
/* Takes it over and begins to read. */
void live_open(struct app *app, struct live *take);
void live_rebuild(struct live *l);
void live_move(struct live *l, size_t to);
struct live_row *live_here(const struct live *l);
size_t live_len(const struct live *l);
/* live_source.c: reading. */
void live_reload(struct live *l);
void live_want_more(struct live *l);
void live_refresh(struct live *l);
void live_stop(struct live *l);
/* Whether a row belongs to what the pane is about. */
bool live_meant(const struct live *l, const struct live_row *row);
struct json *live_users(const struct live *l);
struct values *live_values(const struct live *l, enum op_id op);
void live_send(struct live *l, struct values *take, struct str user, bool background,
               result_fn *done, void *ctx);
void live_failed(struct live *l, const struct result *r);
/* live_fan.c: the same from a service that knows sessions only by person. */
void live_fan_start(struct live *l);
void live_fan_turn(struct live *l);
/* Another turn begins: those in view are asked again, then some others. */
void live_fan_again(struct live *l);
void live_fan_groups(struct live *l);
/* Milliseconds until live_fan_turn is wanted, -1: never. */
int64_t live_fan_next_ms(const struct live *l);
/* live_ask.c: asks, then live_end_begin carries out what l->end says. */
void live_ask_rows(struct live *l, uint32_t key);
void live_ask(struct live *l, enum live_what what, uint32_t key);
/* live_end.c */
void live_end_begin(struct live *l);
void live_end_turn(struct live *l);
void live_end_fini(struct live *l);
/* live_keys.c */
bool live_command(struct pane *p, enum command cmd);
bool live_key(struct pane *p, uint32_t key);
void live_hints(const struct pane *p, struct hints *h);
void live_help(const struct pane *p, struct buf *out);
/* live_draw.c */
void live_draw(struct pane *p, struct canvas *cv, struct rect r);
void live_info(const struct pane *p, struct buf *out);
#endif
