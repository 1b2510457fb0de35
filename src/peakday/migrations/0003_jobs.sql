-- Work to be done later: one row a job. A running job holds a lease; a lease that ends without a result is taken over.
create table kernel.job (
    job_id uuid primary key,
    kind text not null,
    key text,
    payload jsonb not null,
    created_at timestamptz not null,
    run_at timestamptz not null,
    attempts int not null default 0,
    leased_until timestamptz,
    finished_at timestamptz,
    failed_at timestamptz,
    last_error text,
    unique (kind, key)
);
create index job_due on kernel.job (run_at) where finished_at is null and failed_at is null;
