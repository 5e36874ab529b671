#include "tests/support/old_passwords.h"

const struct old_password old_passwords[OLD_PASSWORDS] = {
    {"", OLD_BCRYPT, "correct horse"},
    {",'passwordHashType':'bcrypt'", OLD_BCRYPT, "correct horse"},
    {",'passwordHashType':'argon2'",
     "$argon2i$v=19$m=8192,t=3,p=1$g+QU+h5t/Z2nn0y+VJDxVg$NUiK89N02yOtQEmSKVfyp0x5uf/FfHE/bL3v/"
     "rNqyvA",
     "password"},
    {",'passwordHashType':'scrypt'",
     "$scrypt$ln=10,r=8,p=1$AAECAwQFBgcICQoLDA0ODw$nfkj3u1fRTHCea+fVr03sWV770kp5wLOLoEakziKhqE",
     "correct horse"},
    {",'passwordHashType':'pbkdf2','passwordHashConfig':"
     "'{\\'salt\\':\\'salty\\',\\'iterations\\':1000,\\'digest\\':\\'sha1\\'}'",
     "Q5IBC6DYW4Qjjrm9J0Q5yxfFVsc=", "correct horse"},
    {",'passwordHashType':'firebase-scrypt','passwordHashConfig':"
     "'{\\'salt\\':\\'42xEC+ixf3L2lw==\\',\\'saltSeparator\\':\\'Bw==\\',\\'rounds\\':8,\\'"
     "memCost\\':14,"
     "\\'signerKey\\':\\'"
     "jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA=="
     "\\'}'",
     "lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ==",
     "user1password"},
    {",'passwordHashType':'sha256'",
     "4104d36f8da2c254349f85836793ebe029e0c957063a34c91c2e9203187b5631", "correct horse"},
    {",'passwordHashType':'sha1'", "2f9e53523b62abc141a2b4d6019d23cba835dbd0", "correct horse"},
};

const struct old_password costly_hashes[COSTLY_HASHES] = {
    {",'passwordHashType':'argon2'",
     "$argon2id$v=19$m=4194304,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwuA9U1bMCHGUY",
     ""},
    {",'passwordHashType':'argon2'",
     "$argon2id$v=19$m=65536,t=4294967295,p=1$c29tZXNhbHQ$"
     "nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwuA9U1bMCHGUY",
     ""},
    {",'passwordHashType':'bcrypt'", "$2b$31$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e",
     ""},
    {",'passwordHashType':'scrypt'",
     "$scrypt$ln=30,r=8,p=1$AAECAwQFBgcICQoLDA0ODw$nfkj3u1fRTHCea+fVr03sWV770kp5wLOLoEakziKhqE",
     ""},
    {",'passwordHashType':'scrypt','passwordHashConfig':'{\\'salt\\':\\'s\\',\\'N\\':1073741824}'",
     "AAAAAAAAAAAAAAAAAAAAAA==", ""},
    {",'passwordHashType':'pbkdf2','passwordHashConfig':"
     "'{\\'salt\\':\\'salty\\',\\'iterations\\':2147483647,\\'digest\\':\\'sha1\\'}'",
     "Q5IBC6DYW4Qjjrm9J0Q5yxfFVsc=", ""},
    {",'passwordHashType':'firebase-scrypt','passwordHashConfig':"
     "'{\\'salt\\':\\'42xEC+ixf3L2lw==\\',\\'saltSeparator\\':\\'Bw==\\',\\'rounds\\':8,\\'"
     "memCost\\':30,\\'signerKey\\':\\'"
     "jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA=="
     "\\'}'",
     "lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ==",
     ""},
};
