-- +goose Up
-- The queue. The columns above the comment are gue's, which names them in every statement; those below are ours.
CREATE TABLE gue_jobs (
    job_id text PRIMARY KEY,
    priority smallint NOT NULL,
    run_at timestamptz NOT NULL,
    job_type text NOT NULL,
    args bytea NOT NULL,
    error_count integer NOT NULL DEFAULT 0,
    last_error text,
    queue text NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    -- error_count counts rate limits and stopped workers too; attempts are the runs that failed.
    key text NOT NULL DEFAULT '',
    correlation text NOT NULL DEFAULT '',
    attempts integer NOT NULL DEFAULT 0,
    failing_since timestamptz,
    failure text NOT NULL DEFAULT ''
);
CREATE INDEX gue_jobs_due ON gue_jobs (queue, run_at, priority);

-- Wakes the workers at the commit, whoever put the job in.
-- +goose StatementBegin
CREATE FUNCTION jobs_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('jobs', '');
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER jobs_changed AFTER INSERT OR UPDATE OF run_at ON gue_jobs
    FOR EACH STATEMENT EXECUTE FUNCTION jobs_changed();

-- The one job that waits for a key. The start of the job deletes the row. There is no foreign key: its check would
-- wait for a job that is just starting, which in turn waits for the row of its key.
CREATE TABLE job_keys (
    key text PRIMARY KEY,
    job_id text NOT NULL
);
CREATE INDEX job_keys_by_job ON job_keys (job_id);

-- A key never outlives its job, however that goes.
-- +goose StatementBegin
CREATE FUNCTION free_job_key() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM job_keys WHERE job_id = OLD.job_id;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER free_job_key AFTER DELETE ON gue_jobs FOR EACH ROW EXECUTE FUNCTION free_job_key();

-- Every start, written outside the job's transaction, so that it outlives a worker that dies. Without an end the job
-- is running, or its worker died in the middle.
CREATE TABLE job_runs (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    job_id text NOT NULL,
    type text NOT NULL,
    worker text NOT NULL,
    correlation text NOT NULL,
    started_at timestamptz NOT NULL,
    ended_at timestamptz,
    outcome varchar(20) NOT NULL DEFAULT '',
    failure text NOT NULL DEFAULT '',
    CONSTRAINT job_runs_outcome CHECK (outcome IN ('', 'done', 'retried', 'put_off', 'stopped', 'covered', 'dead')),
    CONSTRAINT job_runs_ended CHECK ((ended_at IS NULL) = (outcome = ''))
);
CREATE INDEX job_runs_by_job ON job_runs (job_id, id);
CREATE INDEX job_runs_by_start ON job_runs (started_at);

-- What could not be done and waits for a person.
CREATE TABLE dead_jobs (
    id text PRIMARY KEY,
    type text NOT NULL,
    lane text NOT NULL,
    key text NOT NULL,
    args bytea NOT NULL,
    correlation text NOT NULL,
    attempts integer NOT NULL,
    last_error text NOT NULL,
    created_at timestamptz NOT NULL,
    died_at timestamptz NOT NULL,
    resolution varchar(10) NOT NULL DEFAULT '',
    resolved_at timestamptz,
    CONSTRAINT dead_jobs_resolution CHECK (resolution IN ('', 'retried', 'discarded')),
    CONSTRAINT dead_jobs_resolved CHECK ((resolved_at IS NULL) = (resolution = ''))
);
CREATE INDEX dead_jobs_unresolved ON dead_jobs (died_at DESC) WHERE resolution = '';

CREATE TABLE schedules (
    type text PRIMARY KEY,
    plan text NOT NULL,
    next_run_at timestamptz NOT NULL,
    last_run_at timestamptz
);

CREATE TABLE workers (
    id text PRIMARY KEY,
    name text NOT NULL,
    version text NOT NULL,
    started_at timestamptz NOT NULL,
    seen_at timestamptz NOT NULL
);

-- +goose Down
DROP TABLE workers, schedules, dead_jobs, job_runs, job_keys, gue_jobs;
DROP FUNCTION jobs_changed(), free_job_key();
