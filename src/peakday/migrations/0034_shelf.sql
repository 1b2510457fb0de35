-- The market's shelf: what shoppers look through, over all shops at once. It follows the catalogue within seconds
-- (duty catalog.refresh_shelf) and can be rebuilt from it, so that bulk loads of items do not pay for its indexes.
-- depends: 0032_brand_changes

create table catalog.shelf_item (
    item_id uuid primary key,                -- derived from shop and source_ref, so it names one item of one shop
    shop_id uuid not null,
    sku_id uuid not null,                    -- the cheapest on sale: what a list shows the price of
    sku_count int not null,
    title text not null,
    brand_name text,
    image text,
    leaf_category_id uuid,
    category_ids uuid[] not null,            -- the leaf and all above
    price_minor bigint not null,             -- the cheapest SKU by the catalogue; sale prices come from the price history
    strike_price_minor bigint,
    currency text not null,
    listed_at timestamptz not null,
    popularity bigint not null default 0,    -- in how many orders lately; written by the storefront's duty
    terms tsvector not null                  -- see market/catalog/rules/search_terms.py: trigrams see no Chinese words
);
create index shelf_item_terms on catalog.shelf_item using gin (terms);
create index shelf_item_category on catalog.shelf_item using gin (category_ids);
create index shelf_item_popular on catalog.shelf_item (popularity desc, item_id);
create index shelf_item_shop on catalog.shelf_item (shop_id, popularity desc, item_id);
create index shelf_item_newest on catalog.shelf_item (listed_at desc, item_id);

create table catalog.shelf_mark (
    is_one boolean primary key default true check (is_one),
    read_until xid8 not null                 -- everything that older transactions changed is on the shelf
);
