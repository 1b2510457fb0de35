-- The room `orders`, native: checkouts, moves, shipments, refunds with a life cycle, presales, invoices, addresses.
--
-- Buyer-side tables carry buyer_id first in their key, shop-side tables shop_id. No foreign keys, as in 0040: the hot
-- minute writes tens of thousands of rows a second; `peakday audit` proves the references.
-- depends: 0040_orders

-- A native order is named by its checkout: no second unique number to keep in the hot minute.
drop index orders.customer_order_source;
create unique index customer_order_source on orders.customer_order (shop_id, source_ref, source)
    where source <> 'peakday';
-- ids sort by creation: what is unpaid for too long is the head of this index, and only unpaid orders are in it
create index customer_order_unpaid on orders.customer_order (order_id)
    where status = 'awaiting_payment' and source = 'peakday';

-- What a buyer agreed to in one act. Its id is derived from the buyer and the client's key: a retry finds it.
create table orders.checkout (
    buyer_id uuid not null,
    checkout_id uuid not null,
    request_hash bytea not null,             -- of all that was asked: the same key with another content is refused
    currency text not null,
    payable_minor bigint not null,           -- to be paid for all of it now; of a presale the deposits
    created_at timestamptz not null,         -- the database's clock of the batch that took it
    shop_ids uuid[] not null,                -- parallel to order_ids; a shop twice when it delivers to two addresses
    order_ids uuid[] not null,
    address jsonb not null,                  -- {"addresses": [{…}], "of": [index by order]}
    quote jsonb not null,                    -- cart and instruments that gave something: the price can be recomputed
    simulated boolean not null default false,
    primary key (buyer_id, checkout_id),
    check (cardinality(shop_ids) = cardinality(order_ids) and cardinality(order_ids) > 0)
);

-- Every move of an order's status after it was placed. A status is reached once at most: the key says so.
create table orders.move (
    shop_id uuid not null,
    order_id uuid not null,
    to_status text not null check (to_status in
        ('awaiting_balance', 'awaiting_shipment', 'shipped', 'completed', 'closed')),
    from_status text not null,
    moved_at timestamptz not null,
    moved_by_kind text not null,             -- buyer, merchant, staff, system
    moved_by uuid,
    reason text not null,                    -- a code: paid, unpaid_in_time, cancelled_by_buyer, …
    primary key (shop_id, order_id, to_status)
);

-- A person's stop on an order: it is neither shipped nor paid out while it lasts.
create table orders.hold (
    shop_id uuid not null,
    order_id uuid not null,
    hold_no int not null check (hold_no > 0),
    reason_zh text not null,
    reason_en text not null,
    held_by uuid,
    held_at timestamptz not null,
    lifted_at timestamptz,
    primary key (shop_id, order_id, hold_no)
);

create table orders.shipment (
    shop_id uuid not null,
    order_id uuid not null,
    carrier text not null,
    tracking_no text not null,
    is_simulated boolean not null,           -- the carrier is a simulated one
    shipped_by uuid,
    shipped_at timestamptz not null,
    receipt_due_at timestamptz not null,     -- received by then without a word, by the rule set in force at shipping
    received_at timestamptz,
    primary key (shop_id, order_id)
);
create index shipment_due on orders.shipment (receipt_due_at) where received_at is null;

-- Refunds get a life. What was imported is completed, or asked for while its instant is unknown.
alter table orders.refund
    add column state text not null default 'completed' check (state in
        ('asked', 'returning', 'paying', 'completed', 'declined', 'withdrawn')),
    add column kind text not null default 'refund_only' check (kind in
        ('refund_only', 'return_goods', 'cancellation', 'price_protection', 'deposit')),
    add column quantity int,                 -- pieces of the line; null: money only
    add column reason text not null default '',
    add column requested_by_kind text,
    add column requested_by uuid,
    add column asked_at timestamptz,
    add column decided_by uuid,
    add column decided_at timestamptz,
    add column decision_note text not null default '',
    add column return_carrier text,
    add column return_tracking_no text,
    add column returned_at timestamptz,      -- the goods are back in stock
    add column funders jsonb not null default '{}',  -- {funder: minor} of the discount shares that fell with it
    add column request_hash bytea;
update orders.refund set state = 'asked' where completed_at is null;
alter table orders.refund
    alter column state set default 'asked',
    add constraint refund_completed check ((state = 'completed') = (completed_at is not null));
drop index orders.refund_open;
create index refund_open on orders.refund (shop_id) where state in ('asked', 'returning', 'paying');

-- A presale order: what the deposit is, until when each part may be paid, and where it stands.
create table orders.presale (
    shop_id uuid not null,
    order_id uuid not null,
    presale_id uuid not null,
    state text not null check (state in
        ('awaiting_deposit', 'awaiting_tail', 'paid', 'closed', 'forfeited', 'returned', 'returned_double')),
    deposit_minor bigint not null check (deposit_minor > 0),
    tail_minor bigint not null check (tail_minor >= 0),
    deposit_due_at timestamptz not null,
    tail_from timestamptz not null,
    tail_until timestamptz not null,
    rules_name text not null,
    rules_version text not null,
    deposit_paid_at timestamptz,
    ended_at timestamptz,
    primary key (shop_id, order_id)
);
create index presale_tail_due on orders.presale (tail_until) where state = 'awaiting_tail';

create table orders.address (
    buyer_id uuid not null,
    address_id uuid not null,
    recipient text not null,
    phone text not null,
    region_id text,
    city text not null,
    street text not null,
    postcode text not null default '',
    is_default boolean not null default false,
    created_at timestamptz not null,
    removed_at timestamptz,
    primary key (buyer_id, address_id)
);
create unique index address_default on orders.address (buyer_id) where is_default and removed_at is null;

create table orders.invoice (
    shop_id uuid not null,
    invoice_id uuid not null,
    order_id uuid not null,
    buyer_id uuid not null,
    state text not null check (state in ('asked', 'issued', 'declined', 'void')),
    invoice_no bigint,                       -- counted by shop without gaps, when it is issued
    kind text not null check (kind in ('personal', 'company')),
    title text not null,
    tax_no text not null default '',
    currency text not null,
    amount_minor bigint not null check (amount_minor > 0),  -- paid less refunded, when it is issued
    note text not null default '',
    asked_at timestamptz not null,
    decided_by uuid,
    decided_at timestamptz,
    primary key (shop_id, invoice_id),
    check ((state in ('issued', 'void')) = (invoice_no is not null))
);
create unique index invoice_order on orders.invoice (shop_id, order_id) where state in ('asked', 'issued');
create unique index invoice_number on orders.invoice (shop_id, invoice_no) where invoice_no is not null;

-- How far a duty of this room has come.
create table orders.duty_mark (
    duty text primary key,
    mark jsonb not null,
    marked_at timestamptz not null
);
