-- The room `carts`: what a shopper means to buy, what was removed and may come back, and favourites.
--
-- 28 million carts of up to 300 lines: every byte of a line counts (docs/scale.md has the arithmetic, `peakday bench
-- cart-storage` the measurement). So a line holds ids and numbers only, in an order that wastes nothing on alignment; titles
-- and prices are the catalogue's and the price history's. No foreign keys; `peakday audit` proves the references.
-- depends: 0035_price_history 0092_stock

create schema carts;

-- One row a cart: it is the lock of the cart, keeps the number of its lines within the limit, and dates it.
create table carts.cart (
    buyer_id uuid primary key,
    changed_at timestamptz not null,
    version bigint not null default 1,       -- one more with every change
    lines int not null default 0 check (lines between 0 and 300)
) with (fillfactor = 80);                    -- updates stay on their page and leave the index alone

create table carts.line (
    buyer_id uuid not null,
    sku_id uuid not null,
    shop_id uuid not null,
    seen_minor bigint not null,              -- the price of one piece when the shopper last looked
    added_at timestamptz not null,
    quantity int not null check (quantity between 1 and 9999),
    seen_left int,                           -- units that could be bought then; null: nobody counted them
    is_selected boolean not null default true,
    live_room_id text,                       -- the live room from which it was added
    primary key (buyer_id, sku_id)
) with (fillfactor = 90);

-- What was removed together, for an undo; swept after a day.
create table carts.removal (
    buyer_id uuid not null,
    removal_id uuid not null,                -- its time part is removed_at
    removed_at timestamptz not null,
    lines jsonb not null,
    undone_at timestamptz,
    primary key (buyer_id, removal_id)
);
create index removal_old on carts.removal (removed_at);

create table carts.favourite (
    buyer_id uuid not null,
    sku_id uuid not null,
    shop_id uuid not null,
    seen_minor bigint not null,              -- the price of one piece when it was put here
    added_at timestamptz not null,
    primary key (buyer_id, sku_id)
);
