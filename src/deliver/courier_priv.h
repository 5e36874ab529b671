#ifndef DELIVER_COURIER_PRIV_H
#define DELIVER_COURIER_PRIV_H
/* Inside of the courier: slots, each with a thread, and what courier_curl.c does to them. */
#include "deliver/courier.h"
#include "net/curl_api.h"

#include <pthread.h>
#include <stdatomic.h>

enum { SOCKETS_MAX = 8, VALUE_SIZE = 160 };

/* Where a slot and its thread are. The thread runs from READY to DONE, and waits otherwise. */
enum slot_state {
    SLOT_EMPTY,   /* no letter, no thread */
    SLOT_IDLE,    /* no letter; a thread that waits for one */
    SLOT_READY,   /* the thread is to begin */
    SLOT_RUNNING, /* the handle is the thread's */
    SLOT_DONE,    /* waits to be told of; with or without a thread */
    SLOT_ENDING,  /* the thread closes its connections */
    SLOT_DEAD     /* the thread is to be joined */
};

struct slot {
    struct courier *courier;
    enum slot_state state; /* under lock, as are the next four */
    bool threaded;
    int sockets[SOCKETS_MAX]; /* -1: none */
    pthread_t thread;
    pthread_cond_t begin;

    CURL *easy;
    CURLcode code;
    struct provider *provider;
    const struct letter *letter;
    void *owner;
    struct request request;
    struct curl_slist *headers, *mail_to;
    size_t uploaded, header_bytes;
    unsigned requests; /* how often curl was about to send */
    bool too_large, resent;
    bool failed; /* before it began: see err */
    struct err err;
    struct buf answer;
    char header_id[VALUE_SIZE], retry_after[VALUE_SIZE];
    char reply[VALUE_SIZE * 2], refusal[VALUE_SIZE * 2]; /* SMTP: last line; last of 4xx or 5xx */
    char reason[CURL_ERROR_SIZE];
};

struct courier {
    const struct curl_api *api;
    struct courier_options options;
    pthread_mutex_t lock;
    pthread_cond_t ended;
    atomic_bool stopping;
    struct slot slots[COURIER_SLOTS];
    size_t load;      /* the owner's */
    struct buf shown; /* the answer of the outcome last told */
};

/* Sets up the handle for the request. The owner's thread, while the slot's own waits. */
void slot_prepare(struct slot *s);
/* What became of the exchange. The owner's thread. */
void slot_judge(struct slot *s, struct outcome *out);
/* Frees what slot_prepare made. */
void slot_forget(struct slot *s);
#endif
