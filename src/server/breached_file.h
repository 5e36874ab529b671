#ifndef SERVER_BREACHED_FILE_H
#define SERVER_BREACHED_FILE_H
/*
 * A file of breached passwords that the operator names: one a line, or the SHA-1 of each in
 * hexadecimal, which a colon and a count may follow, as the well-known corpus is published. Lines
 * are in the order of their bytes (LC_ALL=C sort), so that a file of any size is asked in a few
 * reads and never loaded. Not mapped into memory: a file that is replaced in place would end the
 * server. Any thread.
 */
#include "base/err.h"
#include "base/str.h"

struct breached_file;

/* ERR_CONFIG if it is no such file; places all over it are looked at. */
enum err_code breached_file_open(struct breached_file **out, const char *path,
                                 struct err *err) MUST_USE;
void breached_file_close(struct breached_file *take); /* NULL is fine */
/* In plain lists also as it is in lower case, which is how most of them are. */
bool breached_file_has(const struct breached_file *f, struct str password);
#endif
