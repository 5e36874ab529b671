-- Passwords that a person had before the one in users.password_hash, so that a policy can refuse them. Kept only
-- while such a policy is in force, and only as many as it looks at.
CREATE TABLE password_history (
    seq {seq},
    user_seq BIGINT NOT NULL REFERENCES users (seq) ON DELETE CASCADE,
    password_hash TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX password_history_by_user ON password_history (user_seq, seq);
