-- The room `health`: how deep each shop's SKUs can be cut, counted by leaf category; their sum is the market's category.
-- depends: 0070_health

create table health.category_depth (
    shop_id uuid not null,
    leaf_category_id uuid not null,
    steps int[] not null check (cardinality(steps) = 101),  -- SKUs cut by 0, 1 … 100 per cent at most
    primary key (shop_id, leaf_category_id)
);
create index category_depth_category on health.category_depth (leaf_category_id);
