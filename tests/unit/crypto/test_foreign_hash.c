/* Hashes of other systems: read, compared, and refused when they ask for too much. The vectors were made
 * with Python's hashlib and crypt; Firebase's is the one its authors publish. */
#include "crypto/foreign_hash.h"

#include "base/mem.h"
#include "crypto/password.h"
#include "tests/support/unit.h"

#include <sys/resource.h>

static struct arena arena;

#define FIREBASE                                                                                   \
    "{\"salt\":\"42xEC+ixf3L2lw==\",\"saltSeparator\":\"Bw==\",\"rounds\":8,\"memCost\":14,"       \
    "\"signerKey\":"                                                                               \
    "\"jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA=="   \
    "\"}"

static const struct {
    const char *type, *hash, *config, *password; /* password NULL: "correct horse" */
} GOOD[] = {
    {"bcrypt", "$2b$04$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e", "", NULL},
    {"bcrypt", "$2y$04$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e", "", NULL},
    {"bcrypt", "$2a$05$abcdefghijklmnopqrstuuHNbAKRhpaujgo33bRWs.NLUTJO3lOy2", "{}", NULL},
    {"argon2",
     "$argon2i$v=19$m=8192,t=3,p=1$g+QU+h5t/Z2nn0y+VJDxVg$NUiK89N02yOtQEmSKVfyp0x5uf/FfHE/bL3v/"
     "rNqyvA",
     "", "password"},
    {"scrypt",
     "vAbY9bB0DEYmn25vbBXFkLmdKTycjip/qn3t6IqxhzqxzyLWsfPV26euYoaR95BpRLoE1f8kVzfKVLdVK2ZDGg==",
     "{\"salt\":\"NaCl\",\"N\":1024,\"r\":8,\"p\":2}", NULL},
    {"scrypt",
     "$scrypt$ln=10,r=8,p=1$AAECAwQFBgcICQoLDA0ODw$nfkj3u1fRTHCea+fVr03sWV770kp5wLOLoEakziKhqE", "",
     NULL},
    {"firebase-scrypt",
     "lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ==",
     FIREBASE, "user1password"},
    {"pbkdf2", "Q5IBC6DYW4Qjjrm9J0Q5yxfFVsc=",
     "{\"salt\":\"salty\",\"iterations\":1000,\"digest\":\"sha1\"}", NULL},
    {"pbkdf2", "0f3bdaa0f0d61cd94efb4a79134e2649c21488d56327c6298188ad61336a1e8f",
     "{\"salt\":\"c2FsdHk=\",\"saltEncoding\":\"base64\",\"iterations\":1000}", NULL},
    {"pbkdf2",
     "zNxd3/xquiA8cIVEroQsutEQ5/yYoaRdgkMeuinPc3i9hx5x6AG+9Us2I/TMp1LN/kzBAu1LH5fJcWiRPxNomg",
     "{\"salt\":\"73616c7479\",\"saltEncoding\":\"hex\",\"iterations\":1000,\"digest\":\"SHA-"
     "512\"}",
     NULL},
    {"pbkdf2",
     "$pbkdf2-sha512$1000$AAECAwQFBgcICQoLDA0ODw$"
     "Xpx07WjVx4vCIvrmBRj8uOoVVtGqJqtUv2J5bhizSQs7osCteF7W4A61dZDqSIqQjO.dxO6p5FT/Uy7QRBXSXA",
     "", NULL},
    {"pbkdf2", "$pbkdf2$1000$AAECAwQFBgcICQoLDA0ODw$ndhWw3a4srcTtr4HQFTLiKRlVuA", "", NULL},
    {"pbkdf2", "pbkdf2_sha256$1000$seasalt$mQnueSakb748zqBAC1tmWVZsZbi2zPGZarEzTGdfmso=", "", NULL},
    {"sha256", "4104d36f8da2c254349f85836793ebe029e0c957063a34c91c2e9203187b5631", "", NULL},
    {"sha256", "iiBneCY1H83bKojQwRhnuXkXl3mOZIuJrAljDBgCy5A=",
     "{\"salt\":\"pepper\",\"saltPosition\":\"suffix\"}", NULL},
    {"sha256", "869A1FA0609A1D15A5C3EB891428B7A6C8395B2EE10C4762E97FFCA0EBE8C0B5",
     "{\"salt\":\"pepper\"}", NULL},
    {"sha1", "2f9e53523b62abc141a2b4d6019d23cba835dbd0", "", NULL},
    {"sha1", "627fae49502536139a6c2c459883fb8e96d1b6d7",
     "{\"salt\":\"00ff\",\"saltEncoding\":\"hex\"}", NULL},
};

static enum err_code
import(const char *type, const char *hash, const char *config, struct str *out, struct err *err)
{
    *err = (struct err){.code = ERR_OK};
    return foreign_hash_import(str_of(type), str_of(hash), str_of(config), &arena, out, err);
}

static bool
matches(struct password_gate *g, const char *password, struct str hash)
{
    bool match = false;
    assert_int_equal(password_verify(g, str_of(password), hash, &match, NULL), ERR_OK);
    return match;
}

/* Through password_verify, as a sign-in does it. */
static void
every_type_is_compared_with(void **state)
{
    (void)state;
    struct password_gate *g = password_gate_new(2, 4);
    for (size_t i = 0; i < COUNT_OF(GOOD); i++) {
        struct str stored;
        struct err err;
        if (import(GOOD[i].type, GOOD[i].hash, GOOD[i].config, &stored, &err) != ERR_OK)
            fail_msg("%zu %s: %s", i, GOOD[i].type, err.msg);
        const char *password = GOOD[i].password ? GOOD[i].password : "correct horse";
        assert_true(password_hash_ok(stored));
        assert_false(password_hash_current(stored)); /* so the first sign-in replaces it */
        if (!matches(g, password, stored) || matches(g, "correct horsf", stored) ||
            matches(g, "", stored))
            fail_msg("%zu %s %.*s", i, GOOD[i].type, STR_ARG(stored));
    }
    password_gate_free(g);
}

static const struct {
    const char *type, *hash, *config;
} BAD[] = {
    {"md5", "d41d8cd98f00b204e9800998ecf8427e", ""},
    {"bcrypt", "$2b$15$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e", ""},
    {"bcrypt", "$2b$31$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e", ""},
    {"bcrypt", "$2b$03$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e", ""},
    {"bcrypt", "$2c$04$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e", ""},
    {"bcrypt", "$2b$04$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6", ""},
    {"bcrypt", "$2b$04$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6 ", ""},
    {"bcrypt", "$6$abcdefgh$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJ", ""},
    {"bcrypt", "", ""},
    {"argon2",
     "$argon2id$v=19$m=4194304,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwuA9U1bMCHGUY",
     ""},
    {"argon2", "$2b$04$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e", ""},
    {"scrypt",
     "$scrypt$ln=24,r=8,p=1$AAECAwQFBgcICQoLDA0ODw$nfkj3u1fRTHCea+fVr03sWV770kp5wLOLoEakziKhqE",
     ""},
    {"scrypt",
     "$scrypt$ln=64,r=8,p=1$AAECAwQFBgcICQoLDA0ODw$nfkj3u1fRTHCea+fVr03sWV770kp5wLOLoEakziKhqE",
     ""},
    {"scrypt",
     "$scrypt$ln=17,r=9,p=1$AAECAwQFBgcICQoLDA0ODw$nfkj3u1fRTHCea+fVr03sWV770kp5wLOLoEakziKhqE",
     ""},
    {"scrypt",
     "$scrypt$ln=17,r=8,p=10$AAECAwQFBgcICQoLDA0ODw$nfkj3u1fRTHCea+"
     "fVr03sWV770kp5wLOLoEakziKhqE",
     ""},
    {"scrypt", "vAbY9bB0DEYmn25vbBXFkA==", "{\"salt\":\"s\",\"N\":1000}"},
    {"scrypt", "vAbY9bB0DEYmn25vbBXFkA==", "{\"salt\":\"s\",\"N\":-1}"},
    {"scrypt", "vAbY9bB0DEYmn25vbBXFkA==", "{\"salt\":\"s\",\"r\":18446744073709551615}"},
    {"scrypt", "vAbY9bB0", "{\"salt\":\"s\"}"},
    {"firebase-scrypt", "lSrfV15cpx95/sZS2W9c9A==", FIREBASE},
    {"firebase-scrypt", "lSrfV15cpx95/sZS2W9c9A==", ""},
    {"pbkdf2", "Q5IBC6DYW4Qjjrm9J0Q5yxfFVsc=", "{\"salt\":\"salty\",\"iterations\":4000000000}"},
    {"pbkdf2", "Q5IBC6DYW4Qjjrm9J0Q5yxfFVsc=", "{\"salt\":\"salty\"}"},
    {"pbkdf2",
     "Q5IBC6DYW4Qjjrm9J0Q5yxfFVsc=", "{\"salt\":\"salty\",\"iterations\":1000,\"digest\":\"md5\"}"},
    {"pbkdf2", "Q5IBC6DYW4Qjjrm9J0Q5yxfFVsc=", "not json"},
    {"pbkdf2", "Q5IBC6DYW4Qjjrm9J0Q5yxfFVsc=", "[1]"},
    {"pbkdf2", "pbkdf2_sha256$99999999$seasalt$mQnueSakb748zqBAC1tmWVZsZbi2zPGZarEzTGdfmso=", ""},
    {"pbkdf2", "pbkdf2_sha256$1000$seasalt$mQnueSakb748zqBAC1tmWVZsZbi2zPGZarEzTGdfmso=$more", ""},
    {"sha256", "2f9e53523b62abc141a2b4d6019d23cba835dbd0", ""},
    {"sha256", "not a digest at all, whatever it may be!!", ""},
    {"sha1", "2f9e53523b62abc141a2b4d6019d23cba835dbd0",
     "{\"salt\":\"x\",\"saltPosition\":\"middle\"}"},
    {"sha1", "2f9e53523b62abc141a2b4d6019d23cba835dbd0",
     "{\"salt\":\"xx\",\"saltEncoding\":\"hex\"}"},
};

static void
what_cannot_be_read_or_paid_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(BAD); i++) {
        struct str stored;
        struct err err;
        if (import(BAD[i].type, BAD[i].hash, BAD[i].config, &stored, &err) != ERR_INVALID ||
            str_given(stored) || !err.msg[0])
            fail_msg("%zu %s %s", i, BAD[i].type, BAD[i].hash);
    }
}

/* What stands in the database may not be what import made: it is bounded again. */
static void
stored_texts_are_bounded_again(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "$gh$scrypt$1073741824,8,1$AAAA$nfkj3u1fRTHCea+fVr03sQ==$",
        "$gh$scrypt$1024,8,1$AAAA$nfkj3u1fRTHCea+fVr03sQ==",
        "$gh$scrypt$1024,8,1$AAAA$nfkj3u1fRTHCea+fVr03sQ==$$",
        "$gh$scrypt$1024,8$AAAA$nfkj3u1fRTHCea+fVr03sQ==$",
        "$gh$scrypt$1024,8,1$A$nfkj3u1fRTHCea+fVr03sQ==$",
        "$gh$pbkdf2-sha256$2000000000,0,0$AAAA$nfkj3u1fRTHCea+fVr03sQ==$",
        "$gh$md5$1,0,0$AAAA$nfkj3u1fRTHCea+fVr03sQ==$",
        "$gh$sha1$0,0,0$$$",
        "$gh$firebase$1024,8,1$AAAA$nfkj3u1fRTHCea+fVr03sQ==$",
        "$2b$31$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e",
    };
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        if (foreign_hash_ok(str_of(bad[i])) || foreign_hash_matches(STR("x"), str_of(bad[i])))
            fail_msg("%s", bad[i]);
    assert_true(foreign_hash_ok(STR("$gh$scrypt$1024,8,1$AAAA$nfkj3u1fRTHCea+fVr03sQ==$")));
}

/* The dearest that is let in stays within the memory that is promised. */
static void
the_dearest_scrypt_is_bounded(void **state)
{
    (void)state;
    struct str stored;
    struct err err;
    struct rusage usage;
    assert_int_equal(import("scrypt",
                            "$scrypt$ln=17,r=8,p=1$AAECAwQFBgcICQoLDA0ODw$nfkj3u1fRTHCea+"
                            "fVr03sWV770kp5wLOLoEakziKhqE",
                            "", &stored, &err),
                     ERR_OK);
    assert_false(foreign_hash_matches(STR("wrong"), stored));
    assert_int_equal(getrusage(RUSAGE_SELF, &usage), 0);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    assert_true(usage.ru_maxrss < 220 * 1024);
#endif
}

static int
start(void **state)
{
    (void)state;
    arena_init(&arena, 1024 * 1024);
    return 0;
}

static int
stop(void **state)
{
    (void)state;
    arena_fini(&arena);
    return 0;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_type_is_compared_with),
        cmocka_unit_test(what_cannot_be_read_or_paid_is_refused),
        cmocka_unit_test(stored_texts_are_bounded_again),
        cmocka_unit_test(the_dearest_scrypt_is_bounded),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
