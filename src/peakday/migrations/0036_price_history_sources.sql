-- Up to which transaction have the deals of each source been taken over? Rows that a later one wrote are still to come.
-- depends: 0035_price_history
create table price_history.deal_source (
    source text primary key,
    read_until xid8 not null
);
