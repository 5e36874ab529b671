-- What access tokens contain for those whom a targeting rule picks; `claims` is a JSON object.
CREATE TABLE jwt_templates (
    seq {seq},
    env BIGINT NOT NULL REFERENCES environments (seq),
    id {key} NOT NULL,
    template_key {key} NOT NULL,
    name {key} NOT NULL,
    description TEXT,
    expiration BIGINT NOT NULL,
    algorithm TEXT NOT NULL,
    claims TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (env, id),
    UNIQUE (env, template_key)
);
