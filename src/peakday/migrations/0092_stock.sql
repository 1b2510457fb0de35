-- The room `stock`: how many units may be sold, which are held for whom, and why the numbers changed.
--
-- One row of stock.level is what a sale locks. What is held and sold is counted from the holds, so that paying for an
-- order never touches the hot row. No foreign keys, as in 0040: the hot minute writes tens of thousands of rows a second;
-- `peakday audit` proves the references.
-- depends: 0001_kernel
create schema stock;

-- Units that may be sold: of a SKU ('' as event), and set aside of it for one event. Updates stay in their page.
create table stock.level (
    shop_id uuid not null,
    sku_id uuid not null,
    event_ref text not null default '',
    available bigint not null check (available >= 0),
    mode text not null default 'order' check (mode in ('order', 'payment')),
    buyer_limit int check (buyer_limit > 0),         -- units of this row that one buyer may hold and own
    low_mark bigint check (low_mark >= 0),           -- at or below it the merchant is told
    simulated boolean not null default false,        -- nobody counted these units: made for a demonstration
    changed_at timestamptz not null,
    primary key (shop_id, sku_id, event_ref)
) with (fillfactor = 40);

-- How many units of an event one buyer may hold and own, over all SKUs of the shop.
create table stock.event_limit (
    shop_id uuid not null,
    event_ref text not null,
    buyer_limit int not null check (buyer_limit > 0),
    primary key (shop_id, event_ref)
);

-- Why the number of units changed: opening count, delivery, loss, set aside for an event. Once for each key.
create table stock.change (
    shop_id uuid not null,
    sku_id uuid not null,
    event_ref text not null default '',
    key text not null,
    kind text not null check (kind in ('opening', 'adjustment', 'set_aside')),
    delta bigint not null,
    warehouse_id uuid,                               -- null: the merchant does not say where
    reason text not null,
    actor_id uuid,
    simulated boolean not null default false,
    changed_at timestamptz not null,
    primary key (shop_id, sku_id, event_ref, key)
);

-- Units taken for a claim (a checkout). `noted`: paid before they are taken (mode payment). Status moves forward only.
create table stock.hold (
    claim_id uuid not null,
    sku_id uuid not null,
    shop_id uuid not null,
    buyer_id uuid not null,
    quantity int not null check (quantity > 0),
    returned int not null default 0 check (returned between 0 and quantity),
    is_limited boolean not null default false,       -- a limit a buyer applied when it was taken
    status text not null check (status in ('held', 'noted', 'sold', 'released')),
    level_ref text not null default '',              -- the level it was taken from: '' or an event's
    event_ref text not null default '',              -- the event that the buyer came for, set aside or not
    held_at timestamptz not null,
    expires_at timestamptz not null,
    ended_at timestamptz,                            -- sold or released
    reason text,                                     -- of the release
    primary key (claim_id, sku_id)
) with (fillfactor = 85);
create index hold_open on stock.hold (shop_id, sku_id, level_ref) where status in ('held', 'noted');
create index hold_limited on stock.hold (buyer_id, shop_id) where is_limited and status <> 'released';

-- Sold units that came back, once for each key.
create table stock.give_back (
    claim_id uuid not null,
    sku_id uuid not null,
    key text not null,
    quantity int not null check (quantity > 0),
    reason text not null,
    given_at timestamptz not null,
    primary key (claim_id, sku_id, key)
);
