-- Work that goes on after the answer to the request that asked for it: one row per job, one per item that is not done or
-- that failed. While a job waits, due_at is when it may be taken; while somebody works on it, due_at is the end of
-- their lease. processed is the place of the next item: it moves in the transaction of the item's change, and only for
-- the holder of the lease, so that each item happens once. Inputs are sealed and go when they were used.
CREATE TABLE jobs (
    seq {seq},
    env BIGINT NOT NULL REFERENCES environments (seq),
    id {key} NOT NULL,
    kind {key} NOT NULL,
    tenant_id {key},
    subject {key},
    state {key} NOT NULL,
    params {bytes},
    total BIGINT NOT NULL,
    processed BIGINT NOT NULL DEFAULT 0,
    failed BIGINT NOT NULL DEFAULT 0,
    attempts INTEGER NOT NULL DEFAULT 0,
    due_at BIGINT NOT NULL,
    lease {key},
    created_at BIGINT NOT NULL,
    started_at BIGINT,
    updated_at BIGINT NOT NULL,
    finished_at BIGINT,
    UNIQUE (env, id)
);
CREATE INDEX jobs_due ON jobs (due_at, seq) WHERE state = 'queued';
CREATE INDEX jobs_by_age ON jobs (updated_at) WHERE state <> 'queued';

CREATE TABLE job_items (
    job_seq BIGINT NOT NULL REFERENCES jobs (seq) ON DELETE CASCADE,
    place BIGINT NOT NULL,
    name TEXT,
    sealed {bytes},
    error TEXT,
    PRIMARY KEY (job_seq, place)
){clustered};
