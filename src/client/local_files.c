#include "client/local_files.h"
#include "base/file.h"
#include "base/ini.h"
#include "base/mem.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    CREDENTIALS_MAX = 64 * 1024,
    LOG_MAX = 16 * 1024 * 1024,
    DEPTH_MAX = 8,
    SOCKET_MAX = 107,
    SWEEP_BYTES = 1024 * 1024
};

/* Followed by the process that made it, so that what a dead one left can be told from the rest. */
static const char demo_prefix[] = "demo-";

static enum err_code
make_demo(struct local_files *out, struct str runtime, struct arena *a, struct err *err)
{
    char *folder = arena_cstr(
        a, arena_printf(a, "%.*s/%s%ld-XXXXXX", STR_ARG(runtime), demo_prefix, (long)getpid()));
    if (!mkdtemp(folder))
        return err_set_errno(err, ERR_IO, errno, "%s cannot be made", folder);
    out->data = folder;
    out->socket = arena_printf(a, "%s/socket", folder).p;
    out->log = arena_printf(a, "%s/server.log", folder).p;
    return ERR_OK;
}

static enum err_code
make_local(struct local_files *out, struct str runtime, struct arena *a, struct err *err)
{
    struct str state = file_xdg_dir("STATE", a);
    out->data = arena_cstr(a, file_xdg_dir("DATA", a));
    out->socket = arena_printf(a, "%.*s/local.sock", STR_ARG(runtime)).p;
    out->log = arena_printf(a, "%.*s/server.log", STR_ARG(state)).p;
    return file_make_dirs(arena_cstr(a, state), err);
}

/* A folder that is not ours alone would let others answer in the server's place. */
static enum err_code
check_private(const char *path, struct err *err)
{
    struct stat st;
    if (lstat(path, &st))
        return err_set_errno(err, ERR_IO, errno, "%s", path);
    if (!S_ISDIR(st.st_mode) || st.st_uid != geteuid() || st.st_mode & 077)
        return err_set(err, ERR_CONFIG, "%s must be a folder of yours with mode 0700", path);
    return ERR_OK;
}

enum err_code
local_files_make(struct local_files *out, bool demo, struct arena *a, struct err *err)
{
    struct str runtime = file_xdg_dir("RUNTIME", a);
    const char *folder = arena_cstr(a, runtime);
    enum err_code code = file_make_dirs(folder, err);
    if (!code)
        code = check_private(folder, err);
    if (!code)
        code = demo ? make_demo(out, runtime, a, err) : make_local(out, runtime, a, err);
    if (!code && strlen(out->socket) > SOCKET_MAX)
        code = err_set(err, ERR_CONFIG,
                       "%s is too long for a socket; set XDG_RUNTIME_DIR to a shorter path",
                       out->socket);
    return code;
}

static const char *
executable(struct arena *a, struct str folder)
{
    const char *path = arena_printf(a, "%.*s/gatehoused", STR_ARG(folder)).p;
    struct stat st;
    return stat(path, &st) == 0 && S_ISREG(st.st_mode) && access(path, X_OK) == 0 ? path : NULL;
}

const char *
local_files_server(struct arena *a)
{
    enum { SELF_MAX = 4096 };
    char *self = arena_alloc(a, SELF_MAX, 1);
    ssize_t n = readlink("/proc/self/exe", self, SELF_MAX - 1);
    while (n > 0 && self[n - 1] != '/')
        n--;
    const char *found = n > 1 ? executable(a, (struct str){self, (size_t)n - 1}) : NULL;
    struct str rest = str_of(getenv("PATH")), folder;
    while (!found && str_next(&rest, ':', &folder)) {
        if (folder.n && folder.p[0] == '/')
            found = executable(a, folder);
    }
    return found;
}

enum err_code
local_files_credentials(const struct local_files *files, struct arena *a,
                        struct local_credentials *out, struct err *err)
{
    const char *path = arena_printf(a, "%s/credentials", files->data).p;
    struct secret *text = secret_from_file(path, err);
    if (!text)
        return err ? err->code : ERR_IO;
    secret_free(text);
    struct str bytes = {NULL, 0};
    struct ini ini;
    enum err_code code = file_read(path, CREDENTIALS_MAX, a, &bytes, err);
    if (!code)
        code = ini_parse(&ini, bytes, path, a, err);
    if (code)
        return code;
    struct str secret = ini_get(&ini, STR(""), STR("secret"));
    out->client_id = ini_get(&ini, STR(""), STR("client_id"));
    if (!secret.n || !out->client_id.n)
        return err_set(err, ERR_CONFIG, "%s lacks client_id or secret", path);
    out->secret = secret_new(secret);
    for (size_t i = 0; i < ini.n; i++) {
        if (str_eq(ini.items[i].key, STR("secret")))
            secret_wipe_str(ini.items[i].value);
    }
    secret_wipe_str(bytes);
    return ERR_OK;
}

struct str
local_files_last_line(const char *path, struct arena *a)
{
    struct str text, last = {NULL, 0}, line;
    if (file_read(path, LOG_MAX, a, &text, NULL))
        return last;
    while (str_next(&text, '\n', &line)) {
        if (str_trim(line).n)
            last = str_trim(line);
    }
    return last;
}

/* Takes the folder's descriptor. Symbolic links are removed, never followed. */
static void
empty_folder(int fd, int depth)
{
    DIR *dir = fdopendir(fd);
    if (!dir) {
        close(fd);
        return;
    }
    for (struct dirent *e = readdir(dir); e; e = readdir(dir)) {
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
            continue;
        if (unlinkat(fd, e->d_name, 0) == 0 || depth == DEPTH_MAX)
            continue;
        int inner = openat(fd, e->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (inner >= 0)
            empty_folder(inner, depth + 1);
        unlinkat(fd, e->d_name, AT_REMOVEDIR);
    }
    closedir(dir);
}

void
local_files_remove(const char *folder)
{
    struct str name = str_of(folder);
    while (str_find_char(name, '/') >= 0)
        name = str_sub(name, (size_t)str_find_char(name, '/') + 1, name.n);
    ASSERT(str_starts(name, str_of(demo_prefix)));
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd >= 0)
        empty_folder(fd, 0);
    rmdir(folder);
}

static bool
is_abandoned(struct str name)
{
    struct str prefix = str_of(demo_prefix);
    uint64_t pid = 0;
    if (!str_starts(name, prefix))
        return false;
    struct str rest = str_sub(name, prefix.n, name.n);
    ptrdiff_t dash = str_find_char(rest, '-');
    return dash > 0 && str_to_u64(str_sub(rest, 0, (size_t)dash), &pid) && pid > 1 &&
           pid <= INT32_MAX && kill((pid_t)pid, 0) != 0 && errno == ESRCH;
}

void
local_files_sweep(void)
{
    struct arena a;
    arena_init(&a, SWEEP_BYTES);
    const char *runtime = arena_cstr(&a, file_xdg_dir("RUNTIME", &a));
    DIR *dir = check_private(runtime, NULL) ? NULL : opendir(runtime);
    for (struct dirent *e = dir ? readdir(dir) : NULL; e; e = readdir(dir))
        if (is_abandoned(str_of(e->d_name)))
            local_files_remove(arena_cstr(&a, arena_printf(&a, "%s/%s", runtime, e->d_name)));
    if (dir)
        closedir(dir);
    arena_fini(&a);
}
