-- Texts of messages that differ from our own. A column that is NULL or '' means "as in our default".
CREATE TABLE message_templates (
    seq {seq},
    env BIGINT NOT NULL REFERENCES environments (seq),
    id TEXT NOT NULL,
    channel INTEGER NOT NULL,
    type {key} NOT NULL,
    subject TEXT,
    body TEXT,
    sender_email TEXT,
    from_name TEXT,
    redirect_url TEXT,
    success_redirect_url TEXT,
    active INTEGER NOT NULL DEFAULT 1,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (env, channel, type),
    UNIQUE (env, id)
);
