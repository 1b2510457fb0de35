-- The room `channels`: a shop's other channels, their lines in one calibre, and the exchange rates that the merchant gave.
--
-- A line is named by its channel's own words, so that a file imported twice has one effect. Every key begins with the shop.
-- depends: 0035_price_history

create schema channels;

create table channels.connection (
    shop_id uuid not null references shops.shop,
    connection_id uuid not null,
    name text not null check (length(name) between 1 and 60),
    calibre text not null check (calibre in ('tmall', 'olist', 'online_retail', 'shopify', 'amazon', 'own')),
    zone text not null,
    currency text not null,
    tax_included boolean not null,
    tax_basis_points int not null check (tax_basis_points between 0 and 10000),
    mapping jsonb not null default '{}',
    created_at timestamptz not null,
    primary key (shop_id, connection_id),
    unique (shop_id, name)
);

create table channels.line (
    shop_id uuid not null,
    connection_id uuid not null,
    order_ref text not null check (length(order_ref) between 1 and 200),
    line_ref text not null check (length(line_ref) between 1 and 200),
    run_id uuid not null, -- the import that told it last
    row_no int not null,
    item_ref text,
    sku_ref text,
    title text not null,
    quantity int not null,
    paid_minor bigint not null,
    tax_minor bigint not null,
    postage_minor bigint not null,
    refund_minor bigint not null,
    fees_minor bigint not null,
    currency text not null,
    ordered_at timestamptz not null,
    paid_at timestamptz,
    refunded_at timestamptz,
    status text not null check (status in ('unpaid', 'paid', 'closed', 'refund', 'cost')),
    primary key (shop_id, connection_id, order_ref, line_ref),
    foreign key (shop_id, connection_id) references channels.connection
);
create index line_paid on channels.line (shop_id, paid_at) where paid_at is not null;
create index line_refunded on channels.line (shop_id, refunded_at) where refunded_at is not null;

create table channels.exchange_rate (
    shop_id uuid not null references shops.shop,
    currency text not null,
    into_currency text not null,
    first_day date not null,
    last_day date not null check (last_day >= first_day),
    rate numeric(20, 10) not null check (rate > 0),
    source text not null check (length(source) between 1 and 120),
    given_at timestamptz not null,
    primary key (shop_id, currency, into_currency, first_day),
    constraint one_rate_a_day exclude using gist (
        shop_id with =, currency with =, into_currency with =, daterange(first_day, last_day, '[]') with &&
    )
);

-- Which of our items a channel's item is. A person's word; the matcher proposes.
create table channels.item_link (
    shop_id uuid not null,
    connection_id uuid not null,
    item_ref text not null check (length(item_ref) between 1 and 200),
    item_id uuid not null,
    linked_at timestamptz not null,
    primary key (shop_id, connection_id, item_ref),
    foreign key (shop_id, connection_id) references channels.connection
);
