-- Who buys: a login of a buyer, and the passes that no longer open anything.
-- depends: 0010_accounts

-- A buyer without a row here is a guest, or was imported from a source.
create table accounts.buyer_account (
    buyer_id uuid primary key references accounts.buyer,
    login text not null unique check (login = lower(login)),
    name text not null,
    password_hash text not null,
    status text not null default 'active' check (status in ('active', 'disabled')),
    created_at timestamptz not null,
    password_changed_at timestamptz not null,
    signed_in_at timestamptz
);

-- A pass is signed and never looked up; what was revoked is here, and each process reads what was added since it
-- looked. `mark` is the mark of one pass (6 bytes), or a buyer's id (16 bytes): all passes made until then.
create table accounts.buyer_revocation (
    mark bytea primary key,
    revoked_at timestamptz not null,
    noted_at timestamptz not null default clock_timestamp(),
    keep_until timestamptz not null           -- by then every pass that it revokes has expired
);
create index buyer_revocation_noted on accounts.buyer_revocation (noted_at);
