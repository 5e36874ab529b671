#include "server/known_passwords.h"

#include "base/log.h"
#include "base/mem.h"
#include "base/secret.h"
#include "server/breached_file.h"

#include <crack.h>
#include <packer.h>
#include <pthread.h>

/* Words of the dictionary are shorter than WORD_SIZE; longer passwords cannot be disguised words. */
enum { WORD_SIZE = 40, DIFFERENT_LEAST = 5, PART_LEAST = 3, JOINED_MAX = 14 };

struct known_passwords {
    pthread_mutex_t lock;           /* around every call of cracklib */
    PWDICT *words;                  /* NULL: there is no dictionary */
    struct breached_file *breached; /* NULL: none was named */
    unsigned not_found; /* what FindPW answers then: it has no value of its own for that */
};

static bool
is_word(const struct known_passwords *k, struct str text)
{
    char copy[WORD_SIZE];
    if (!k->words || text.n == 0 || text.n >= sizeof copy)
        return false;
    memcpy(copy, text.p, text.n);
    copy[text.n] = '\0';
    return FindPW(k->words, copy) != k->not_found;
}

static void
open_words(struct known_passwords *k)
{
    const char *path = GetDefaultCracklibDict();
    char mode[] = "r", no_word[] = "\x7f\x7f\x7f";
    k->words = PWOpen(path, mode);
    if (k->words)
        k->not_found = FindPW(k->words, no_word);
    else
        LOG_WARN("passwords", "no dictionary of common passwords; install cracklib-runtime",
                 KV_TEXT("path", path));
}

enum err_code
known_passwords_open(struct known_passwords **out, const char *breached, struct err *err)
{
    struct known_passwords *k = mem_new(1, sizeof *k);
    pthread_mutex_init(&k->lock, NULL);
    open_words(k);
    enum err_code rc = breached ? breached_file_open(&k->breached, breached, err) : ERR_OK;
    *out = rc ? NULL : k;
    if (rc)
        known_passwords_close(k);
    return rc;
}

void
known_passwords_close(struct known_passwords *k)
{
    if (!k)
        return;
    if (k->words)
        (void)PWClose(k->words);
    breached_file_close(k->breached);
    pthread_mutex_destroy(&k->lock);
    mem_free(k);
}

/* ASCII letters in lower case; false if it is too long to be a word. */
static bool
lower(struct str password, char out[WORD_SIZE])
{
    if (password.n >= WORD_SIZE)
        return false;
    for (size_t i = 0; i < password.n; i++) {
        char c = password.p[i];
        out[i] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
    }
    out[password.n] = '\0';
    return true;
}

bool
known_passwords_common(struct known_passwords *k, struct str password)
{
    char text[WORD_SIZE];
    if (!lower(password, text))
        return false;
    pthread_mutex_lock(&k->lock);
    bool found = is_word(k, (struct str){text, password.n});
    pthread_mutex_unlock(&k->lock);
    secret_wipe(text, sizeof text);
    return found;
}

/* "aaaaaaaaaa", "abababab" */
static bool
has_few_characters(struct str password)
{
    bool seen[256] = {false};
    int different = 0;
    for (size_t i = 0; i < password.n; i++) {
        unsigned char c = (unsigned char)password.p[i];
        different += !seen[c];
        seen[c] = true;
    }
    return different < DIFFERENT_LEAST;
}

/* "hellokitty": two words and nothing else, too short to make up for it. */
static bool
is_two_words(const struct known_passwords *k, struct str text)
{
    for (size_t i = PART_LEAST; text.n < JOINED_MAX && i + PART_LEAST <= text.n; i++)
        if (is_word(k, str_sub(text, 0, i)) && is_word(k, str_sub(text, i, text.n)))
            return true;
    return false;
}

bool
known_passwords_guessable(struct known_passwords *k, struct str password)
{
    char text[WORD_SIZE], nobody[] = "";
    if (has_few_characters(password))
        return true;
    if (!k->words || !lower(password, text))
        return false;
    struct str lowered = {text, password.n};
    pthread_mutex_lock(&k->lock);
    bool found = is_word(k, lowered) || is_two_words(k, lowered) ||
                 FascistLookUser(k->words, text, nobody, nobody) != NULL;
    pthread_mutex_unlock(&k->lock);
    secret_wipe(text, sizeof text);
    return found;
}

bool
known_passwords_breached(const struct known_passwords *k, struct str password)
{
    return k->breached && breached_file_has(k->breached, password);
}
