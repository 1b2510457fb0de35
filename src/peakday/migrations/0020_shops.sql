-- Which shops are there, what do they say of themselves, and where do their goods lie? Shops, regions, warehouses.
create schema shops;

create table shops.shop (
    shop_id uuid primary key,
    source text not null,
    source_ref text not null,
    name text not null,
    name_en text not null default '',
    kind text not null default 'tmall' check (kind in ('tmall', 'taobao', 'taote', 'intl')),
    level smallint not null default 0 check (level between 0 and 20),
    rating text not null default 'heart' check (rating in ('heart', 'diamond', 'crown', 'gold_crown')),
    rating_marks smallint not null default 1 check (rating_marks between 1 and 5),
    city text not null default '',
    belt text not null default '',
    main_category text not null default '',
    brand_ids uuid[] not null default '{}',
    is_domestic_brand boolean not null default false,
    violation_points smallint not null default 0 check (violation_points >= 0),
    dsr_description numeric(4, 2) check (dsr_description between 1 and 5),
    dsr_service numeric(4, 2) check (dsr_service between 1 and 5),
    dsr_shipping numeric(4, 2) check (dsr_shipping between 1 and 5),
    experience_score numeric(4, 2) check (experience_score between 0 and 5),
    currency text not null,
    introduction text not null default '',
    service_phone text not null default '',
    service_email text not null default '',
    opened_at timestamptz not null,
    updated_at timestamptz not null,
    version int not null default 1,
    changed_xid xid8 not null default pg_current_xact_id(),
    unique (source, source_ref)
);
create index shop_changed on shops.shop (changed_xid);

create table shops.region (
    region_id text primary key,
    name text not null,
    source text not null
);

create table shops.warehouse (
    warehouse_id uuid primary key,
    region_id text not null references shops.region,
    name text not null,
    source text not null,
    source_ref text not null,
    unique (source, source_ref)
);
