-- Who is signed in, and how often an account was guessed at.

-- One row is one sign-in with all tokens that come from it. The refresh token is "<id>.<family>.<secret>": id and family
-- stay, the secret is new each time. Only hashes are kept. A token with the right family and another secret than the
-- one kept is one that was used before.
CREATE TABLE sessions (
    seq {seq},
    env BIGINT NOT NULL REFERENCES environments (seq),
    id {key} NOT NULL,
    user_seq BIGINT NOT NULL REFERENCES users (seq) ON DELETE CASCADE,
    tenant_seq BIGINT NOT NULL REFERENCES tenants (seq),
    family_hash TEXT NOT NULL,
    secret_hash TEXT NOT NULL,
    rotations BIGINT NOT NULL DEFAULT 0,
    rotated_at BIGINT NOT NULL,
    methods BIGINT NOT NULL,
    impersonated INTEGER NOT NULL DEFAULT 0,
    ip TEXT,
    user_agent TEXT,
    created_at BIGINT NOT NULL,
    auth_at BIGINT NOT NULL,
    used_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    UNIQUE (env, id)
);
CREATE INDEX sessions_by_time ON sessions (env, created_at, seq);
CREATE INDEX sessions_by_tenant ON sessions (tenant_seq, created_at, seq);
CREATE INDEX sessions_by_user ON sessions (user_seq, created_at, seq);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

-- Guesses in a row that were not right, by what was guessed. locked_at: when the last allowed one was wrong.
CREATE TABLE guesses (
    user_seq BIGINT NOT NULL REFERENCES users (seq) ON DELETE CASCADE,
    kind {key} NOT NULL,
    failures BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    locked_at BIGINT,
    PRIMARY KEY (user_seq, kind)
){clustered};

-- Guesses at accounts that do not exist write here, so that they cost what all others cost.
CREATE TABLE guesses_at_nobody (
    slot BIGINT NOT NULL PRIMARY KEY,
    failures BIGINT NOT NULL
){clustered};
