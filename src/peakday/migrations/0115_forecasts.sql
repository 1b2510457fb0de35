-- The room `forecasting`: what was forecast, when, by which model, how wide, and what happened.
--
-- A forecast that was shown stays for ever (X-04); one that nobody saw goes when the next is made. Means are whole
-- thousandths of a piece, so that sums over SKUs, regions and the shop hold exactly.
-- depends: 0020_shops

create schema forecasting;

-- Misses of earlier origins by the size of the forecast, pooled over the series of one making; no shop's figure is in it.
create table forecasting.spread (
    spread_id uuid primary key,
    levels double precision[] not null,
    sizes double precision[] not null,
    misses double precision[] not null, -- sizes x levels
    made_at timestamptz not null
);

create table forecasting.forecast (
    shop_id uuid not null references shops.shop,
    first_day date not null,            -- of the horizon; it knew the days before
    sku_id uuid not null,               -- the zero uuid: the whole shop
    is_backtest boolean not null,       -- made later, from what was known then
    item_id uuid not null,
    model text not null,
    spread_id uuid not null references forecasting.spread,
    made_at timestamptz not null,
    shown_at timestamptz,
    milli bigint[] not null,            -- mean of each day
    naive_milli bigint[] not null,      -- the last week again, to compare with
    sold_milli bigint[],                -- what happened, once all days are over
    regions text[] not null,            -- '' last: everywhere else
    shares_ppm int[] not null,          -- of each region, sum 1,000,000
    primary key (shop_id, first_day, sku_id, is_backtest),
    check (cardinality(milli) = cardinality(naive_milli)),
    check (cardinality(regions) = cardinality(shares_ppm)),
    check (sold_milli is null or cardinality(sold_milli) = cardinality(milli))
);
create index forecast_of_sku on forecasting.forecast (shop_id, sku_id, first_day);
create index forecast_to_settle on forecasting.forecast (first_day) where sold_milli is null and shown_at is not null;

-- How good they were: one row a shop and making; SKUs by days together, or the whole shop's days.
create table forecasting.score (
    shop_id uuid not null references shops.shop,
    first_day date not null,
    is_backtest boolean not null,
    is_whole_shop boolean not null,
    cells int not null check (cells > 0),
    inside_80 int not null,
    inside_95 int not null,
    pinball double precision not null,  -- sum over cells, pieces
    miss double precision not null,     -- forecast less sold, summed
    absolute double precision not null,
    naive_absolute double precision not null,
    sold double precision not null,
    primary key (shop_id, first_day, is_backtest, is_whole_shop),
    check (inside_80 between 0 and cells and inside_95 between inside_80 and cells)
);

-- The platform's own nightly round over the shops: where it stands.
create table forecasting.night (
    first_day date primary key,
    done_through uuid,
    series int not null default 0,
    finished_at timestamptz
);
