-- Passwords that a person had before the one in users.password_hash, so that a policy can refuse them. Kept only
-- while such a policy is in force, and only as many as it looks at.
CREATE TABLE password_history (
    seq {seq},
    user_seq BIGINT NOT NULL REFERENCES users (seq) ON DELETE CASCADE,
    password_hash TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX password_history_by_user ON password_history (user_seq, seq);

-- Further e-mail addresses of a person; the primary one is users.email. Anybody may write down any address: only a
-- verified one is theirs, and then nobody else's. That it is nobody's primary one is looked at by store/emails.c.
CREATE TABLE user_emails (
    seq {seq},
    env BIGINT NOT NULL REFERENCES environments (seq),
    user_seq BIGINT NOT NULL REFERENCES users (seq) ON DELETE CASCADE,
    id {key} NOT NULL,
    email TEXT NOT NULL,
    email_key {key} NOT NULL,
    verified INTEGER NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (env, id),
    UNIQUE (user_seq, email_key)
);
CREATE UNIQUE INDEX user_emails_verified ON user_emails (env, email_key) WHERE verified = 1;

-- Phone numbers of a person, the one in users.phone_number among them. phone_key is the number without dashes.
CREATE TABLE user_phones (
    seq {seq},
    env BIGINT NOT NULL REFERENCES environments (seq),
    user_seq BIGINT NOT NULL REFERENCES users (seq) ON DELETE CASCADE,
    id {key} NOT NULL,
    phone_number TEXT NOT NULL,
    phone_key {key} NOT NULL,
    verified INTEGER NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (env, id),
    UNIQUE (user_seq, phone_key)
);
CREATE UNIQUE INDEX user_phones_verified ON user_phones (env, phone_key) WHERE verified = 1;
CREATE INDEX user_phones_by_key ON user_phones (env, phone_key, seq);
INSERT INTO user_phones (env, user_seq, id, phone_number, phone_key, created_at, updated_at)
    SELECT env, seq, id, phone_number, REPLACE(phone_number, '-', ''), created_at, updated_at
    FROM users WHERE phone_number IS NOT NULL AND phone_number <> '';
