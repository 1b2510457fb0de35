-- How far has each import come, and what was wrong in it?
-- depends: 0001_kernel

create table kernel.import_run (
    run_id uuid primary key,
    kind text not null,
    key text not null,                       -- names the input: the same input is the same run
    shop_id uuid,                            -- null: an import of the whole market
    status text not null default 'running' check (status in ('running', 'done', 'failed')),
    position jsonb not null default '{}',    -- where to go on, in the importer's own words
    rows_read bigint not null default 0,
    rows_accepted bigint not null default 0,
    rows_refused bigint not null default 0,
    rows_total bigint,
    started_at timestamptz not null,
    updated_at timestamptz not null,
    finished_at timestamptz,
    failure text,
    note jsonb not null default '{}',
    unique nulls not distinct (kind, key, shop_id)
);
create index import_run_by_shop on kernel.import_run (shop_id, started_at desc);

create table kernel.import_problem (
    run_id uuid not null references kernel.import_run on delete cascade,
    problem_no bigint generated always as identity,
    row_no bigint,
    field text not null,
    value text,
    code text not null,
    message_zh text not null,
    message_en text not null,
    remedy_zh text not null,
    remedy_en text not null,
    primary key (run_id, problem_no)
);
