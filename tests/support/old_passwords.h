#ifndef TESTS_SUPPORT_OLD_PASSWORDS_H
#define TESTS_SUPPORT_OLD_PASSWORDS_H
/*
 * People of other systems as import requests describe them: a hash of each type with the password
 * that it belongs to, and hashes that nobody may bring along. `members` are the further members that
 * say what the hash is, with ' for ".
 */
struct old_password {
    const char *members, *hash, *password;
};
/* One of each type at least. */
enum { OLD_PASSWORDS = 8, COSTLY_HASHES = 7 };
extern const struct old_password old_passwords[OLD_PASSWORDS];
/* Comparing with them would cost gigabytes or hours; the password is "". */
extern const struct old_password costly_hashes[COSTLY_HASHES];
#define OLD_BCRYPT "$2b$04$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e"
#endif
