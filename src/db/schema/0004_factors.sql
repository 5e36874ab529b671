-- Second factors of a person: authenticator apps, phones, the recovery code, and devices on which no second factor
-- is asked for. Security keys have a table of their own.

-- The seed is sealed, bound to person and device. last_step is the newest 30 second step whose code was used: a code
-- counts if moving it forward changes the row, so each works once, whoever asks whichever server.
CREATE TABLE authenticators (
    seq {seq},
    user_seq BIGINT NOT NULL UNIQUE REFERENCES users (seq) ON DELETE CASCADE,
    id {key} NOT NULL UNIQUE,
    seed_sealed {bytes} NOT NULL,
    last_step BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    last_used_at BIGINT
);

CREATE TABLE factor_phones (
    seq {seq},
    user_seq BIGINT NOT NULL REFERENCES users (seq) ON DELETE CASCADE,
    id {key} NOT NULL UNIQUE,
    phone_number TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (user_seq, phone_number)
);

-- The code that removes all factors, as a hash; a person has at most one.
CREATE TABLE recovery_codes (
    user_seq BIGINT NOT NULL REFERENCES users (seq) ON DELETE CASCADE,
    code_hash {key} NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (user_seq)
){clustered};

-- A browser that holds the token of this hash is not asked again for a while, for this person.
CREATE TABLE remembered_devices (
    user_seq BIGINT NOT NULL REFERENCES users (seq) ON DELETE CASCADE,
    token_hash {key} NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (user_seq, token_hash)
){clustered};
CREATE INDEX remembered_devices_by_token ON remembered_devices (token_hash);
CREATE INDEX remembered_devices_by_expiry ON remembered_devices (expires_at);

-- How many messages somebody caused lately: per number or address, person, tenant, and caller's address. A row counts
-- from `since` on and starts over when its time has passed.
CREATE TABLE send_counts (
    env BIGINT NOT NULL REFERENCES environments (seq),
    subject {key} NOT NULL,
    sent BIGINT NOT NULL,
    since BIGINT NOT NULL,
    PRIMARY KEY (env, subject)
){clustered};
CREATE INDEX send_counts_by_age ON send_counts (since);
