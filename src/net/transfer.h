#ifndef NET_TRANSFER_H
#define NET_TRANSFER_H
/*
 * One HTTP exchange on a curl handle: sets every option that keeps it strict, collects the answer
 * under our own caps, and turns what curl reports into words. Belongs to the worker thread.
 */
#include "net/curl_api.h"
#include "net/http.h"

enum { TRANSFER_VALUE_SIZE = 64 };

struct transfer {
    const struct curl_api *api;
    CURL *easy;
    struct http_job *job; /* owned while active; NULL when the slot is free */
    struct curl_slist *headers;
    size_t header_bytes, header_lines, answers; /* answers: status lines, interim ones included */
    unsigned requests;                          /* how often curl was about to send */
    bool too_large, flooded, resent;
    bool head_ended; /* the blank line after the headers came */
    char retry_after[TRANSFER_VALUE_SIZE], limit_reset[TRANSFER_VALUE_SIZE];
    char date[TRANSFER_VALUE_SIZE];
    char reason[CURL_ERROR_SIZE];
};

struct transfer_options {
    const char *ca_file, *proxy, *user_agent;
};

/* Prepares the handle for the job (taken). `left_ms` of its time are left. */
void transfer_begin(struct transfer *t, struct http_job *take,
                    const struct transfer_options *options, int64_t left_ms);
/* Fills the job with the answer or the failure and hands it back; the slot is free again. */
struct http_job *transfer_finish(struct transfer *t, CURLcode code);
/* Hands the job back unanswered with this error. */
struct http_job *transfer_abandon(struct transfer *t, enum err_code code, const char *why);
#endif
