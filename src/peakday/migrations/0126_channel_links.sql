-- The room `channels`: how a link of a channel's goods to our own came about, what a person said it is not, who gets the
-- daily report, and what was sent. Every key begins with the shop.
-- depends: 0125_channels

alter table channels.item_link
    add column sku_id uuid,                  -- null: the item has several, and nobody said which
    add column evidence text not null default 'hand' check (evidence in ('code', 'title', 'matcher', 'hand')),
    add column linked_by uuid;

-- What a person said a channel's goods are not: not proposed again.
create table channels.item_unlike (
    shop_id uuid not null,
    connection_id uuid not null,
    item_ref text not null check (length(item_ref) between 1 and 200),
    item_id uuid not null,
    said_at timestamptz not null,
    primary key (shop_id, connection_id, item_ref, item_id),
    foreign key (shop_id, connection_id) references channels.connection
);

create table channels.recipient (
    shop_id uuid not null references shops.shop,
    recipient_id uuid not null,
    way text not null check (way in ('mail', 'webhook')),
    address text not null check (length(address) between 1 and 500),
    secret text,                             -- signs a webhook; shown once
    language text not null check (language in ('zh', 'en')),
    hour int not null check (hour between 0 and 23), -- of the market's clock, every morning
    added_at timestamptz not null,
    added_by uuid,
    looked_on date,                          -- the last morning on which the report was made for them
    primary key (shop_id, recipient_id),
    unique (shop_id, way, address)
);

-- A report that was sent. The same words of the same day go to nobody twice.
create table channels.sending (
    shop_id uuid not null references shops.shop,
    sending_id uuid not null,
    recipient_id uuid not null,              -- no foreign key: what was sent stays told when the recipient is removed
    way text not null,
    address text not null,
    secret text,
    language text not null,
    day date not null,
    digest bytea not null check (length(digest) = 32),
    subject text not null,
    body text not null,
    asked_at timestamptz not null,
    status text not null default 'waiting' check (status in ('waiting', 'delivered', 'failed')),
    attempts int not null default 0,
    is_simulated boolean not null default false,
    settled_at timestamptz,
    detail text not null default '',
    primary key (shop_id, sending_id),
    unique (shop_id, recipient_id, day, digest),
    check ((status = 'waiting') = (settled_at is null))
);
