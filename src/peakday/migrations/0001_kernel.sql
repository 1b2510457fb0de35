-- The kernel's own tables: news on its way, what was done about it, dated settings, import progress.
create schema kernel;

create table kernel.outbox (
    event_id uuid primary key,
    topic text not null,
    payload jsonb not null,
    announced_at timestamptz not null,
    next_try_at timestamptz not null,
    attempts int not null default 0,
    settled_at timestamptz,
    last_error text
);
create index outbox_due on kernel.outbox (event_id) where settled_at is null;

create table kernel.reaction_done (
    reaction text not null,
    event_id uuid not null,
    done_at timestamptz not null default now(),
    primary key (reaction, event_id)
);

-- one row a key: what was asked (hash) and what was answered, so that a retry gets the first answer
create table kernel.idempotency (
    actor_key text not null,
    key text not null,
    request_hash bytea not null,
    status int,
    response jsonb,
    created_at timestamptz not null default now(),
    primary key (actor_key, key)
);

-- limits that several processes share: a window of counts per key
create table kernel.rate_window (
    key text not null,
    window_start timestamptz not null,
    hits int not null,
    primary key (key, window_start)
);
