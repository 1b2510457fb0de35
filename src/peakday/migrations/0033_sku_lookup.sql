-- A SKU is found by its own id: carts, checkouts and stock name SKUs of many shops and do not know the items.
-- depends: 0030_catalog

create index sku_by_id on catalog.sku (sku_id);
