-- What the platform gave for pieces that cost their buyer nothing goes back to it when they are refunded. The refund
-- has no money for a gateway, so it is no row of `payments.refund`.
-- depends: 0102_free_payments
create table payments.cover_return (
    refund_id uuid primary key,
    payment_id uuid not null,
    order_id uuid not null,
    shop_id uuid not null,
    cover_minor bigint not null check (cover_minor > 0),
    at timestamptz not null
);
create index cover_return_order on payments.cover_return (order_id);

alter table payments.part add column cover_returned_minor bigint not null default 0
    check (cover_returned_minor between 0 and platform_minor);
