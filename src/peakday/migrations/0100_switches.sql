-- Which features are on and for how many buyers, who turned them, when may they not be turned, and what was rehearsed?
-- Who did it is kept with the name that they had: the kernel knows no accounts.
-- depends: 0001_kernel
create table kernel.switch (
    name text primary key check (name ~ '^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+$'),
    title_zh text not null,
    title_en text not null,
    percent int not null check (percent between 0 and 100), -- of the subjects; 0 is off
    version int not null default 0,                         -- a change names the version that its maker saw
    changed_at timestamptz not null
);

-- plans: named lists of settings, carried out and undone together
create table kernel.switch_plan (
    plan_id uuid primary key,
    name text not null unique check (length(name) between 1 and 100),
    steps jsonb not null,                                   -- [{"name", "percent"}]
    saved_by text not null default 'system',
    saved_at timestamptz not null
);
create table kernel.switch_plan_run (
    run_id uuid primary key,
    plan_id uuid not null references kernel.switch_plan,
    reason text not null,
    started_by uuid,
    started_by_name text not null,
    started_at timestamptz not null,
    undone_by uuid,
    undone_by_name text,
    undone_at timestamptz
);

-- every change of every switch; a rollback names the change that it takes back
create table kernel.switch_change (
    change_no bigint primary key generated always as identity,
    name text not null references kernel.switch,
    kind text not null check (kind in ('set', 'rollback', 'plan', 'override')),
    from_percent int not null,
    to_percent int not null,
    changed_by uuid,
    changed_by_name text not null,
    second_by uuid,                                         -- who agreed to an override
    second_by_name text,
    changed_at timestamptz not null,
    reason text not null check (reason <> ''),
    release text not null,
    run_id uuid references kernel.switch_plan_run,
    undoes bigint unique references kernel.switch_change,
    check ((kind = 'override') = (second_by is not null)),
    check (second_by is null or second_by <> changed_by)
);
create index switch_change_of on kernel.switch_change (name, change_no);
create index switch_change_run on kernel.switch_change (run_id) where run_id is not null;

-- windows in which a switch goes on only with proof
create table kernel.switch_freeze (
    freeze_id uuid primary key,
    starts_at timestamptz not null,
    ends_at timestamptz not null,
    reason text not null check (reason <> ''),
    made_by uuid,
    made_by_name text not null,
    made_at timestamptz not null,
    cancelled_by uuid,
    cancelled_at timestamptz,
    check (ends_at > starts_at),
    check (cancelled_at is null or cancelled_at < starts_at) -- a freeze that has begun runs out
);

-- in an emergency: one asks, another agrees
create table kernel.switch_override (
    override_id uuid primary key,
    name text not null references kernel.switch,
    percent int not null check (percent between 0 and 100),
    reason text not null check (reason <> ''),
    asked_by uuid not null,
    asked_by_name text not null,
    asked_at timestamptz not null,
    settled_by uuid,
    settled_by_name text,
    settled_at timestamptz,
    is_agreed bool,
    check ((settled_at is null) = (is_agreed is null)),
    check (not coalesce(is_agreed, false) or settled_by <> asked_by)
);

-- what was rehearsed, with which switches on, and how it ended
create table kernel.rehearsal (
    rehearsal_id uuid primary key,
    release text not null,
    started_at timestamptz not null,
    finished_at timestamptz,
    is_green bool,
    switches jsonb not null,                                -- {"name": percent}, at the start
    baskets bigint not null default 0,
    orders bigint not null default 0,
    faults jsonb not null default '[]',
    figures jsonb not null default '{}',
    report text,                                            -- its file
    check ((finished_at is null) = (is_green is null))
);

-- only what rooms really ask for
insert into kernel.switch (name, title_zh, title_en, percent, changed_at) values
    ('cart.best_price_live', '购物车实时最优价', 'Best price while the cart is edited', 100, now()),
    ('cart.next_tier', '购物车凑单提示', 'Advice on the next tier in the cart', 100, now());

insert into kernel.switch_plan (plan_id, name, steps, saved_at) values
    (gen_random_uuid(), '降级一级 · Degrade level 1', '[{"name": "cart.next_tier", "percent": 0}]', now()),
    (gen_random_uuid(), '降级二级 · Degrade level 2',
     '[{"name": "cart.next_tier", "percent": 0}, {"name": "cart.best_price_live", "percent": 0}]', now());
