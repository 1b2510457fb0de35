-- Items are compared with copies in other categories too, found by the traces that firm evidence leaves; the queue of those
-- that wait is read in order. All items are compared anew: clusters for prices now need firm evidence.
-- depends: 0039_same_products

alter table same_products.member add column traces text[] not null default '{}';
create index member_traces on same_products.member using gin (traces);
create index member_waiting_since on same_products.member (joined_at, item_id) where compared_at is null;
update same_products.member set compared_at = null where compared_at is not null;
