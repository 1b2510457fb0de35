-- A category's path in English too, so that an English page shows no Chinese names.
-- depends: 0030_catalog

alter table catalog.category add column path_en text not null default '';  -- names from the root, 'Apparel / Women / Dresses'

with recursive tree as (
    select category_id, coalesce(nullif(name_en, ''), name_zh) as path_en from catalog.category where parent_id is null
    union all
    select c.category_id, t.path_en || ' / ' || coalesce(nullif(c.name_en, ''), c.name_zh)
    from catalog.category c join tree t on c.parent_id = t.category_id
)
update catalog.category c set path_en = t.path_en, changed_xid = pg_current_xact_id()
from tree t where t.category_id = c.category_id;
