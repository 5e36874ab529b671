#include "base/mem.h"
#include "db/driver.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

/*
 * One server per SQLite file: SQLite 3.40 may lose a commit when one process checkpoints while
 * another writes (the WAL-reset fault, mended in 3.51.3), so a second server is refused rather than
 * trusted. The kernel drops the lock with the process, however it ends.
 */
enum err_code
db_lock_take(struct db *db, const char *lock_path, struct err *err)
{
    int fd = open(lock_path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return err_set_errno(err, ERR_IO, errno, "cannot open the lock file %s", lock_path);
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        int why = errno;
        close(fd);
        if (why == EWOULDBLOCK)
            return err_set(err, ERR_CONFLICT,
                           "%s is in use by another gatehoused (lock %s); stop that one first, or "
                           "give this one its own --data folder",
                           db->path, lock_path);
        return err_set_errno(err, ERR_IO, why, "cannot lock %s", lock_path);
    }
    db->lock_fd = fd;
    return ERR_OK;
}

void
db_lock_drop(struct db *db)
{
    /* The file stays: removing it would let two servers lock two files of one name. */
    if (db->lock_fd >= 0)
        close(db->lock_fd);
    db->lock_fd = -1;
}
