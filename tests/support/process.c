#define _GNU_SOURCE
#include "tests/support/process.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ARGS_MAX = 32, START_MS = 20000, ANSWER_MAX = 1 << 16 };

static const char *
program(void)
{
    const char *path = getenv("GATEHOUSED_BIN");
    return path ? path : "build/gatehoused";
}

static size_t
arguments(const struct process *p, const char *const *extra, const char **argv)
{
    size_t n = 0;
    const char *pg = getenv("GATEHOUSE_TEST_PG");
    argv[n++] = program();
    argv[n++] = "--data";
    argv[n++] = p->data;
    argv[n++] = "--listen";
    argv[n++] = "http://127.0.0.1:0";
    if (pg) {
        argv[n++] = "--database";
        argv[n++] = pg;
    }
    for (size_t i = 0; extra && extra[i] && n < ARGS_MAX - 1; i++)
        argv[n++] = extra[i];
    argv[n] = NULL;
    return n;
}

static bool
read_ready(int fd, int *port)
{
    char line[256];
    size_t n = 0;
    struct pollfd wait = {.fd = fd, .events = POLLIN};
    while (n < sizeof line - 1 && poll(&wait, 1, START_MS) > 0 && read(fd, line + n, 1) == 1) {
        if (line[n++] != '\n')
            continue;
        line[n] = 0;
        char *colon = strrchr(line, ':');
        *port = colon ? (int)strtol(colon + 1, NULL, 10) : 0;
        return strncmp(line, "ready http://", 13) == 0 && *port > 0;
    }
    return false;
}

static bool
read_value(const char *line, const char *key, char *out, size_t size)
{
    const char *value = strstr(line, " = ");
    if (strncmp(line, key, strlen(key)) || !value)
        return false;
    snprintf(out, size, "%.*s", (int)strcspn(value + 3, "\n"), value + 3);
    return true;
}

static bool
sign_in(struct process *p)
{
    char path[600], line[256], body[512], answer[ANSWER_MAX];
    snprintf(path, sizeof path, "%s/credentials", p->data);
    FILE *f = fopen(path, "r");
    while (f && fgets(line, sizeof line, f)) {
        read_value(line, "client_id", p->client_id, sizeof p->client_id);
        read_value(line, "secret", p->secret, sizeof p->secret);
    }
    if (f)
        fclose(f);
    snprintf(body, sizeof body, "{\"clientId\":\"%s\",\"secret\":\"%s\"}", p->client_id, p->secret);
    int status = process_call(p, "POST", "/auth/vendor", body, answer, sizeof answer);
    char *token = status == 200 ? strstr(answer, "\"token\":\"") : NULL;
    if (!token)
        return false;
    token += strlen("\"token\":\"");
    snprintf(p->token, sizeof p->token, "%.*s", (int)strcspn(token, "\""), token);
    return true;
}

bool
process_launch(struct process *p, const char *name, const char *const *extra)
{
    const char *tmp = getenv("TEST_TMP"), *argv[ARGS_MAX];
    int out[2];
    p->token[0] = p->client_id[0] = p->secret[0] = 0;
    snprintf(p->data, sizeof p->data, "%s/%s", tmp ? tmp : "/tmp", name);
    arguments(p, extra, argv);
    if (pipe2(out, O_CLOEXEC))
        return false;
    p->pid = fork();
    if (p->pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        dup2(out[1], STDOUT_FILENO);
        execv(argv[0], (char *const *)(uintptr_t)argv);
        _exit(127);
    }
    close(out[1]);
    bool up = p->pid > 0 && read_ready(out[0], &p->port);
    close(out[0]);
    if (!up)
        fprintf(stderr, "%s did not come up in %s\n", argv[0], p->data);
    return up;
}

bool
process_start(struct process *p, const char *name, const char *const *extra)
{
    if (!process_launch(p, name, extra))
        return false;
    bool in = sign_in(p);
    if (!in)
        fprintf(stderr, "the server in %s does not take its own credentials\n", p->data);
    return in;
}

static int
wait_for(struct process *p)
{
    int status = 0;
    while (waitpid(p->pid, &status, 0) < 0 && errno == EINTR)
        ;
    p->pid = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1 - WTERMSIG(status);
}

int
process_stop(struct process *p)
{
    kill(p->pid, SIGTERM);
    return wait_for(p);
}

long
process_kib(const struct process *p, const char *key)
{
    char path[64], line[128];
    long kib = -1;
    snprintf(path, sizeof path, "/proc/%d/status", (int)p->pid);
    FILE *f = fopen(path, "r");
    while (f && kib < 0 && fgets(line, sizeof line, f))
        if (strncmp(line, key, strlen(key)) == 0)
            kib = strtol(line + strlen(key), NULL, 10);
    if (f)
        fclose(f);
    return kib;
}

void
process_kill(struct process *p)
{
    kill(p->pid, SIGKILL);
    wait_for(p);
}

int
raw_connect(int port)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    struct timeval limit = {.tv_sec = 5};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&to, sizeof to)) {
        close(fd);
        return -1;
    }
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    return fd;
}

bool
raw_send(int fd, struct str bytes)
{
    while (bytes.n) {
        ssize_t n = send(fd, bytes.p, bytes.n, MSG_NOSIGNAL);
        if (n <= 0)
            return false;
        bytes = str_sub(bytes, (size_t)n, bytes.n);
    }
    return true;
}

size_t
raw_receive(int fd, char *out, size_t max, int quiet_ms)
{
    size_t n = 0;
    struct pollfd wait = {.fd = fd, .events = POLLIN};
    while (n < max - 1 && poll(&wait, 1, quiet_ms) > 0) {
        ssize_t got = recv(fd, out + n, max - 1 - n, 0);
        if (got <= 0)
            break;
        n += (size_t)got;
    }
    out[n] = 0;
    return n;
}

int
raw_exchange(int fd, struct str request, char *answer, size_t max)
{
    size_t n = 0, need = max - 1;
    int status = -1;
    if (!raw_send(fd, request))
        return -1;
    while (n < need) {
        ssize_t got = recv(fd, answer + n, max - 1 - n, 0);
        if (got <= 0)
            return -1;
        n += (size_t)got;
        answer[n] = 0;
        const char *body = strstr(answer, "\r\n\r\n"),
                   *length = strcasestr(answer, "\r\ncontent-length:");
        if (body && length && length < body)
            need = (size_t)(body + 4 - answer) + (size_t)strtoul(length + 17, NULL, 10);
    }
    return sscanf(answer, "HTTP/1.1 %d", &status) == 1 ? status : -1;
}

int
raw_request(int port, struct str request, char *answer, size_t max)
{
    return raw_request_within(port, request, answer, max, 5000);
}

int
raw_request_within(int port, struct str request, char *answer, size_t max, int quiet_ms)
{
    static char own[ANSWER_MAX];
    char *to = answer ? answer : own;
    int fd = raw_connect(port), status = -1;
    if (fd < 0)
        return -1;
    raw_send(fd, request);
    raw_receive(fd, to, answer ? max : sizeof own, quiet_ms);
    close(fd);
    if (sscanf(to, "HTTP/1.1 %d", &status) != 1)
        return -1;
    return status;
}

int
process_call(const struct process *p, const char *method, const char *path, const char *body,
             char *answer, size_t max)
{
    static char request[ANSWER_MAX];
    int n =
        snprintf(request, sizeof request,
                 "%s %s HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n%s%s%s", method, path,
                 p->token[0] ? "Authorization: Bearer " : "", p->token, p->token[0] ? "\r\n" : "");
    if (*body)
        n += snprintf(request + n, sizeof request - (size_t)n,
                      "Content-Type: application/json\r\nContent-Length: %zu\r\n", strlen(body));
    n += snprintf(request + n, sizeof request - (size_t)n, "\r\n%s", body);
    return raw_request(p->port, (struct str){request, (size_t)n}, answer, max);
}
