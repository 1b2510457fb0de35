-- The room `same_products`: which items of all shops are one product, what people said of pairs, how far the catalogue is
-- read. Rows name the shop of each item; a cluster is across shops by its nature: what is kept is public (title, list price).
-- Items come in bulk from the catalogue, without foreign keys, as there.
-- depends: 0038_offer_lookup

create schema same_products;

create table same_products.member (
    shop_id uuid not null,
    item_id uuid not null,
    cluster_id uuid not null,
    category_id uuid,                        -- items are compared within one leaf category
    title text not null,
    brand text not null,
    attributes jsonb not null,
    price_minor bigint,                      -- the public list price
    currency text not null,
    is_on_sale boolean not null,
    first_listed_at timestamptz,
    joined_at timestamptz not null,
    compared_at timestamptz,                 -- null: waits to be compared
    primary key (shop_id, item_id)
);
create index member_cluster on same_products.member (cluster_id);
create index member_category on same_products.member (category_id, joined_at);
create index member_waiting on same_products.member (category_id) where compared_at is null;

create table same_products.pair (
    shop_id uuid not null,
    item_id uuid not null,
    other_shop_id uuid not null,
    other_item_id uuid not null,
    probability double precision not null check (probability between 0 and 1),
    veto text check (veto in ('size', 'count', 'model', 'people')),
    found_at timestamptz not null,
    verdict text check (verdict in ('same', 'not_same', 'skipped')),
    said_at timestamptz,
    said_by uuid,
    cluster_before uuid,                     -- the cluster that the verdict took the other item from, for undo
    primary key (shop_id, item_id, other_shop_id, other_item_id),
    check ((shop_id, item_id) < (other_shop_id, other_item_id)),
    check ((verdict is null) = (said_at is null))
);
create index pair_waiting on same_products.pair (probability desc) where verdict is null;
create index pair_other on same_products.pair (other_shop_id, other_item_id);

create table same_products.progress (
    is_one boolean primary key default true check (is_one),
    xid xid8 not null,
    shop_id uuid not null,
    item_id uuid not null
);
