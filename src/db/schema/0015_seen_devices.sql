-- From which kinds of devices a person has signed in, to tell them of a new one. What is kept is a hash of browser and
-- system in words, not of what the browser sent.
CREATE TABLE seen_devices (
    user_seq BIGINT NOT NULL REFERENCES users (seq) ON DELETE CASCADE,
    device {key} NOT NULL,
    seen_at BIGINT NOT NULL,
    PRIMARY KEY (user_seq, device)
);
