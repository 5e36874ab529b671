#ifndef SERVER_TEMPLATE_WORDS_H
#define SERVER_TEMPLATE_WORDS_H
/*
 * Values of template variables that are made rather than known: durations and times in words, what a
 * request came from, whole sentences, and the link. English; results live in the arena. No state;
 * any thread.
 */
#include "server/template_render.h"

/* "10 minutes", "1 hour", "7 days"; rounded up. */
struct str template_words_duration(struct arena *a, int64_t ms);
/* "5 June 2026, 09:41 UTC" */
struct str template_words_time(struct arena *a, int64_t ms);
/* Sets the times: when it happened, and until when link or code work (0: not said). */
void template_words_times(struct template_values *v, struct arena *a, int64_t now,
                          int64_t expires_at);
/* Makes greeting, validity, origin and invitation out of the other values, where not given. */
void template_words_sentences(struct template_values *v, struct arena *a);

/*
 * The pattern filled in, with userId and token at its end unless the pattern names {{token}} itself.
 * At the end also behind a '#', where single-page applications look. Absent if what comes out is no
 * address.
 */
struct str template_words_link(const struct template_values *v, struct arena *a,
                               struct str pattern);
#endif
