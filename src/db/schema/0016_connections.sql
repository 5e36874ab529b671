-- Where people come from: user pools that are asked at sign-in, and custom social providers.

-- config is a JSON object with secrets in it, sealed and bound to the row.
CREATE TABLE connections (
    seq {seq},
    env BIGINT NOT NULL REFERENCES environments (seq),
    id {key} NOT NULL,
    kind {key} NOT NULL,
    name TEXT NOT NULL,
    description TEXT,
    place BIGINT NOT NULL,
    config_sealed {bytes} NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (env, id)
);
CREATE INDEX connections_by_place ON connections (env, place, seq);

-- Of a pool: the applications it serves; none: all of them.
CREATE TABLE connection_apps (
    connection_seq BIGINT NOT NULL REFERENCES connections (seq) ON DELETE CASCADE,
    app_id {key} NOT NULL,
    PRIMARY KEY (connection_seq, app_id)
);

-- Who came from which pool.
CREATE TABLE connection_users (
    connection_seq BIGINT NOT NULL REFERENCES connections (seq) ON DELETE CASCADE,
    user_seq BIGINT NOT NULL REFERENCES users (seq) ON DELETE CASCADE,
    last_login BIGINT NOT NULL,
    PRIMARY KEY (connection_seq, user_seq)
);
CREATE INDEX connection_users_by_user ON connection_users (user_seq);
