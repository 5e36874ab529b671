/*
 * Microseconds from starting a server to its first answer 200.
 *   first200 PORT PATH -- PROGRAM [ARGUMENT]...
 * Asks again every 200 us on a new connection until then; the program is ended afterwards.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { TRIES = 50000, PAUSE_NS = 200000 };

static int64_t
now_us(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

static bool
answers(uint16_t port, const char *path)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    char text[512] = "";
    bool ok = fd >= 0 && connect(fd, (struct sockaddr *)&to, sizeof to) == 0;
    if (ok) {
        int n = snprintf(text, sizeof text,
                         "GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n", path);
        ok = send(fd, text, (size_t)n, MSG_NOSIGNAL) == n;
        ssize_t got = ok ? recv(fd, text, sizeof text - 1, 0) : 0;
        ok = got > 12 && strncmp(text + 9, "200", 3) == 0;
    }
    close(fd);
    return ok;
}

static pid_t
start(char **argv)
{
    pid_t pid = fork();
    if (pid)
        return pid;
    int null = open("/dev/null", O_RDWR);
    dup2(null, STDIN_FILENO);
    dup2(null, STDOUT_FILENO);
    dup2(null, STDERR_FILENO);
    execvp(argv[0], argv);
    _exit(127);
}

int
main(int argc, char **argv)
{
    if (argc < 5 || strcmp(argv[3], "--") != 0)
        return 2;
    uint16_t port = (uint16_t)strtoul(argv[1], NULL, 10);
    int64_t begin = now_us();
    pid_t pid = start(argv + 4);
    bool ok = false;
    for (int i = 0; pid > 0 && i < TRIES && !ok; i++) {
        ok = answers(port, argv[2]);
        if (!ok && waitpid(pid, NULL, WNOHANG) == pid)
            return 1;
        if (!ok)
            nanosleep(&(struct timespec){.tv_nsec = PAUSE_NS}, NULL);
    }
    int64_t us = now_us() - begin;
    if (pid > 0) {
        kill(pid, SIGTERM);
        waitpid(pid, NULL, 0);
    }
    if (ok)
        printf("%lld\n", (long long)us);
    return !ok;
}
