-- The tables as SQLite has them at its ninth version, but for what would let one node at a time
-- go on. Times are milliseconds since 1970; identifiers are compared byte by byte.
CREATE TABLE kaucim_schema (
    version bigint NOT NULL,
    -- The first version of the program that can work with these tables.
    oldest bigint NOT NULL
);
INSERT INTO kaucim_schema VALUES (0, 0);

CREATE TABLE accounts (
    account_id text COLLATE "C" PRIMARY KEY,
    -- In which order they were made.
    made bigint GENERATED ALWAYS AS IDENTITY,
    kind text NOT NULL CHECK (kind IN ('keyed', 'guest')),
    name text NOT NULL,
    created_ms bigint NOT NULL,
    turn bigint NOT NULL DEFAULT 0,
    issuer text,
    subject text
);
CREATE UNIQUE INDEX accounts_by_subject ON accounts (issuer, subject) WHERE subject IS NOT NULL;
CREATE INDEX accounts_by_name ON accounts (name) WHERE kind = 'keyed';

CREATE TABLE keys (
    hash bytea PRIMARY KEY,
    made bigint GENERATED ALWAYS AS IDENTITY,
    account_id text COLLATE "C" NOT NULL REFERENCES accounts ON DELETE CASCADE,
    name text NOT NULL,
    scopes text NOT NULL,
    created_ms bigint NOT NULL,
    expires_ms bigint,
    revoked_ms bigint,
    label text NOT NULL,
    budget_id text NOT NULL
);
CREATE INDEX keys_by_account ON keys (account_id);

CREATE TABLE tasks (
    task_id text COLLATE "C" PRIMARY KEY,
    account_id text COLLATE "C" NOT NULL REFERENCES accounts ON DELETE CASCADE,
    end_user text,
    status text NOT NULL,
    epoch bigint NOT NULL DEFAULT 0,
    attempts bigint NOT NULL DEFAULT 0,
    calls bigint NOT NULL DEFAULT 0,
    input_tokens bigint NOT NULL DEFAULT 0,
    output_tokens bigint NOT NULL DEFAULT 0,
    last_sequence bigint NOT NULL DEFAULT 0,
    deity_id text NOT NULL,
    fortune_number bigint NOT NULL,
    question text NOT NULL,
    language text NOT NULL,
    context text NOT NULL,
    created_ms bigint NOT NULL,
    started_ms bigint,
    first_token_ms bigint,
    finished_ms bigint,
    turn bigint NOT NULL,
    arrival bigint NOT NULL,
    holder text COLLATE "C",
    tokens bigint NOT NULL DEFAULT 0,
    called_ms bigint NOT NULL DEFAULT 0,
    day bigint,
    budget_id text,
    paid_as text
);
CREATE INDEX tasks_by_account ON tasks (account_id, task_id);
CREATE INDEX tasks_unfinished_by_account ON tasks (account_id, end_user)
    WHERE finished_ms IS NULL;
CREATE INDEX tasks_queued ON tasks (turn, arrival) WHERE status = 'queued';
CREATE INDEX tasks_held ON tasks (holder) WHERE holder IS NOT NULL;
CREATE INDEX tasks_finished ON tasks (finished_ms) WHERE finished_ms IS NOT NULL;

CREATE TABLE events (
    task_id text COLLATE "C" NOT NULL REFERENCES tasks ON DELETE CASCADE,
    sequence bigint NOT NULL,
    data text NOT NULL,
    PRIMARY KEY (task_id, sequence)
);

CREATE TABLE idempotency (
    account_id text COLLATE "C" NOT NULL REFERENCES accounts ON DELETE CASCADE,
    key text NOT NULL,
    body_hash bytea NOT NULL,
    task_id text COLLATE "C" NOT NULL REFERENCES tasks ON DELETE CASCADE,
    created_ms bigint NOT NULL,
    PRIMARY KEY (account_id, key)
);
CREATE INDEX idempotency_by_task ON idempotency (task_id);
CREATE INDEX idempotency_by_time ON idempotency (created_ms);

CREATE TABLE holders (
    holder text COLLATE "C" PRIMARY KEY,
    -- By the server's clock, which all nodes share.
    lease_ms bigint NOT NULL
);

CREATE TABLE queue (
    one bigint PRIMARY KEY CHECK (one = 1),
    -- The turn that was served last.
    turn bigint NOT NULL
);
INSERT INTO queue VALUES (1, 0);
CREATE SEQUENCE arrivals;

CREATE TABLE draws (
    draw_id text COLLATE "C" PRIMARY KEY,
    account_id text COLLATE "C" NOT NULL REFERENCES accounts ON DELETE CASCADE,
    end_user text,
    deity_id text NOT NULL,
    deck_id text NOT NULL,
    version text NOT NULL,
    count bigint NOT NULL,
    secret bytea,
    nonce text,
    number bigint,
    matter bytea,
    asked bigint NOT NULL DEFAULT 0,
    expires_ms bigint NOT NULL,
    CHECK ((number IS NULL) = (nonce IS NULL) OR secret IS NULL)
);
CREATE INDEX draws_by_account ON draws (account_id);
CREATE UNIQUE INDEX draws_by_matter ON draws (matter) WHERE matter IS NOT NULL;
CREATE INDEX draws_by_expiry ON draws (expires_ms);

CREATE TABLE matter_key (
    one bigint PRIMARY KEY CHECK (one = 1),
    key bytea NOT NULL
);
-- Two random identifiers have 244 bits that nobody can guess.
INSERT INTO matter_key
    VALUES (1, sha256(convert_to(gen_random_uuid()::text || gen_random_uuid()::text, 'UTF8')));

CREATE TABLE person_key (
    one bigint PRIMARY KEY CHECK (one = 1),
    key bytea NOT NULL
);
INSERT INTO person_key
    VALUES (1, sha256(convert_to(gen_random_uuid()::text || gen_random_uuid()::text, 'UTF8')));

CREATE TABLE credentials (
    one bigint PRIMARY KEY CHECK (one = 1),
    changes bigint NOT NULL
);
INSERT INTO credentials VALUES (1, 0);
CREATE FUNCTION credentials_changed() RETURNS trigger LANGUAGE plpgsql
    SET search_path FROM CURRENT AS $$
BEGIN
    UPDATE credentials SET changes = changes + 1;
    RETURN NULL;
END $$;
CREATE TRIGGER key_changed AFTER UPDATE OF scopes, expires_ms, revoked_ms ON keys
    FOR EACH ROW EXECUTE FUNCTION credentials_changed();
CREATE TRIGGER key_deleted AFTER DELETE ON keys
    FOR EACH ROW EXECUTE FUNCTION credentials_changed();

CREATE TABLE audit (
    audit_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at_ms bigint NOT NULL,
    actor text NOT NULL,
    act text NOT NULL,
    object text NOT NULL
);

-- What was spent is the sum of the parts. Each connection adds to its own, so that those who pay
-- from one budget need not wait for each other.
CREATE TABLE spending (
    day bigint NOT NULL,
    budget_id text NOT NULL,
    part integer NOT NULL,
    readings bigint NOT NULL,
    tokens bigint NOT NULL,
    PRIMARY KEY (day, budget_id, part)
);
CREATE FUNCTION tokens_spent() RETURNS trigger LANGUAGE plpgsql
    SET search_path FROM CURRENT AS $$
DECLARE
    payer text;
BEGIN
    -- The order in which questions pay, too: nobody waits in a circle.
    FOREACH payer IN ARRAY ARRAY[new.budget_id, new.paid_as, 'all'] LOOP
        IF payer IS NOT NULL THEN
            INSERT INTO spending (day, budget_id, part, readings, tokens)
                VALUES (new.day, payer, pg_backend_pid() % 64, 0, new.tokens - old.tokens)
                ON CONFLICT (day, budget_id, part)
                DO UPDATE SET tokens = spending.tokens + excluded.tokens;
        END IF;
    END LOOP;
    RETURN NULL;
END $$;
CREATE TRIGGER tokens_spent AFTER UPDATE OF tokens ON tasks
    FOR EACH ROW WHEN (new.tokens <> old.tokens AND new.day IS NOT NULL)
    EXECUTE FUNCTION tokens_spent();

CREATE TABLE passes (
    hash bytea PRIMARY KEY,
    account_id text COLLATE "C" NOT NULL REFERENCES accounts ON DELETE CASCADE,
    task_id text COLLATE "C" REFERENCES tasks ON DELETE CASCADE,
    key_hash bytea REFERENCES keys ON DELETE CASCADE,
    label text NOT NULL,
    budget_id text NOT NULL,
    credential_expires_ms bigint,
    expires_ms bigint NOT NULL,
    signed_with text
);
CREATE INDEX passes_by_account ON passes (account_id);
CREATE INDEX passes_by_task ON passes (task_id);
CREATE INDEX passes_by_key ON passes (key_hash);
CREATE INDEX passes_by_expiry ON passes (expires_ms);

CREATE TABLE reports (
    report_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    task_id text COLLATE "C" NOT NULL UNIQUE REFERENCES tasks ON DELETE CASCADE,
    reason text NOT NULL,
    with_reading bigint NOT NULL,
    reported_ms bigint NOT NULL
);

-- Notes what has changed, for whoever has changed it to tell other nodes of once it is durable.
-- Nothing depends on it. It is not told here: a transaction that tells holds a lock of the whole
-- server until its log is flushed, and no two could share a flush. `~` says that only those who
-- follow the task want to know.
CREATE FUNCTION tasks_hint() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    hint text;
BEGIN
    IF tg_op = 'DELETE' THEN
        hint := old.task_id || ' erased';
    ELSE
        hint := new.task_id || ' ' || new.epoch || ' ' || new.last_sequence || ' ' || new.status;
        IF tg_op = 'UPDATE' AND new.epoch = old.epoch THEN
            hint := '~' || hint;
        END IF;
    END IF;
    PERFORM set_config('kaucim.hints',
        concat_ws(';', nullif(current_setting('kaucim.hints', true), ''), hint), true);
    RETURN NULL;
END $$;
CREATE TRIGGER tasks_hint AFTER INSERT OR DELETE OR UPDATE OF status, epoch, last_sequence
    ON tasks FOR EACH ROW EXECUTE FUNCTION tasks_hint();

-- The text of sections that are being written, for readers at other nodes than the writer's. It is
-- gone after a crash, and nothing is lost with it: what is sealed is in `events`.
CREATE UNLOGGED TABLE open_text (
    task_id text COLLATE "C" NOT NULL,
    epoch bigint NOT NULL,
    -- The last event when the section was opened.
    base bigint NOT NULL,
    -- In bytes, from the beginning of the section.
    start bigint NOT NULL,
    -- The last event that the writer knew of.
    head bigint NOT NULL,
    attempt bigint NOT NULL,
    section text NOT NULL,
    deltas bigint NOT NULL,
    text text NOT NULL,
    PRIMARY KEY (task_id, epoch, base, start)
);
-- Nodes whose readers follow a task that runs elsewhere.
CREATE UNLOGGED TABLE interest (
    task_id text COLLATE "C" NOT NULL,
    node text COLLATE "C" NOT NULL,
    until_ms bigint NOT NULL,
    PRIMARY KEY (task_id, node)
);
