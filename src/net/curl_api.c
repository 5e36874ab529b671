#include "net/curl_api.h"

#include "base/library.h"
#include "base/mem.h"
#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>

static const struct library_symbol symbols[] = {
#define CURL_FUNCTION(member, symbol) {#symbol, offsetof(struct curl_api, member)},
    CURL_FUNCTIONS
#undef CURL_FUNCTION
};

enum err_code
curl_api_load(struct curl_api *out, struct err *err)
{
    static const struct library curl = {"libcurl.so.4", "libcurl4", ERR_NETWORK, symbols,
                                        COUNT_OF(symbols)};
    return library_load(&curl, out, err);
}

void
curl_api_clean_environment(void)
{
    static const char *const names[] = {"SSLKEYLOGFILE",    "OPENSSL_CONF", "OPENSSL_MODULES",
                                        "OPENSSL_ENGINES",  "CURL_HOME",    "CURL_CA_BUNDLE",
                                        "CURL_SSL_BACKEND", "NETRC",        "QLOGDIR"};
    for (size_t i = 0; i < COUNT_OF(names); i++)
        unsetenv(names[i]);
}

/* -- shared by the threads of a server -- */

static struct {
    pthread_once_t once;
    struct curl_api api;
    struct err err;
} library = {.once = PTHREAD_ONCE_INIT};

static void
load_library(void)
{
    if (curl_api_load(&library.api, &library.err) == ERR_OK &&
        library.api.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        (void)err_set(&library.err, ERR_NETWORK, "libcurl cannot be set up");
}

enum err_code
curl_api_shared(const struct curl_api **out, struct err *err)
{
    (void)pthread_once(&library.once, load_library);
    *out = &library.api;
    return library.err.code ? err_set(err, library.err.code, "%s", library.err.msg) : ERR_OK;
}

curl_socket_t
curl_api_socket(const struct curl_sockaddr *address)
{
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static curl_socket_t
on_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
    (void)arg, (void)purpose;
    return curl_api_socket(address);
}

void
curl_api_set_strict(const struct curl_api *api, CURL *easy, const char *protocols)
{
    api->easy_setopt(easy, CURLOPT_PROTOCOLS_STR, protocols);
    api->easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, "https");
    api->easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    api->easy_setopt(easy, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
    api->easy_setopt(easy, CURLOPT_PROXY, "");
    api->easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    api->easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
    api->easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
    api->easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    api->easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    /* Without it, giving up waits until a stuck name look-up ends. */
    api->easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
    api->easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_socket);
}
