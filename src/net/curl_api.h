#ifndef NET_CURL_API_H
#define NET_CURL_API_H
/*
 * libcurl, loaded at run time by the thread that needs it: linking it would cost every start of the
 * console 4 ms and 6 MiB before the first frame, and the server as much before it sends the first
 * message. Only the functions named here are used; the rest of net/ and deliver/ calls them through
 * this record. Loaded once per worker, by its thread; read-only after that.
 */
#include "base/err.h"
#define CURL_DISABLE_TYPECHECK 1
#include <curl/curl.h>

/* CURL_FUNCTION(member, symbol) */
#define CURL_FUNCTIONS                                                                             \
    CURL_FUNCTION(global_init, curl_global_init)                                                   \
    CURL_FUNCTION(global_cleanup, curl_global_cleanup)                                             \
    CURL_FUNCTION(getdate, curl_getdate)                                                           \
    CURL_FUNCTION(slist_append, curl_slist_append)                                                 \
    CURL_FUNCTION(slist_free_all, curl_slist_free_all)                                             \
    CURL_FUNCTION(easy_init, curl_easy_init)                                                       \
    CURL_FUNCTION(easy_reset, curl_easy_reset)                                                     \
    CURL_FUNCTION(easy_cleanup, curl_easy_cleanup)                                                 \
    CURL_FUNCTION(easy_setopt, curl_easy_setopt)                                                   \
    CURL_FUNCTION(easy_perform, curl_easy_perform)                                                 \
    CURL_FUNCTION(easy_getinfo, curl_easy_getinfo)                                                 \
    CURL_FUNCTION(easy_strerror, curl_easy_strerror)                                               \
    CURL_FUNCTION(multi_init, curl_multi_init)                                                     \
    CURL_FUNCTION(multi_setopt, curl_multi_setopt)                                                 \
    CURL_FUNCTION(multi_cleanup, curl_multi_cleanup)                                               \
    CURL_FUNCTION(multi_add_handle, curl_multi_add_handle)                                         \
    CURL_FUNCTION(multi_remove_handle, curl_multi_remove_handle)                                   \
    CURL_FUNCTION(multi_perform, curl_multi_perform)                                               \
    CURL_FUNCTION(multi_poll, curl_multi_poll)                                                     \
    CURL_FUNCTION(multi_info_read, curl_multi_info_read)

struct curl_api {
#define CURL_FUNCTION(member, symbol) __typeof__(symbol) *member;
    CURL_FUNCTIONS
#undef CURL_FUNCTION
};

/* The library stays loaded for the life of the process. */
enum err_code curl_api_load(struct curl_api *out, struct err *err) MUST_USE;
/*
 * Drops variables that would make the TLS and HTTP libraries write secrets to a file, load foreign
 * code or send our requests elsewhere. Before the thread starts that will load the library: the
 * environment belongs to no lock.
 */
void curl_api_clean_environment(void);

/* The library for threads of a server: loaded and set up once in a process, by whoever asks first. */
enum err_code curl_api_shared(const struct curl_api **out, struct err *err) MUST_USE;
/*
 * What every exchange of ours has in common: nothing but these protocols ("http,https"), no redirects,
 * proxies, netrc or user names in URLs, certificates checked, TLS 1.2 at least, no signals, sockets
 * that programs we start do not inherit.
 */
void curl_api_set_strict(const struct curl_api *api, CURL *easy, const char *protocols);
/* Opens the socket for an address; see CURLOPT_OPENSOCKETFUNCTION. */
curl_socket_t curl_api_socket(const struct curl_sockaddr *address);
#endif
