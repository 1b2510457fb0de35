-- The room `ledger`: accounts with their figures, the append-only chain of entries, postings with their answers, holds.
--
-- Whoever writes holds the one row of ledger.head until commit: entry numbers have no gaps, instants never go back, each
-- entry's hash covers the one before. No foreign keys: rows arrive by COPY in thousands; `peakday audit` proves them.
-- depends: 0001_kernel
create schema ledger;

create table ledger.account (
    account_id uuid primary key,
    kind text not null,
    owner_id uuid,                                  -- a shop, creator or buyer; null: the platform's own
    currency text not null,
    normal_side text not null check (normal_side in ('debit', 'credit')),
    floor_minor bigint,                             -- the balance less what holds may take stays at or above it
    ceiling_minor bigint,                           -- the balance with what holds may bring stays at or below it
    is_simulated boolean not null,                  -- stands for money at a bank that is simulated
    opened_at timestamptz not null,
    closed_at timestamptz,
    net_minor bigint not null default 0,            -- posted debits less posted credits
    pending_debits_minor bigint not null default 0 check (pending_debits_minor >= 0),    -- open holds
    pending_credits_minor bigint not null default 0 check (pending_credits_minor >= 0),
    check (floor_minor <= ceiling_minor)
) with (fillfactor = 70);
create unique index account_owner on ledger.account
    (kind, coalesce(owner_id, '00000000-0000-0000-0000-000000000000'::uuid), currency);

-- What was asked, once by its id: accepted (its entries stand in the chain) or refused, and remembered either way.
create table ledger.posting (
    posting_id uuid primary key,
    fingerprint bytea not null,                     -- of all that was asked: the same id with another content is refused
    rule text not null,                             -- the posting rule that made it, `escrow_release`
    ref text not null,                              -- what it is about, `ord_…`
    is_simulated boolean not null,
    at timestamptz not null,
    first_entry_no bigint,
    entries int not null check (entries >= 0),
    refusal text,
    refused_step int,
    short_minor bigint,                             -- by how much a limit would have been broken
    check ((refusal is null) = (entries > 0) and (first_entry_no is null) = (refusal is not null)
        and (refused_step is null) = (refusal is null))
);

create table ledger.hold (
    hold_id uuid primary key,
    debit_id uuid not null,
    credit_id uuid not null,
    amount_minor bigint not null check (amount_minor > 0),
    currency text not null,
    expires_at timestamptz,
    status text not null check (status in ('open', 'settled', 'voided', 'expired')),
    settled_minor bigint not null check (settled_minor between 0 and amount_minor),
    opened_entry_no bigint not null,
    closed_entry_no bigint,
    check ((status = 'open') = (closed_entry_no is null)),
    check (settled_minor = 0 or status = 'settled')
) with (fillfactor = 80);
create index hold_due on ledger.hold (expires_at) where status = 'open' and expires_at is not null;

-- The chain. The `after` figures are the account's right after this entry: a balance at any number is one look-up.
create table ledger.entry (
    entry_no bigint primary key,
    posting_id uuid not null,
    step int not null,
    effect text not null check (effect in ('transfer', 'hold', 'settle', 'void', 'expire')),
    hold_id uuid,
    debit_id uuid not null,
    credit_id uuid not null,
    amount_minor bigint not null check (amount_minor >= 0),   -- moved, or held; 0 where a hold is released whole
    released_minor bigint not null check (released_minor >= 0),  -- what a closing hold gave up: its whole amount
    currency text not null,
    expires_at timestamptz,                         -- of the hold that opens here
    at timestamptz not null,
    debit_net_after bigint not null,
    debit_pending_debits_after bigint not null,
    debit_pending_credits_after bigint not null,
    credit_net_after bigint not null,
    credit_pending_debits_after bigint not null,
    credit_pending_credits_after bigint not null,
    hash bytea not null,
    check (debit_id <> credit_id)
);
create index entry_debit on ledger.entry (debit_id, entry_no);
create index entry_credit on ledger.entry (credit_id, entry_no);

-- One row a commit: which entries, when. Finds the entry number of an instant.
create table ledger.batch (
    last_entry_no bigint primary key,
    first_entry_no bigint not null,
    at timestamptz not null
);
create index batch_at on ledger.batch (at, last_entry_no);

create table ledger.head (
    is_head boolean primary key default true check (is_head),
    entry_no bigint not null,
    hash bytea not null,
    at timestamptz not null
);
insert into ledger.head (entry_no, hash, at) values (0, decode(repeat('00', 32), 'hex'), '1970-01-01 00:00:00Z');

-- The chain is only ever added to. Whoever takes this trigger away is found by the hashes.
create function ledger.refuse_change() returns trigger language plpgsql as $$
begin
    raise exception 'ledger.% is append-only', tg_table_name;
end $$;
create trigger entry_is_append_only before update or delete or truncate on ledger.entry
    for each statement execute function ledger.refuse_change();
create trigger batch_is_append_only before update or delete or truncate on ledger.batch
    for each statement execute function ledger.refuse_change();
