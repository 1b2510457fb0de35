-- The room `orders`: what was bought, at which money, and what was given back. One shape for imported and native orders.
--
-- No foreign keys to shops, items or buyers: a year of trade arrives in one stream, and a key check per line would double
-- its time. `peakday audit` proves the references instead.
create schema orders;

create table orders.customer_order (
    shop_id uuid not null,
    order_id uuid not null,              -- its time part is created_at, so the primary key also lists a shop by time
    checkout_id uuid,                    -- one payment of a buyer over several shops; null when the source knows none
    buyer_id uuid,                       -- null when the source does not say who bought
    source text not null,
    source_ref text not null,
    kind text not null check (kind in ('spot', 'presale')),
    terminal text not null check (terminal in ('pc', 'app', 'wap', 'store')),
    region_id text,
    status text not null check (status in
        ('awaiting_payment', 'awaiting_balance', 'awaiting_shipment', 'shipped', 'completed', 'closed')),
    currency text not null,
    created_at timestamptz not null,
    paid_at timestamptz,                 -- the instant of the FULL payment
    closed_at timestamptz,               -- the instant at which it was completed or closed
    list_minor bigint not null,
    discount_minor bigint not null,
    postage_minor bigint not null,
    paid_minor bigint not null,          -- agreed amount incl. postage; paid_at says whether it was paid
    refund_minor bigint not null,
    flags text[] not null default '{}',
    simulated boolean not null default false,
    changed_xid xid8 not null default pg_current_xact_id(),
    primary key (shop_id, order_id)
);
create unique index customer_order_source on orders.customer_order (shop_id, source_ref, source);
create index customer_order_changed on orders.customer_order (changed_xid);
create index customer_order_open on orders.customer_order (shop_id, status)
    where status not in ('completed', 'closed');

-- A line never changes without its order: the store bumps the order's changed_xid, lines need none of their own.
create table orders.line (
    shop_id uuid not null,
    order_id uuid not null,
    line_no int not null,
    item_id uuid not null,
    sku_id uuid,
    category_id uuid,
    quantity int not null,
    list_minor bigint not null,
    paid_minor bigint not null,          -- without postage
    refund_minor bigint not null,
    discounts jsonb not null default '[]',  -- [{instrument, level, funder, minor, raw_minor?}]
    flags text[] not null default '{}',
    primary key (shop_id, order_id, line_no)
);

create table orders.refund (
    shop_id uuid not null,
    refund_id uuid not null,
    order_id uuid not null,
    line_no int,                         -- null: the order as a whole
    amount_minor bigint not null,
    completed_at timestamptz,            -- null: asked for, not yet settled
    changed_xid xid8 not null default pg_current_xact_id(),
    primary key (shop_id, refund_id)
);
create index refund_order on orders.refund (shop_id, order_id);
create index refund_changed on orders.refund (changed_xid);
create index refund_open on orders.refund (shop_id) where completed_at is null;
