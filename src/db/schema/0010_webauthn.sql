-- Security keys of people. The id that the key itself gives (credential_id, base64url) is unique in an environment: a
-- key that says it is somebody else's is refused. It can be longer than an index likes, so its hash is what is unique.
-- sign_count only goes up: an answer with an older one comes from a copy of the key.
CREATE TABLE webauthn_credentials (
    seq {seq},
    env BIGINT NOT NULL REFERENCES environments (seq),
    user_seq BIGINT NOT NULL REFERENCES users (seq) ON DELETE CASCADE,
    id {key} NOT NULL UNIQUE,
    credential_hash {key} NOT NULL,
    credential_id TEXT NOT NULL,
    algorithm INTEGER NOT NULL,
    public_key {bytes} NOT NULL,
    sign_count BIGINT NOT NULL,
    device_type TEXT NOT NULL,
    name TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    last_used_at BIGINT,
    UNIQUE (env, credential_hash)
);
CREATE INDEX webauthn_credentials_by_user ON webauthn_credentials (user_seq);
