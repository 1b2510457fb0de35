-- The room `payments`: wishes for money, what of each is for which order, what gateways told, and what went back.
-- Below, apart, the tables of the sandbox bank, which stands for a provider outside the house.
--
-- A gateway names a payment by its id alone, so that is the key; parts are found by their order.
-- depends: 0001_kernel
create schema payments;

create table payments.payment (
    payment_id uuid primary key,                    -- derived from buyer and key: a retry finds it
    buyer_id uuid not null,
    key text not null,
    checkout_id uuid not null,
    purpose text not null check (purpose in ('full', 'deposit', 'balance')),
    amount_minor bigint not null check (amount_minor > 0),
    currency text not null,
    gateway text not null,
    is_simulated boolean not null,
    status text not null check (status in ('pending', 'declined', 'cancelled', 'captured')),
    created_at timestamptz not null,
    captured_at timestamptz,
    check ((status = 'captured') = (captured_at is not null))
) with (fillfactor = 80);
create index payment_checkout on payments.payment (checkout_id);
create index payment_unanswered on payments.payment (created_at) where status = 'pending';

create table payments.part (
    order_id uuid not null,
    payment_id uuid not null,
    shop_id uuid not null,
    paid_minor bigint not null check (paid_minor >= 0),
    platform_minor bigint not null check (platform_minor >= 0),
    creator_minor bigint not null check (creator_minor >= 0),
    creator_id uuid,
    commission_bp int not null check (commission_bp >= 0),
    creator_commission_bp int not null check (creator_commission_bp >= 0),
    refunded_minor bigint not null default 0 check (refunded_minor between 0 and paid_minor),
    released_at timestamptz,
    primary key (order_id, payment_id)
) with (fillfactor = 80);
create index part_payment on payments.part (payment_id);

-- What a gateway told, once by its event: the memory that makes a double harmless.
create table payments.notice (
    gateway text not null,
    event_id text not null,
    payment_id uuid not null,
    kind text not null check (kind in ('captured', 'declined')),
    amount_minor bigint not null,
    currency text not null,
    told_at timestamptz not null,                   -- the gateway's instant
    received_at timestamptz not null,
    effect text not null,
    primary key (gateway, event_id)
);
create index notice_odd on payments.notice (received_at) where effect in ('unknown', 'amount_differs');

create table payments.refund (
    refund_id uuid not null,
    payment_id uuid not null,
    order_id uuid not null,
    shop_id uuid not null,
    amount_minor bigint not null check (amount_minor > 0),
    reason text not null,
    status text not null check (status in ('asked', 'sent', 'failed')),
    asked_at timestamptz not null,
    sent_at timestamptz,
    receipt_ref text,
    attempts int not null default 0,
    next_try_at timestamptz not null,
    last_error text,
    primary key (refund_id, payment_id),
    check ((status = 'sent') = (sent_at is not null))
) with (fillfactor = 80);
create index refund_order on payments.refund (order_id);
create index refund_due on payments.refund (next_try_at) where status = 'asked';

-- The sandbox bank. It moves no money, keeps its own books and talks to the house by signed letters only.
create table payments.bank_key (
    is_key boolean primary key default true check (is_key),
    secret bytea not null
);
insert into payments.bank_key (secret)
values (sha256(convert_to(gen_random_uuid()::text || gen_random_uuid()::text, 'UTF8')));

create table payments.bank_charge (
    payment_id uuid primary key,                    -- the merchant's reference
    amount_minor bigint not null check (amount_minor > 0),
    currency text not null,
    status text not null check (status in ('open', 'declined', 'captured')),
    refunded_minor bigint not null default 0 check (refunded_minor between 0 and amount_minor),
    opened_at timestamptz not null,
    decided_at timestamptz
) with (fillfactor = 80);

create table payments.bank_letter (
    letter_id bigint generated always as identity primary key,
    event_id text not null,                         -- a letter that is sent twice has two rows and one event
    payment_id uuid not null,
    kind text not null check (kind in ('captured', 'declined')),
    amount_minor bigint not null,
    currency text not null,
    at timestamptz not null,
    due_at timestamptz not null,
    attempts int not null default 0,
    settled_at timestamptz,
    last_answer text
) with (fillfactor = 80);
create index bank_letter_due on payments.bank_letter (due_at, letter_id) where settled_at is null;

create table payments.bank_refund (
    refund_id uuid not null,
    payment_id uuid not null,
    amount_minor bigint not null check (amount_minor > 0),
    at timestamptz not null,
    primary key (refund_id, payment_id)
);
