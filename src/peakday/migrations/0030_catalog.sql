-- What may be sold: the category tree and brands of the market, items and SKUs of each shop.
-- depends: 0002_imports

create schema catalog;

create table catalog.category (
    category_id uuid primary key,
    parent_id uuid references catalog.category,
    name_zh text not null,
    name_en text not null,
    path text not null,                      -- names from the root, '服装 / 女装 / 连衣裙'
    is_leaf boolean not null default true,
    source text not null,
    source_ref text not null,
    changed_xid xid8 not null default pg_current_xact_id(),
    unique (source, source_ref)
);
create index category_children on catalog.category (parent_id);

create table catalog.brand (
    brand_id uuid primary key,
    name text not null,
    source text not null,
    source_ref text not null,
    unique (source, source_ref)
);

-- item and sku take bulk loads of millions of rows: what foreign keys would hold, `peakday audit` checks.
create table catalog.item (
    shop_id uuid not null,
    item_id uuid not null,                   -- derived from shop and source_ref
    source text not null,
    source_ref text not null,
    leaf_category_id uuid,                   -- null: the source does not say; flagged category_unknown
    brand_id uuid,
    title text not null,
    attributes jsonb not null default '{}',
    images text[] not null default '{}',
    list_price_minor bigint check (list_price_minor >= 0),
    strike_price_minor bigint check (strike_price_minor >= 0),
    currency text not null default 'CNY',
    status text not null default 'on_sale' check (status in ('on_sale', 'off_shelf', 'deleted')),
    flags text[] not null default '{}',
    first_listed_at timestamptz,
    updated_at timestamptz not null,
    changed_xid xid8 not null default pg_current_xact_id(),
    import_run uuid,                         -- which file and row it came from last
    import_row bigint,
    primary key (shop_id, item_id)
);

-- Titles have no trigram index: pg_trgm sees no words in Chinese text under the C collation, and a word of two
-- characters has no trigram at all. A search reads the rows of one shop.

create table catalog.sku (
    shop_id uuid not null,
    sku_id uuid not null,                    -- derived from shop, the item's and its own source_ref
    item_id uuid not null,
    source_ref text not null,
    spec jsonb not null default '{}',
    price_minor bigint check (price_minor >= 0),
    cost_minor bigint check (cost_minor >= 0),
    quantity_stated bigint check (quantity_stated >= 0),  -- what the merchant's file said; the stock room will own the truth
    status text not null default 'on_sale' check (status in ('on_sale', 'off_shelf', 'deleted')),
    import_run uuid,
    import_row bigint,
    primary key (shop_id, item_id, sku_id)
);

-- what an item was before each edit, so that an edit can be undone
create table catalog.item_edit (
    shop_id uuid not null,
    item_id uuid not null,
    edit_no bigint generated always as identity,
    edited_at timestamptz not null,
    edited_by uuid,
    before jsonb not null,
    after jsonb not null,
    undone_at timestamptz,
    primary key (shop_id, item_id, edit_no)
);
