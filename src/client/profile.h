#ifndef CLIENT_PROFILE_H
#define CLIENT_PROFILE_H
/*
 * Where to connect and as whom: built from flags, environment and config.ini, in that order of
 * strength. Strings live in the arena given and end in NUL. A secret is never a string here.
 */
#include "base/arena.h"
#include "base/err.h"
#include "base/secret.h"

struct profile {
    struct str name;        /* "local", "demo", "custom" (only --url), or the section's name */
    struct str url;         /* "https://api.frontegg.com"; for a Unix socket "http://localhost" */
    struct str unix_socket; /* path, or absent */
    struct str region;      /* eu us ca au, or absent */
    struct str client_id, secret_file, secret_command;
    struct str tenant, theme, colour;
    struct str environment; /* id sent as frontegg-environment-id, or absent */
    struct str ca_file;     /* certificates to trust instead of the system's, or absent */
    struct str proxy;       /* URL, or absent: no proxy whatever the environment says */
    bool read_only, production, local, demo;
    bool read_only_always; /* the command line said so: nothing opens it */
    int idle_lock_min;     /* the console locks after so many minutes without a key; 0: never */
    bool allow_http;       /* clear text to another host was asked for */
    const struct secret *secret; /* borrowed; NULL: from file or command when needed */
};

/* What the command line said; absent members were not given. */
struct profile_flags {
    struct str profile, url, client_id, secret_file, secret_command, tenant, theme, config;
    bool local, demo, read_only;
};

/* Resolves flags > GATEHOUSE_* environment > [profile NAME] > local. Faults name file, line,
 * column. */
enum err_code profile_load(const struct profile_flags *flags, struct arena *a, struct profile *out,
                           struct err *err) MUST_USE;
/* Names of the configured profiles. */
enum err_code profile_names(const struct profile_flags *flags, struct arena *a, struct str **names,
                            size_t *n, struct err *err) MUST_USE;
/* Path of the configuration file these flags mean; it need not exist. */
struct str profile_config_path(const struct profile_flags *flags, struct arena *a);
/* Base URL of a region; absent if unknown. */
struct str profile_region_url(struct str region);
/* Host part shown in the status line. */
struct str profile_host(const struct profile *p);
/* The secret from file or command; the caller frees. Waits for the command: not for the UI thread,
 * where client_call does the same without waiting. */
struct secret *profile_secret(const struct profile *p, struct err *err);
#endif
