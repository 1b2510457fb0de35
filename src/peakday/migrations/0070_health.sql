-- The room `health`: red lines and exemptions that merchants set, warnings until they are fixed or accepted, and what
-- the warnings were worth afterwards. Items, SKUs and instruments stand without keys: they may go while a warning stays.
-- depends: 0050_promotions

create schema health;

create table health.red_line (
    shop_id uuid not null,
    item_id uuid not null,
    sku_id uuid,                             -- null: of every SKU of the item that has none of its own
    price_minor bigint not null check (price_minor >= 0),
    currency text not null,
    set_by uuid,
    set_at timestamptz not null,
    unique nulls not distinct (shop_id, item_id, sku_id)
);

create table health.shop_rule (
    shop_id uuid primary key,
    red_line_bp int not null check (red_line_bp between 1 and 10000),   -- of the displayed purchase price
    set_by uuid,
    set_at timestamptz not null
);

create table health.exemption (
    shop_id uuid not null,
    item_id uuid not null,
    reason text not null check (reason in ('clearance', 'loss_leader', 'new_customers', 'other')),
    note text not null default '',
    price_min_minor bigint not null default 0 check (price_min_minor >= 0),
    expires_at timestamptz not null,
    set_by uuid,
    set_at timestamptz not null,
    primary key (shop_id, item_id)
);

create table health.finding (
    shop_id uuid not null,
    finding_id uuid not null,
    kind text not null,
    subject text not null,                   -- a SKU's price, or a mistake of an instrument: one warning stands of each
    severity text not null check (severity in ('inform', 'confirm', 'hold')),
    state text not null check (state in ('open', 'accepted', 'fixed')),
    item_id uuid,
    sku_id uuid,
    instrument_ids uuid[] not null,
    field text not null default '',
    price_minor bigint,                      -- A of one piece, rounded down
    reached_at timestamptz,
    red_minor bigint,
    red_source text,
    loss_minor bigint not null check (loss_minor >= 0),
    currency text not null,
    witness jsonb,                           -- basket, buyer, cards: as the page shows it
    trace jsonb not null default '[]',
    found_at timestamptz not null,
    seen_at timestamptz not null,            -- by the latest scan
    closed_at timestamptz,
    closed_by uuid,
    reason text not null default '',
    realised_minor bigint,                   -- what deals really fell short, as far as they are known
    realised_at timestamptz,
    primary key (shop_id, finding_id),
    check ((state = 'fixed') = (closed_at is not null) or state = 'accepted')
);
create unique index finding_standing on health.finding (shop_id, subject) where state <> 'fixed';
create index finding_open on health.finding (shop_id, loss_minor desc, finding_id) where state = 'open';
create index finding_item on health.finding (shop_id, item_id);

-- When a shop was looked at last, and since when it wants to be looked at again.
create table health.scan (
    shop_id uuid primary key,
    wanted_at timestamptz,
    scanned_at timestamptz,
    skus int not null default 0,
    seconds double precision not null default 0
);
create index scan_wanted on health.scan (wanted_at) where wanted_at is not null;
