-- The room `sale_events`: campaigns of the platform, their tracks and waves, and what shops enrolled in them.
-- depends: 0036_price_history_sources
create schema sale_events;

create table sale_events.event (
    event_id uuid primary key,
    code text not null unique check (code ~ '^[a-z0-9][a-z0-9-]{0,59}$'),
    name_zh text not null,
    name_en text not null,
    note_zh text not null default '',
    note_en text not null default '',
    status text not null default 'draft' check (status in ('draft', 'published', 'cancelled')),
    enrols_from timestamptz not null,        -- when shops enrol
    enrols_until timestamptz not null check (enrols_from < enrols_until),
    terms jsonb not null,                    -- names of dated rule sets, pairs of tracks that exclude each other
    source text not null,
    is_sample boolean not null default false,
    version int not null default 1,          -- grows with every change; calendars tell their readers by it
    created_at timestamptz not null,
    created_by uuid,
    published_at timestamptz
);

-- What an item is enrolled in: one window, then waves. One of the waves sells.
create table sale_events.track (
    event_id uuid not null references sale_events.event,
    track text not null check (track ~ '^[a-z0-9][a-z0-9_]{0,39}$'),
    track_no int not null,
    name_zh text not null,
    name_en text not null,
    kind text not null check (kind in ('presale', 'spot')),
    enrols_from timestamptz not null,
    enrols_until timestamptz not null check (enrols_from < enrols_until),
    stock_locks_at timestamptz not null,
    primary key (event_id, track)
);

create table sale_events.wave (
    event_id uuid not null,
    track text not null,
    wave_no int not null,
    kind text not null check (kind in ('presale_warm', 'deposit', 'tail', 'warm', 'spot')),
    name_zh text not null,
    name_en text not null,
    held tstzrange not null check (not isempty(held) and lower_inc(held) and not upper_inc(held)),
    primary key (event_id, track, wave_no),
    foreign key (event_id, track) references sale_events.track
);

create table sale_events.shop_enrolment (
    event_id uuid not null references sale_events.event,
    shop_id uuid not null,
    status text not null default 'enrolled' check (status in ('enrolled', 'exited')),
    enrolled_at timestamptz not null,
    enrolled_by uuid,
    exited_at timestamptz,
    primary key (shop_id, event_id)
);

-- One SKU in one track. Without foreign keys: files of hundreds of thousands of rows come in; `peakday audit` proves them.
create table sale_events.entry (
    shop_id uuid not null,
    event_id uuid not null,
    track text not null,
    item_id uuid not null,
    sku_id uuid not null,
    item_ref text not null,                  -- the merchant's own numbers: an export is a file to send again
    sku_ref text not null,
    price_minor bigint not null check (price_minor > 0),
    list_minor bigint not null,              -- the list price when it was enrolled
    deposit_minor bigint check (deposit_minor > 0),
    currency text not null,
    stock bigint not null check (stock > 0),
    limit_per_buyer bigint check (limit_per_buyer > 0),
    status text not null default 'enrolled' check (status in ('enrolled', 'exited')),
    proof_verdict text not null check (proof_verdict in ('proven', 'no_candidate')),
    permitted_minor bigint,
    proof_versions text not null,
    proven_on date not null,
    enrolled_at timestamptz not null,
    updated_at timestamptz not null,
    enrolled_by uuid,
    exit_id uuid,
    import_run uuid,
    import_row bigint,
    primary key (shop_id, event_id, item_id, sku_id, track)
);

-- A departure and what was said before it. Taken back, it stays as a record.
create table sale_events.exit (
    exit_id uuid primary key,
    shop_id uuid not null,
    event_id uuid not null,
    item_id uuid,                            -- null: the whole shop
    track text,                              -- null: every track that may still leave
    reason text not null check (reason in ('price_wrong', 'no_stock', 'quality', 'wrong_item', 'other')),
    note text not null default '',
    phase text not null,
    points int not null check (points >= 0),
    skus bigint not null,
    consequences jsonb not null,
    exited_at timestamptz not null,
    exited_by uuid,
    undo_until timestamptz,
    undone_at timestamptz,
    undone_by uuid
);
create index exit_shop on sale_events.exit (shop_id, event_id, exited_at desc);

-- Which shop was told of which date, how long before: each once.
create table sale_events.reminder (
    shop_id uuid not null,
    event_id uuid not null,
    track text not null,
    milestone text not null,
    lead_hours int not null,
    announced_at timestamptz not null,
    primary key (shop_id, event_id, track, milestone, lead_hours)
);

-- The address of a shop's calendar feed holds a secret of which only the hash is kept.
create table sale_events.feed (
    shop_id uuid primary key,
    token_hash bytea not null,
    made_at timestamptz not null,
    made_by uuid
);
