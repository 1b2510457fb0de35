-- The room `price_history`: every price that was asked, with the interval in which it held, and every price that was paid.
--
-- btree_gist lets one exclusion constraint compare ids and kinds beside intervals. It comes with the server's own
-- contrib modules and is a trusted extension: the owner of the database may create it.
create extension if not exists btree_gist;
create schema price_history;

create table price_history.offer (
    shop_id uuid not null,
    offer_no bigint generated always as identity,
    item_id uuid not null,
    sku_id uuid not null,
    kind text not null check (kind in ('list', 'event', 'live', 'member')),
    price_minor bigint not null check (price_minor >= 0),   -- of one piece, without postage
    currency text not null,
    valid tstzrange not null check (
        not isempty(valid) and lower_inc(valid) and not lower_inf(valid) and not upper_inc(valid)),
    source text not null,
    event_ref text,                          -- the sale event or enrolment under which it was offered
    recorded_at timestamptz not null,
    primary key (shop_id, offer_no),
    constraint offer_does_not_overlap exclude using gist (shop_id with =, sku_id with =, kind with =, valid with &&)
);
create index offer_item on price_history.offer (shop_id, item_id);

-- One row a paid line. No foreign keys: a year of trade arrives in one stream; `peakday audit` proves the references.
create table price_history.deal (
    shop_id uuid not null,
    order_id uuid not null,
    line_no int not null,
    item_id uuid not null,
    sku_id uuid,                             -- null: the source names no SKU
    kind text not null check (kind in ('spot', 'presale', 'live', 'member', 'seckill', 'trial')),
    quantity int not null,
    paid_minor bigint not null,              -- of the whole line, without postage
    red_packet_minor bigint not null default 0 check (red_packet_minor >= 0),  -- what payment-like instruments paid on top
    tax_minor bigint not null default 0 check (tax_minor >= 0),                -- inside paid_minor
    compared_minor bigint not null generated always as (paid_minor + red_packet_minor - tax_minor) stored,
    dealt_minor bigint generated always as (                                   -- of one piece; the remainder is
        case when quantity > 0                                                 -- compared_minor - dealt_minor * quantity
            then div(paid_minor + red_packet_minor - tax_minor, quantity)::bigint end) stored,
    refunded_minor bigint not null default 0 check (refunded_minor >= 0),
    currency text not null,
    paid_at timestamptz not null,
    event_ref text,
    flags text[] not null default '{}',      -- oddities of the source, as the order and its line carry them
    simulated boolean not null default false,
    primary key (shop_id, order_id, line_no)
);
create index deal_item on price_history.deal (shop_id, item_id, paid_at);

-- What price protection gave back for a line, so that no difference is given twice.
create table price_history.protection (
    shop_id uuid not null,
    order_id uuid not null,
    line_no int not null,
    grant_no int not null check (grant_no > 0),
    amount_minor bigint not null check (amount_minor > 0),
    currency text not null,
    asked text not null check (asked in ('automatic', 'on_request')),
    rule_version text not null,
    granted_at timestamptz not null,
    primary key (shop_id, order_id, line_no, grant_no)
);
