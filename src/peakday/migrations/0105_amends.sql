-- What a shop owes a buyer beyond what was paid: the second half of a deposit that is returned double.
-- depends: 0094_payments
create table payments.amends (
    amends_id uuid primary key,
    payment_id uuid not null,                       -- to whose payer it goes
    order_id uuid not null,
    shop_id uuid not null,
    amount_minor bigint not null check (amount_minor > 0),
    currency text not null,
    reason text not null,
    is_simulated boolean not null,                 -- as its payment: the bank behind it moves no real money
    status text not null check (status in ('owed', 'asked', 'sent', 'failed')),
    owed_at timestamptz not null,
    taken_at timestamptz,                           -- when the shop's balance had it
    sent_at timestamptz,
    receipt_ref text,
    attempts int not null default 0,
    next_try_at timestamptz not null,
    last_error text,
    check ((status = 'owed') = (taken_at is null)),
    check ((status = 'sent') = (sent_at is not null))
) with (fillfactor = 80);
create index amends_order on payments.amends (order_id);
create index amends_due on payments.amends (next_try_at) where status in ('owed', 'asked');

-- the sandbox bank's own book of it
create table payments.bank_payout (
    payout_id uuid primary key,
    payment_id uuid not null,
    amount_minor bigint not null check (amount_minor > 0),
    at timestamptz not null
);
