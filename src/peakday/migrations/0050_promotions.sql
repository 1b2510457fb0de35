-- The room `promotions`: instruments as they are kept, cards in wallets, how often each was used, presale terms.
--
-- What an instrument is stands as JSON in its versions (trade/promotions/written.py says how); the columns beside it are
-- those that the database itself asks about. btree_gist came with 0035_price_history.
-- depends: 0035_price_history

create schema promotions;

create table promotions.instrument (
    instrument_id uuid primary key,          -- its time part is created_at
    shop_id uuid,                            -- null: the platform's own; no key: shops are proven by the audit
    kind text not null,
    name_zh text not null,                   -- of the newest version, for lists
    name_en text not null,
    status text not null check (status in ('draft', 'waiting_confirmation', 'held', 'live', 'paused', 'ended')),
    version int not null check (version > 0),
    valid_from timestamptz,                  -- of the newest version: the database's clock resolves them
    valid_until timestamptz,
    client_key text,                         -- names the creation: the same key is the same instrument
    created_by uuid,
    created_at timestamptz not null,
    submitted_by uuid,                       -- who asked for it to go live; another account approves
    approved_by uuid,
    changed_at timestamptz not null,
    reason text not null default '',
    check (valid_until is null or valid_from is null or valid_from < valid_until),
    check (approved_by is null or approved_by is distinct from submitted_by)
);
create unique index instrument_client_key on promotions.instrument
    (coalesce(shop_id, '00000000-0000-0000-0000-000000000000'::uuid), client_key) where client_key is not null;
create index instrument_shop on promotions.instrument (shop_id, instrument_id desc);
create index instrument_live on promotions.instrument (shop_id, valid_until) where status = 'live';

create table promotions.version (
    instrument_id uuid not null references promotions.instrument,
    version int not null check (version > 0),
    body jsonb not null,
    saved_by uuid,
    saved_at timestamptz not null,
    rolled_back_to int,                      -- the version whose body this is again
    primary key (instrument_id, version)
);

-- every move of a status: who, when, why
create table promotions.move (
    instrument_id uuid not null references promotions.instrument,
    move_no int not null check (move_no > 0),
    version int not null,
    from_status text,                        -- null: it was created
    to_status text not null,
    moved_by uuid,
    actor_name text not null,
    moved_at timestamptz not null,
    reason text not null default '',
    primary key (instrument_id, move_no)
);

-- what was given out and used of an instrument; the statements that write here keep the limits
create table promotions.tally (
    instrument_id uuid primary key references promotions.instrument,
    issued int not null default 0 check (issued >= 0),
    used int not null default 0 check (used >= 0),
    spent_platform_minor bigint not null default 0 check (spent_platform_minor >= 0),
    spent_merchant_minor bigint not null default 0 check (spent_merchant_minor >= 0),
    spent_creator_minor bigint not null default 0 check (spent_creator_minor >= 0)
);

create table promotions.buyer_tally (
    instrument_id uuid not null references promotions.instrument,
    buyer_id uuid not null,
    issued int not null default 0 check (issued >= 0),
    used int not null default 0 check (used >= 0),
    primary key (instrument_id, buyer_id)
);

-- a card in a wallet. It keeps the version under which it was issued: a later change does not reach into wallets.
create table promotions.card (
    card_id uuid primary key,                -- derived from instrument, buyer, key and number: issuing again changes nothing
    instrument_id uuid not null,
    version int not null,
    buyer_id uuid not null,
    issue_key text not null,
    status text not null check (status in ('in_wallet', 'used')),
    value_minor bigint check (value_minor >= 0),       -- of a card of value: what it was issued with
    value_left_minor bigint check (value_left_minor between 0 and value_minor),
    valid_until timestamptz,
    issued_at timestamptz not null,
    foreign key (instrument_id, version) references promotions.version (instrument_id, version)
);
create index card_wallet on promotions.card (buyer_id, card_id) where status = 'in_wallet';
create index card_instrument on promotions.card (instrument_id, version) where status = 'in_wallet';

-- one use of an instrument by an order: `used_id` is the card, or the offer itself
create table promotions.usage (
    order_id uuid not null,
    used_id uuid not null,
    instrument_id uuid not null references promotions.instrument,
    card_id uuid references promotions.card,
    buyer_id uuid not null,
    minor bigint not null check (minor >= 0),
    funders jsonb not null,                  -- {funder: minor}: who bore it
    used_at timestamptz not null,
    returned_at timestamptz,                 -- the use was undone: its count came back
    primary key (order_id, used_id)
);
create index usage_instrument on promotions.usage (instrument_id, order_id);

-- what came back of a use, once for each key (a refund)
create table promotions.usage_return (
    order_id uuid not null,
    used_id uuid not null,
    return_key text not null,
    minor bigint not null check (minor >= 0),
    funders jsonb not null,
    is_whole boolean not null,
    returned_at timestamptz not null,
    primary key (order_id, used_id, return_key),
    foreign key (order_id, used_id) references promotions.usage (order_id, used_id)
);

create table promotions.presale (
    presale_id uuid primary key,
    shop_id uuid not null,
    item_id uuid not null,
    sku_id uuid not null,
    kind text not null check (kind in ('cut', 'inflation')),
    currency text not null,
    price_minor bigint not null check (price_minor > 0),
    deposit_minor bigint not null check (deposit_minor > 0),
    off_minor bigint not null check (off_minor >= 0),
    deposits tstzrange not null check (not isempty(deposits) and not lower_inf(deposits) and not upper_inf(deposits)),
    tail_from timestamptz not null,
    tail_until timestamptz not null,
    rules_name text not null,
    rules_version text not null,             -- by which the bounds were checked
    created_by uuid,
    created_at timestamptz not null,
    ended_at timestamptz,                    -- withdrawn: no deposit is taken any more
    check (price_minor - off_minor - deposit_minor >= 0),
    check (tail_from < tail_until and upper(deposits) <= tail_until),
    constraint presale_does_not_overlap exclude using gist (shop_id with =, sku_id with =, deposits with &&)
        where (ended_at is null)
);
create index presale_shop on promotions.presale (shop_id, presale_id desc);
