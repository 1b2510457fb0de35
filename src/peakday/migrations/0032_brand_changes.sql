-- Which transaction wrote a brand last, so that its name reaches the columnar facts; brands of before count as just written.
-- depends: 0031_category_path_en

alter table catalog.brand add column changed_xid xid8 not null default pg_current_xact_id();
