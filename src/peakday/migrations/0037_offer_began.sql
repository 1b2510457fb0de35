-- The room `price_history`: which offers began lately? Price protection asks it every minute.
-- depends: 0036_price_history_sources
create index offer_began on price_history.offer (lower(valid));
