-- Items whose price and place on the shelf are held for a while, and points that a shop was given for breaking a rule.
-- depends: 0030_catalog 0020_shops

-- who holds items of a shop, from when until when, why, and what to do about it
create table catalog.hold (
    shop_id uuid not null,
    holder text not null,                    -- names it, such as event:double-11/wave_1_spot
    held tstzrange not null check (not isempty(held)),
    reason_zh text not null,
    reason_en text not null,
    remedy_zh text not null,
    remedy_en text not null,
    primary key (shop_id, holder)
);
create table catalog.held_item (
    shop_id uuid not null,
    item_id uuid not null,                   -- no key to the item: files of a hundred thousand enrolments come in
    holder text not null,
    primary key (shop_id, item_id, holder)
);

-- points are added to the shop's once for each key, and taken off again when what was done is undone
create table shops.violation (
    shop_id uuid not null references shops.shop,
    violation_key text not null,
    points int not null check (points > 0),
    reason_zh text not null,
    reason_en text not null,
    noted_at timestamptz not null,
    undone_at timestamptz,
    primary key (shop_id, violation_key)
);
