-- The live board of the room `advisor`: what was paid, by minute and by dimension, counted as the news of it comes in.
--
-- A board is one window (a market day, a wave of a sale event) of one scope in one currency. `shop_id` null is the whole
-- market, which staff see; a merchant sees the boards of the own shop. The other tables name a board by its number and
-- are read through it. Sums of items stand on the boards of their shops only: the market's are the same rows.
-- depends: 0060_messages
create schema if not exists advisor;

create table advisor.board (
    board_no int generated always as identity primary key,
    shop_id uuid,                            -- null: the whole market
    window_code text not null,               -- day:2026-11-11, wave:{event}:{track}:{number}
    currency text not null,
    simulated boolean not null,              -- orders of a rehearsal have boards of their own
    opens_at timestamptz not null,
    closes_at timestamptz not null check (opens_at < closes_at),
    buyers bigint not null default 0,        -- = count of board_buyer
    unique nulls not distinct (window_code, shop_id, currency, simulated)
) with (fillfactor = 70);

create table advisor.board_minute (
    board_no int not null,
    minute int not null,                     -- minutes since 1970, of the payment
    paid_minor bigint not null,
    refund_minor bigint not null,            -- given back of what was paid in this minute, whenever that was
    orders bigint not null,
    primary key (board_no, minute)
) with (fillfactor = 70);

create table advisor.board_total (
    board_no int not null,
    dimension text not null check (dimension in ('item', 'shop', 'brand', 'category', 'region', 'belt', 'origin')),
    key text not null,                       -- '' where it is not stated
    paid_minor bigint not null,
    refund_minor bigint not null,
    pieces bigint not null,                  -- of items, brands and categories pieces, of the others orders
    primary key (board_no, dimension, key)
) with (fillfactor = 70);

create table advisor.board_buyer (
    board_no int not null,
    buyer_id uuid not null,
    primary key (board_no, buyer_id)
);

-- A brand or shop whose sum reached a step. Taken back, it stays, with what took it back; reached again it is a new row.
create table advisor.board_milestone (
    board_no int not null,
    dimension text not null check (dimension in ('brand', 'shop')),
    key text not null,
    step_minor bigint not null,
    crossing_no int not null,
    crossed_at timestamptz not null,         -- the payment by which it was reached
    taken_back_at timestamptz,
    net_minor bigint not null,               -- the sum that reached it, or that took it back
    primary key (board_no, dimension, key, step_minor, crossing_no)
);

-- What each round of counting added, in order and without gaps: open pages follow it. Old rows are removed.
create table advisor.board_change (
    change_no bigint primary key,
    counted_at timestamptz not null,
    changes bytea not null                   -- msgpack: {board_no: [buyers, {minute: sums}, {dimension: {key: sums}}]}
);
