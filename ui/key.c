/*
 * The decoder. Escape sequences are read by their grammar (ECMA-48), so an unknown one has a known
 * end and is thrown away whole. A sequence torn apart by a slow line is the danger: its head may
 * have been taken for a lone ESC already, and its rest would then act as keys. So what follows a
 * lone ESC at short distance and looks like such a rest is thrown away too.
 */
#include "ui/key.h"

#include "base/mem.h"
#include "base/utf8.h"

enum {
    ESC = 0x1b,
    IN_MAX = 256 * 1024,
    ESC_MS = 25,
    SEQUENCE_MS = 1000, /* a sequence that stops half-way is given up after this */
    UTF8_MS = 100,      /* likewise a character */
    ESC_REST_MS = 500,  /* a torn sequence: how late its rest may be */
    TAIL_MS = 20,       /* nobody types so soon after a paste */
    PASTE_STALL_MS = 5000,
    SEQUENCE_MAX = 64
};

static const char paste_end[] = "\033[201~";
enum { PASTE_END = sizeof paste_end - 1 };

void
key_decoder_init(struct key_decoder *d)
{
    *d = (struct key_decoder){.esc_ms = ESC_MS, .esc_key_ms = -ESC_REST_MS};
    buf_init(&d->in, IN_MAX);
    buf_init(&d->paste, PASTE_MAX);
}

void
key_decoder_fini(struct key_decoder *d)
{
    buf_fini(&d->in);
    buf_fini(&d->paste);
}

void
key_decoder_add(struct key_decoder *d, struct str bytes, uint32_t key)
{
    bool fits = bytes.n >= 2 && bytes.n <= KEY_SEQUENCE && d->sequences_n < KEY_SEQUENCES;
    if (!fits || bytes.p[0] != ESC)
        return;
    struct key_sequence *s = &d->sequences[d->sequences_n++];
    memcpy(s->bytes, bytes.p, bytes.n);
    s->n = (uint8_t)bytes.n;
    s->key = key;
}

void
key_decoder_feed(struct key_decoder *d, struct str bytes, int64_t now_ms)
{
    if (d->at == d->in.n) {
        buf_reset(&d->in);
        d->at = 0;
    }
    if (d->in.n + bytes.n > IN_MAX) {
        struct str rest = str_sub(buf_str(&d->in), d->at, d->in.n);
        memmove(d->in.p, rest.p, rest.n);
        d->in.n = rest.n;
        d->at = 0;
    }
    if (bytes.n <= IN_MAX - d->in.n)
        buf_add_str(&d->in, bytes);
    d->arrived_ms = now_ms;
}

static struct str
unread(const struct key_decoder *d)
{
    return str_sub(buf_str(&d->in), d->at, d->in.n);
}

static bool
make_key(struct event *out, uint32_t key)
{
    *out = (struct event){.kind = EVENT_KEY, .key = key};
    return true;
}

/* --- Sequences --- */

struct csi {
    size_t n; /* bytes with the ESC; 0: not complete */
    int params[2];
    char final;
    bool plain; /* only digits and ';' before the final byte */
};

static void
add_param_byte(struct csi *c, int *param, unsigned char b)
{
    if (b == ';')
        ++*param;
    else if (b < '0' || b > '9')
        c->plain = false;
    else if (*param < 2 && c->params[*param] < 10000)
        c->params[*param] = c->params[*param] * 10 + (b - '0');
}

/* Reads ESC [ ... from its first byte. */
static struct csi
read_csi(struct str s)
{
    struct csi c = {.plain = true};
    int param = 0;
    for (size_t i = 2; i < s.n && i < SEQUENCE_MAX; i++) {
        unsigned char b = (unsigned char)s.p[i];
        if (b >= 0x20 && b < 0x40) {
            add_param_byte(&c, &param, b);
            continue;
        }
        /* A byte outside the grammar ends it as well; it is not part of it unless printable. */
        bool printable = b >= 0x40 && b < 0x7f;
        c.n = printable ? i + 1 : i;
        c.final = (char)(printable ? b : 0);
        return c;
    }
    return c;
}

static uint32_t
final_key(char final)
{
    switch (final) {
    case 'A':
        return K_UP;
    case 'B':
        return K_DOWN;
    case 'C':
        return K_RIGHT;
    case 'D':
        return K_LEFT;
    case 'H':
        return K_HOME;
    case 'F':
        return K_END;
    case 'Z':
        return K_SHIFT | K_TAB;
    default:
        return final >= 'P' && final <= 'S' ? K_F1 + (uint32_t)(final - 'P') : K_NONE;
    }
}

/* ESC [ n ~ of the VT220 and its children. */
static uint32_t
tilde_key(int n)
{
    static const uint32_t keys[] = {
        [1] = K_HOME,    [2] = K_INSERT,  [3] = K_DELETE,  [4] = K_END,      [5] = K_PGUP,
        [6] = K_PGDN,    [7] = K_HOME,    [8] = K_END,     [11] = K_F1,      [12] = K_F1 + 1,
        [13] = K_F1 + 2, [14] = K_F1 + 3, [15] = K_F1 + 4, [17] = K_F1 + 5,  [18] = K_F1 + 6,
        [19] = K_F1 + 7, [20] = K_F1 + 8, [21] = K_F1 + 9, [23] = K_F1 + 10, [24] = K_F1 + 11,
    };
    return n >= 0 && (size_t)n < COUNT_OF(keys) ? keys[n] : K_NONE;
}

static uint32_t
modifiers(int param)
{
    unsigned bits = param >= 2 && param <= 8 ? (unsigned)param - 1 : 0;
    return (bits & 1 ? K_SHIFT : 0u) | (bits & 2 ? K_ALT : 0u) | (bits & 4 ? K_CTRL : 0u);
}

static uint32_t
csi_key(const struct csi *c)
{
    if (!c->plain || !c->final)
        return K_NONE;
    uint32_t key = c->final == '~' ? tilde_key(c->params[0]) : final_key(c->final);
    return key == K_NONE ? K_NONE : key | modifiers(c->params[1]);
}

static uint32_t
ss3_key(char final)
{
    if (final == 'M')
        return K_ENTER;
    /* The number pad in application mode: '*' to '9' moved up by 0x40. */
    if (final >= 'j' && final <= 'y')
        return (uint32_t)(final - 0x40);
    return final == 'Z' ? K_NONE : final_key(final);
}

/* Longest sequence of this terminal that s starts with; *wait if s may become one. */
static const struct key_sequence *
find_sequence(const struct key_decoder *d, struct str s, bool *wait)
{
    const struct key_sequence *found = NULL;
    for (size_t i = 0; i < d->sequences_n; i++) {
        const struct key_sequence *q = &d->sequences[i];
        size_t n = q->n < s.n ? q->n : s.n;
        if (memcmp(q->bytes, s.p, n) != 0)
            continue;
        if (q->n > s.n)
            *wait = true;
        else if (!found || q->n > found->n)
            found = q;
    }
    return found;
}

/* What a step of the decoder came to. */
enum step { STEP_AGAIN, STEP_EVENT, STEP_WAIT };

static enum step
take_key(struct key_decoder *d, size_t n, uint32_t key, struct event *out)
{
    d->at += n;
    if (key == K_NONE)
        return STEP_AGAIN;
    make_key(out, key);
    return STEP_EVENT;
}

static enum step
swallow(struct key_decoder *d, size_t n, enum key_swallow what)
{
    d->at += n;
    d->swallow = what;
    return STEP_AGAIN;
}

/* ESC [ [ A: function keys of the Linux console. */
static enum step
step_linux_key(struct key_decoder *d, struct str s, struct event *out)
{
    if (s.n < 4)
        return STEP_WAIT;
    bool known = s.p[3] >= 'A' && s.p[3] <= 'E';
    return take_key(d, 4, known ? K_F1 + (uint32_t)(s.p[3] - 'A') : K_NONE, out);
}

static enum step
step_csi(struct key_decoder *d, struct str s, struct event *out)
{
    if (s.n >= 3 && s.p[2] == '[')
        return step_linux_key(d, s, out);
    struct csi c = read_csi(s);
    if (c.n == 0)
        return s.n >= SEQUENCE_MAX ? swallow(d, SEQUENCE_MAX, SWALLOW_CSI) : STEP_WAIT;
    if (c.plain && c.final == '~' && c.params[0] == 200) {
        d->pasting = true;
        d->paste_cut = d->paste_cr = false;
        buf_reset(&d->paste);
        return take_key(d, c.n, K_NONE, out);
    }
    if (c.n == 3 && c.final == 'M') { /* X10 mouse report: three bytes of any kind follow */
        d->swallow_left = 3;
        return swallow(d, c.n, SWALLOW_MOUSE);
    }
    return take_key(d, c.n, csi_key(&c), out);
}

static uint32_t byte_key(unsigned char b);

/* s starts with ESC and at least one more byte. */
static enum step
step_escape(struct key_decoder *d, struct str s, bool given_up, struct event *out)
{
    bool wait = false;
    const struct key_sequence *q = find_sequence(d, s, &wait);
    if (q && (!wait || given_up))
        return take_key(d, q->n, q->key, out);
    unsigned char b = (unsigned char)s.p[1];
    switch (b) {
    case '[':
        return step_csi(d, s, out);
    case 'O':
        return s.n < 3 ? STEP_WAIT : take_key(d, 3, ss3_key(s.p[2]), out);
    case ']':
    case 'P':
    case 'X':
    case '^':
    case '_':
        return swallow(d, 2, SWALLOW_STRING);
    case ESC:
        return take_key(d, 1, K_ESC, out);
    default:
        break;
    }
    if (b < 0x80)
        return take_key(d, 2, byte_key(b) | K_ALT, out);
    uint32_t cp;
    size_t n = utf8_decode(str_sub(s, 1, s.n), &cp);
    return n > 0 ? take_key(d, 1 + n, cp | K_ALT, out) : take_key(d, 1, K_NONE, out);
}

/* A step inside something that is thrown away. */
static enum step
step_swallow(struct key_decoder *d, struct str s)
{
    unsigned char b = (unsigned char)s.p[0];
    enum key_swallow what = d->swallow;
    if (what == SWALLOW_STRING && b == ESC && s.n == 1)
        return STEP_WAIT;
    d->at++;
    switch (what) {
    case SWALLOW_NONE:
        break;
    case SWALLOW_CSI:
        if (b >= 0x40 || b < 0x20)
            d->swallow = SWALLOW_NONE;
        break;
    case SWALLOW_SS3:
        d->swallow = SWALLOW_NONE;
        break;
    case SWALLOW_STRING:
        if (b == 0x07 || b == ESC)
            d->swallow = SWALLOW_NONE;
        if (b == ESC && s.p[1] == '\\')
            d->at++;
        break;
    case SWALLOW_MOUSE:
        if (--d->swallow_left == 0)
            d->swallow = SWALLOW_NONE;
        break;
    }
    return STEP_AGAIN;
}

/* --- Pastes --- */

static void
paste_add(struct key_decoder *d, struct str s)
{
    if (d->paste.failed || d->paste.n + s.n > PASTE_MAX - 1)
        d->paste_cut = true;
    else
        buf_add_str(&d->paste, s);
}

static bool
is_control(uint32_t cp)
{
    return cp < 0x20 || (cp >= 0x7f && cp < 0xa0);
}

/* Takes one character of pasted text at the head of s; 0 when it is not whole yet. */
static size_t
paste_char(struct key_decoder *d, struct str s, bool given_up)
{
    unsigned char b = (unsigned char)s.p[0];
    bool after_cr = d->paste_cr;
    d->paste_cr = b == '\r';
    if (b == '\r' || (b == '\n' && !after_cr))
        paste_add(d, STR("\n"));
    if (b < 0x20 && b != '\t')
        return 1;
    uint32_t cp;
    size_t n = utf8_decode(s, &cp);
    if (n == 0)
        return s.n < 4 && b >= 0xc2 && !given_up ? 0 : 1;
    if (cp == '\t' || !is_control(cp))
        paste_add(d, str_sub(s, 0, n));
    return n;
}

static enum step
paste_done(struct key_decoder *d, struct event *out)
{
    d->pasting = false;
    d->tail_ms = d->arrived_ms + TAIL_MS;
    *out = (struct event){.kind = EVENT_PASTE, .text = buf_str(&d->paste), .cut = d->paste_cut};
    if (!out->text.p)
        out->text = STR("");
    return STEP_EVENT;
}

static enum step
step_paste(struct key_decoder *d, bool given_up, struct event *out)
{
    for (;;) {
        struct str s = unread(d);
        if (s.n == 0)
            return STEP_WAIT;
        size_t n = s.n < PASTE_END ? s.n : PASTE_END;
        if (memcmp(s.p, paste_end, n) == 0) {
            if (n < PASTE_END)
                return STEP_WAIT;
            d->at += n;
            return paste_done(d, out);
        }
        n = paste_char(d, s, given_up);
        if (n == 0)
            return STEP_WAIT;
        d->at += n;
    }
}

/*
 * Without brackets: many different characters in one read were not typed. Returns how many of them
 * there are ahead of what is no text, 0 if they may have been typed.
 */
static size_t
burst_length(struct str s)
{
    size_t n = 0;
    bool differ = false;
    for (; n < s.n; n++) {
        unsigned char b = (unsigned char)s.p[n];
        bool typed = (b >= 0x20 && b != 0x7f) || b == '\r' || b == '\n' || b == '\t';
        if (!typed)
            break;
        differ |= b != (unsigned char)s.p[0];
    }
    return n >= KEY_BURST && differ ? n : 0;
}

static enum step
take_burst(struct key_decoder *d, size_t length, struct event *out)
{
    d->paste_cut = d->paste_cr = false;
    buf_reset(&d->paste);
    for (size_t end = d->at + length; d->at < end;)
        d->at += paste_char(d, str_sub(unread(d), 0, end - d->at), true);
    return paste_done(d, out);
}

/* --- Plain keys --- */

static uint32_t
byte_key(unsigned char b)
{
    switch (b) {
    case 0:
        return K_CTRL | ' ';
    case '\b':
    case 0x7f:
        return K_BACKSPACE;
    case '\t':
        return K_TAB;
    case '\n':
    case '\r':
        return K_ENTER;
    case ESC:
        return K_ESC;
    default:
        break;
    }
    if (b < ESC)
        return K_CTRL | (uint32_t)(b + 'a' - 1);
    return b < 0x20 ? K_CTRL | (uint32_t)(b + 0x40) : b;
}

static enum step
step_char(struct key_decoder *d, struct str s, bool given_up, struct event *out)
{
    unsigned char b = (unsigned char)s.p[0];
    /* Only what comes right behind: a letter typed later is a letter. */
    bool after_esc = d->arrived_ms - d->esc_key_ms < ESC_REST_MS;
    d->esc_key_ms = d->arrived_ms - ESC_REST_MS;
    if (after_esc && (b == '[' || b == 'O'))
        return swallow(d, 1, b == '[' ? SWALLOW_CSI : SWALLOW_SS3);
    if (b < 0x80)
        return take_key(d, 1, byte_key(b), out);
    uint32_t cp;
    size_t n = utf8_decode(s, &cp);
    if (n == 0)
        return s.n < 4 && b >= 0xc2 && !given_up ? STEP_WAIT : take_key(d, 1, K_NONE, out);
    if (cp == 0x9b)
        return swallow(d, n, SWALLOW_CSI);
    return take_key(d, n, cp < 0xa0 ? K_NONE : cp, out);
}

/* --- Putting it together --- */

/* How long what is at hand may stay unfinished. */
static int
patience(const struct key_decoder *d)
{
    struct str s = unread(d);
    if (d->pasting)
        return PASTE_STALL_MS;
    if (d->swallow != SWALLOW_NONE)
        return SEQUENCE_MS;
    if (s.n == 0)
        return -1;
    if (s.p[0] != ESC)
        return UTF8_MS;
    return s.n == 1 ? d->esc_ms : SEQUENCE_MS;
}

/* Patience is over: drops or settles what is unfinished. */
static enum step
give_up(struct key_decoder *d, int64_t now_ms, struct event *out)
{
    struct str s = unread(d);
    d->swallow = SWALLOW_NONE;
    if (d->pasting) {
        d->at = d->in.n;
        return paste_done(d, out);
    }
    if (s.n == 1 && s.p[0] == ESC) {
        d->esc_key_ms = now_ms;
        return take_key(d, 1, K_ESC, out);
    }
    d->at = d->in.n;
    return STEP_WAIT;
}

static enum step
step(struct key_decoder *d, bool late, struct event *out)
{
    struct str s = unread(d);
    if (d->pasting)
        return step_paste(d, late, out);
    if (s.n == 0)
        return STEP_WAIT;
    if (d->swallow != SWALLOW_NONE)
        return step_swallow(d, s);
    if (s.p[0] == ESC)
        return s.n == 1 ? STEP_WAIT : step_escape(d, s, late, out);
    size_t burst = d->guess_paste ? burst_length(s) : 0;
    if (burst)
        return take_burst(d, burst, out);
    return step_char(d, s, late, out);
}

bool
key_decoder_next(struct key_decoder *d, int64_t now_ms, struct event *out)
{
    for (;;) {
        int wait = patience(d);
        bool late = wait >= 0 && now_ms - d->arrived_ms >= wait;
        *out = (struct event){.kind = EVENT_NONE};
        enum step s = step(d, late, out);
        if (s == STEP_WAIT && late)
            s = give_up(d, now_ms, out);
        if (s == STEP_EVENT && out->kind == EVENT_KEY && d->arrived_ms < d->tail_ms) {
            d->tail_ms = d->arrived_ms + TAIL_MS;
            s = STEP_AGAIN;
        }
        if (s != STEP_AGAIN)
            return s == STEP_EVENT;
    }
}

int
key_decoder_wait(const struct key_decoder *d, int64_t now_ms)
{
    int wait = patience(d);
    if (wait < 0)
        return -1;
    int64_t left = d->arrived_ms + wait - now_ms;
    return left < 0 ? 0 : (int)left;
}
